"""Lines of a text file as UTF-8 bytes, whatever its encoding, with their byte offsets."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from evalium.core import ConfigError, DataError

from ._files import DataFile

MAX_LINE = 256 * 2**20
"""Longest line in bytes; a longer one is taken for a damaged file."""

_UTF8 = {"utf-8", "utf-8-sig", "ascii"}
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_utf8(encoding: str) -> bool:
    """Whether an encoding's bytes can be taken as they are.

    Raises:
        ConfigError: There is no such encoding.
    """
    try:
        return codecs.lookup(encoding).name in _UTF8
    except LookupError as error:
        raise ConfigError(
            f"data.encoding: unknown encoding {encoding!r}; use utf-8, utf-16, latin-1, cp1252 ..."
        ) from error


def read_lines(file: DataFile, encoding: str, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Read lines with their line ends, as UTF-8; a byte order mark is dropped.

    Bytes that claim to be UTF-8 are handed on unchecked: whoever decodes a line knows its number.

    Args:
        file: The file.
        encoding: Its encoding.
        start: Byte at which to start, in an uncompressed UTF-8 file.

    Yields:
        Byte offset of the line (-1 where the file was transcoded) and the line.

    Raises:
        DataError: The file is damaged, in another encoding, or has a line longer than 256 MiB.
    """
    with file.open() as stream:
        if not is_utf8(encoding):
            yield from _transcoded(stream, file, encoding)
            return
        if start:
            stream.seek(start)
        offset = start
        for line in iter(partial(stream.readline, MAX_LINE), b""):
            if len(line) >= MAX_LINE:
                raise DataError(f"{file.label}: the line at byte {offset:,} is longer than {MAX_LINE:,} bytes")
            if offset == 0:
                text = without_mark(line, file.label)
                yield len(line) - len(text), text
            else:
                yield offset, line
            offset += len(line)


def read_text(file: DataFile, encoding: str) -> bytes:
    """Read a whole file as UTF-8; a byte order mark is dropped.

    Raises:
        DataError: The file is damaged or in another encoding.
    """
    with file.open() as stream:
        content = stream.read()
    if is_utf8(encoding):
        return without_mark(content, file.label)
    try:
        return content.decode(encoding).encode()
    except UnicodeError as error:
        raise DataError(f"{file.label}: not {encoding}: {error}; set data.encoding") from error


def without_mark(start: bytes, label: str) -> bytes:
    """Drop a UTF-8 byte order mark and refuse a UTF-16 one."""
    if start.startswith(_UTF16_MARKS):
        raise DataError(f"{label}:1: not UTF-8 but UTF-16; set data.encoding to 'utf-16'")
    return start.removeprefix(codecs.BOM_UTF8)


def _transcoded(stream: BinaryIO, file: DataFile, encoding: str) -> Iterator[tuple[int, bytes]]:
    number = 0
    with io.TextIOWrapper(stream, encoding=encoding, newline="\n") as text:
        try:
            for line in iter(partial(text.readline, MAX_LINE), ""):
                number += 1
                yield -1, line.encode()
        except UnicodeError as error:
            raise DataError(f"{file.label}: after line {number}: not {encoding}: {error}; set data.encoding") from error
