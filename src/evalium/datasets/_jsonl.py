"""JSON lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from ._files import DataFile
from ._lines import is_utf8, read_lines
from ._source import BadRows, ReadAt, Row, Source

_decode = msgspec.json.Decoder(dict[str, Any]).decode
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class JsonLines(Source):
    """Rows of a JSON-lines file; blank lines do not count as rows.

    Args:
        file: The file.
        encoding: Its encoding.
    """

    by_line = True
    plain = True

    def __init__(self, file: DataFile, encoding: str) -> None:
        self.file, self.encoding = file, encoding
        self.label, self.folder = file.label, file.path.parent
        self.seekable = file.packing is None and is_utf8(encoding)
        self.size = file.size

    def rows(self, bad: BadRows) -> Iterator[Row]:
        """Read the lines in order."""
        decode = _decode
        for number, (offset, line) in enumerate(read_lines(self.file, self.encoding), 1):
            try:
                row = decode(line)
            except UNREADABLE as error:
                if not line.isspace():
                    bad.lost(self, number, reason(error, line))
                continue
            yield number, offset, row

    @contextmanager
    def reader(self) -> Iterator[ReadAt]:
        """Open for reading single lines by offset."""
        with self.file.open_small() as stream:

            def read(offset: int) -> dict[str, Any]:
                stream.seek(offset)
                return _decode(stream.readline())

            yield read


def reason(error: Exception, text: bytes) -> str:
    """Say in words why a text is not a JSON object."""
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 ({error.reason}); set data.encoding, such as 'cp1252'"
    if b"\0" in text:
        return "holds a NUL byte; is the file damaged, or in UTF-16?"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, msgspec.ValidationError):
        return f"not a JSON object: {error}"
    hint = "; NaN and Infinity are not JSON, write null" if b"NaN" in text or b"Infinity" in text else ""
    return f"{error}{hint}"
