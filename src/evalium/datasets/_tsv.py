"""Tab-separated values: no quoting, so that a quotation mark is just a character."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager

from ._lines import read_lines
from ._source import BadRows, ReadAt, Row
from ._table import Table


class TsvFile(Table):
    """Rows of a tsv file; a cell can hold neither a tab nor a line break."""

    def rows(self, bad: BadRows) -> Iterator[Row]:
        """Read the lines in order; blank lines do not count as rows."""
        self.header = list(self.columns or ())
        for number, (offset, line) in enumerate(read_lines(self.file, self.encoding), 1):
            if line in {b"\n", b"\r\n"}:
                continue
            if b"\0" in line:
                bad.lost(self, number, "holds a NUL byte; is the file damaged, or in UTF-16?")
                continue
            try:
                cells = _cells(line)
            except UnicodeDecodeError as error:
                bad.lost(self, number, f"not UTF-8 ({error.reason}); set data.encoding, such as 'cp1252'")
                continue
            if not self.header:
                self.header = self.take_header(cells)
            elif len(cells) != len(self.header):
                bad.lost(self, number, self.wrong_width(cells))
            else:
                yield number, offset, dict(zip(self.header, cells, strict=True))

    @contextmanager
    def reader(self) -> Iterator[ReadAt]:
        """Open for reading single lines by offset."""
        with self.file.open_small() as stream:

            def read(offset: int) -> dict[str, str]:
                stream.seek(offset)
                cells = _cells(stream.readline().removeprefix(b"" if offset else BOM_UTF8))
                return dict(zip(self.header, cells, strict=True))

            yield read


def _cells(line: bytes) -> list[str]:
    return line.decode().removesuffix("\n").removesuffix("\r").split("\t")
