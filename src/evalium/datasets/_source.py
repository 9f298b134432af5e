"""What every source of rows looks like, and what happens to a row that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import DataError, EvaliumError, Sample

Fields = Mapping[str, Any]
Row = tuple[int, int, Fields | Sample]
"""Line or row number from 1, byte offset (-1 where there is none), and the row itself."""

ReadAt = Callable[[int], Fields]


class BadRow(msgspec.Struct, frozen=True):
    """A row that was left out.

    Attributes:
        file: The file (or other source) it stands in, as messages call it.
        line: Line number in a line-based file, row number elsewhere; from 1.
        reason: What is wrong with it.
    """

    file: str
    line: int
    reason: str


class BadRows:
    """Collects bad rows, or refuses the first one.

    Args:
        skip: Leave bad rows out and count them instead of raising.
    """

    def __init__(self, skip: bool) -> None:
        self.skip = skip
        self.rows: list[BadRow] = []
        self.unread = 0

    def lost(self, source: Source, line: int, reason: str) -> None:
        """Report a row that could not even be read."""
        self.unread += 1
        self.unusable(source, line, reason)

    def unusable(self, source: Source, line: int, reason: str, error: type[EvaliumError] = DataError) -> None:
        """Report a row that was read but gives no sample.

        Raises:
            DataError: Bad rows are not skipped (or `error`, where that is given).
        """
        if not self.skip:
            raise error(f"{source.where(line)}: {reason}; --skip-bad-rows to leave such rows out")
        self.rows.append(BadRow(source.label, line, reason))


class Source:
    """Rows from one place, readable any number of times.

    Attributes:
        label: How messages call it, such as the file's path.
        folder: Where paths of media inside its rows start.
        by_line: Whether numbers count lines of a file rather than rows.
        seekable: Whether `reader` gives single rows by their byte offset.
        plain: Whether rows hold nothing but what JSON knows.
        empty_is_missing: Whether an empty text stands for "no value", as in csv.
        splits_itself: Whether the source was opened for one split already.
        size: Bytes to read for all rows, or None where that is not known.
        default_input: Mapping used when the plan gives none.
        default_target: Likewise.
    """

    label: str
    folder: Path
    by_line = False
    seekable = False
    plain = False
    empty_is_missing = False
    splits_itself = False
    size: int | None = None
    default_input: dict[str, str] | None = None
    default_target: str | None = None

    def rows(self, bad: BadRows) -> Iterator[Row]:
        """Read all rows in order with constant memory, where the format allows it."""
        raise NotImplementedError

    def reader(self) -> AbstractContextManager[ReadAt]:
        """Open for reading single rows by offset; only where `seekable`."""
        raise NotImplementedError

    def known_count(self) -> int | None:
        """Number of rows if it can be told without reading them."""
        return None

    def where(self, line: int) -> str:
        """Name a row in a message."""
        return f"{self.label}:{line}" if self.by_line else f"{self.label}, row {line}"
