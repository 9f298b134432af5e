"""Bytes of plain and compressed files, with a limit on what a small file may unpack to."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from evalium.core import DataError

FREE_BYTES = 64 * 2**20
MAX_RATIO = 200
MAX_BYTES = 32 * 2**30
"""A file may unpack to FREE_BYTES in any case, beyond that to MAX_RATIO times its size, and never to MAX_BYTES."""

_CHUNK = 2**16
# Two kilobytes of zstandard cannot unpack to more than some 90 MB, so that a bomb is seen before memory is gone.
_ZSTD_CHUNK = 2**11


def open_bytes(path: Path, label: str, packing: str | None, member: str | None = None) -> BinaryIO:
    """Open a file for reading its content as bytes.

    Args:
        path: The file.
        label: How messages call it.
        packing: `"gz"`, `"zst"`, `"zip"` or None.
        member: Name inside the archive, for `"zip"`.

    Raises:
        DataError: It cannot be opened; and, while reading: it is cut off, damaged, or unpacks to too much.
    """
    try:
        if packing is None:
            return path.open("rb", buffering=2**18)
        packed = path.stat().st_size
        chunks = {"gz": _gzip, "zst": _zstd, "zip": _zip}[packing](path, member or "")
        return io.BufferedReader(_ChunkReader(_checked(chunks, label, packed, packing)), 2**18)
    except OSError as error:
        raise DataError(f"{label}: cannot be read: {error.strerror or error}") from error


def zip_member(path: Path, label: str, suffixes: tuple[str, ...]) -> str:
    """Name the one data file inside a zip archive.

    Raises:
        DataError: The archive is damaged or encrypted, or holds none or several data files.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX/")]
    except (zipfile.BadZipFile, OSError) as error:
        raise DataError(f"{label}: not a readable zip archive: {error}") from error
    usable = [i for i in infos if i.filename.lower().endswith(suffixes)]
    if len(usable) != 1:
        names = ", ".join(i.filename for i in infos[:10]) or "nothing"
        raise DataError(f"{label}: a zip archive must hold exactly one of {', '.join(suffixes)}; it holds {names}")
    if usable[0].flag_bits & 0x1:
        raise DataError(f"{label}: the archive is encrypted; unpack it first")
    return usable[0].filename


def _gzip(path: Path, _member: str) -> Iterator[bytes]:
    with gzip.open(path, "rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _zip(path: Path, member: str) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _zstd(path: Path, _member: str) -> Iterator[bytes]:
    import zstandard

    try:
        with path.open("rb") as stream:
            frame = zstandard.ZstdDecompressor().decompressobj()
            fresh = True
            while chunk := stream.read(_ZSTD_CHUNK):
                while chunk:
                    yield frame.decompress(chunk)
                    chunk, fresh = (frame.unused_data, True) if frame.eof else (b"", False)
                    if frame.eof:
                        frame = zstandard.ZstdDecompressor().decompressobj()
    except zstandard.ZstdError as error:
        raise zlib.error(str(error)) from error
    if not fresh:
        raise EOFError


def _checked(chunks: Iterator[bytes], label: str, packed: int, packing: str) -> Iterator[bytes]:
    allowed = min(max(FREE_BYTES, MAX_RATIO * packed), MAX_BYTES)
    total = 0
    try:
        for chunk in chunks:
            total += len(chunk)
            if total > allowed:
                raise DataError(
                    f"{label}: {packed:,} bytes unpack to more than {allowed:,}: this looks like a decompression "
                    "bomb; unpack it yourself if it is not"
                )
            yield chunk
    except EOFError as error:
        raise DataError(f"{label}: the {packing} file is cut off after {total:,} bytes; copy it again") from error
    except (zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{label}: not a sound {packing} file: {error}") from error


class _ChunkReader(io.RawIOBase):
    """A raw stream over an iterator of chunks."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        target = memoryview(buffer).cast("B")
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        taken = min(len(target), len(self._rest))
        target[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken

    def close(self) -> None:
        if not self.closed:
            close = getattr(self._chunks, "close", None)
            if close is not None:
                close()
        super().close()
