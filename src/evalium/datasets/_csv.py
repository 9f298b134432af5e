"""Comma-separated values as RFC 4180 has them: quoted cells may hold commas, quotes and line breaks."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ._files import DataFile
from ._lines import MAX_LINE, read_lines
from ._source import BadRows, ReadAt, Row
from ._table import Table


class CsvFile(Table):
    """Rows of a csv file."""

    def rows(self, bad: BadRows) -> Iterator[Row]:
        """Read the records in order; a record's number is that of its first line."""
        feed = _Feed(self.file, self.encoding)
        records = _records(feed)
        self.header = list(self.columns or ())
        while True:
            number, offset = feed.number + 1, feed.offset
            try:
                cells = next(records)
            except StopIteration:
                return
            except (csv.Error, _Unreadable) as error:
                bad.lost(self, number, _reason(error))
                continue
            if not cells:
                continue
            if not self.header:
                self.header = self.take_header(cells)
            elif len(cells) != len(self.header):
                bad.lost(self, number, self.wrong_width(cells))
            else:
                yield number, offset, dict(zip(self.header, cells, strict=True))

    @contextmanager
    def reader(self) -> Iterator[ReadAt]:
        """Open for reading single records by offset."""
        with self.file.open_small() as stream:

            def read(offset: int) -> dict[str, str]:
                stream.seek(offset)
                lines = (line.decode("utf-8" if offset else "utf-8-sig") for line in iter(stream.readline, b""))
                return dict(zip(self.header, next(_records(lines)), strict=True))

            yield read


class _Unreadable(Exception):
    """A line that is not text."""


class _Feed:
    """Decoded lines for the csv module, which pulls no more of them than the record at hand needs.

    Attributes:
        number: Lines handed out.
        offset: Byte at which the next line starts, or -1.
    """

    def __init__(self, file: DataFile, encoding: str, start: int = 0) -> None:
        self._lines = read_lines(file, encoding, start)
        self.number = 0
        self.offset = start

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        offset, line = next(self._lines)
        self.number += 1
        self.offset = offset + len(line) if offset >= 0 else -1
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            raise _Unreadable(f"not UTF-8 ({error.reason}); set data.encoding, such as 'cp1252'") from error
        if "\0" in text:
            raise _Unreadable("holds a NUL byte; is the file damaged, or in UTF-16?")
        return text


def _records(feed: Iterable[str]) -> Iterator[list[str]]:
    # The limit is a setting of the whole module; its default refuses cells beyond 128 KiB.
    if csv.field_size_limit() < MAX_LINE:
        csv.field_size_limit(MAX_LINE)
    return csv.reader(feed, strict=True)


def _reason(error: Exception) -> str:
    text = str(error)
    if "unexpected end of data" in text:
        return "a quote that opens here is never closed"
    if "new-line character" in text:
        return "a bare carriage return outside quotes; save the file with \\n or \\r\\n line ends"
    return text
