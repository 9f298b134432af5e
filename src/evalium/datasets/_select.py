"""Which rows of the sources become samples, and in which order: split, subset, shuffle, limit."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import msgspec

from evalium.core import Data, DataError, Sample, Subset, did_you_mean

from ._source import BadRows, Fields, Row, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Located = tuple[int, Source, int, Fields | Sample]
"""Number of the row within the dataset, its source, its line, and the row."""

_MANY_FILES = 64
_SHOWN = 50
_BLOCK = 4096
_CHANGED = "the data changed between two passes over it; a shuffle or a subset needs rows that stay the same"


class Selection:
    """Rows of several sources, one after the other, as `data` wants them.

    Without shuffle and subset, rows are streamed with constant memory. A subset takes two passes and, between them,
    some 20 bytes a row. A shuffle of uncompressed jsonl, csv and tsv takes 30 bytes a row (60 while they are
    sorted) and reads each row where it lies; a shuffle of anything else holds the rows that it will give.

    Args:
        sources: Where rows come from.
        data: `split`, `shuffle`, `subset` and `limit` are read.
        stratum: Gives the text that `subset.by` balances.
    """

    def __init__(self, sources: Sequence[Source], data: Data, stratum: Callable[[Fields | Sample], str] | None) -> None:
        self.sources, self.data, self.stratum = sources, data, stratum
        self.in_order = data.shuffle is None and data.subset is None

    def rows(self, bad: BadRows) -> Iterator[Located]:
        """Give the selected rows in their order."""
        if self.in_order:
            limit = self.data.limit
            for count, (number, source, line, _, row) in enumerate(self.all_rows(bad), 1):
                yield number, source, line, row
                if count == limit:
                    return
            return
        seeking = self.data.shuffle is not None and self._can_seek()
        index = _Index(seeking)
        first = bad if seeking else BadRows(bad.skip)
        for number, source, line, offset, row in self.all_rows(first):
            index.add(number, source, line, offset, self.stratum(row) if self.stratum else None)
        chosen = self._choose(index)
        if seeking:
            yield from self._by_offset(index, chosen)
        elif self.data.shuffle is None:
            yield from self._picked(_integers(chosen), bad)
        else:
            yield from self._held(chosen, bad)

    def all_rows(self, bad: BadRows) -> Iterator[tuple[int, Source, int, int, Fields | Sample]]:
        """Give all rows of the split: number, source, line, offset, row.

        Raises:
            DataError: No row is of the split.
        """
        number = kept = 0
        split = self.data.split
        others: set[str] = set()
        for source in self.sources:
            for line, offset, row in source.rows(bad):
                number += 1
                if split is not None and not source.splits_itself:
                    value = str(_field(row, "split"))
                    if value != split:
                        if len(others) < _SHOWN:
                            others.add(value)
                        continue
                kept += 1
                yield number + bad.unread, source, line, offset, row
        if split is not None and not kept and others:
            raise DataError(_no_split(split, others))

    def _can_seek(self) -> bool:
        return len(self.sources) <= _MANY_FILES and all(source.seekable for source in self.sources)

    def _choose(self, index: _Index) -> NDArray[np.int64]:
        import numpy as np

        from ._draw import drawn, drawn_by_stratum, shuffled

        total, subset = len(index), self.data.subset
        keep = None
        if subset is not None:
            _check_size(subset, total)
            strata = np.frombuffer(index.strata, dtype=np.uint32) if subset.by is not None else None
            keep = (
                drawn(total, subset.n, subset.seed)
                if strata is None
                else drawn_by_stratum(strata, subset.n, subset.seed)
            )
        if self.data.shuffle is None:
            chosen = np.arange(total) if keep is None else keep
        else:
            chosen = shuffled(total, self.data.shuffle)
            if keep is not None:
                chosen = chosen[np.isin(chosen, keep)]
        return chosen[: self.data.limit]

    def _by_offset(self, index: _Index, chosen: NDArray[np.int64]) -> Iterator[Located]:
        with ExitStack() as stack:
            readers = {source.label: stack.enter_context(source.reader()) for source in self.sources}
            for i in _integers(chosen):
                source = index.sources[index.files[i]]
                line = index.lines[i]
                try:
                    row = readers[source.label](index.offsets[i])
                except Exception as error:  # it was read without one a moment ago, whatever the format
                    raise DataError(f"{source.where(line)}: {_CHANGED}") from error
                yield index.numbers[i], source, line, row

    def _picked(self, wanted: Iterator[int], bad: BadRows) -> Iterator[Located]:
        following = next(wanted, None)
        if following is None:
            return
        for i, (number, source, line, _, row) in enumerate(self.all_rows(bad)):
            if i == following:
                yield number, source, line, row
                following = next(wanted, None)
                if following is None:
                    return
        raise DataError(_CHANGED)

    def _held(self, chosen: NDArray[np.int64], bad: BadRows) -> Iterator[Located]:
        place = {row: i for i, row in enumerate(chosen.tolist())}
        held: list[Any] = [None] * len(place)
        for i, (number, source, line, _, row) in enumerate(self.all_rows(bad)):
            if i in place:
                held[place[i]] = (number, source, line, _pack(row) if source.plain else row)
        for i, entry in enumerate(held):
            if entry is None:
                raise DataError(_CHANGED)
            held[i] = None
            number, source, line, row = entry
            yield number, source, line, msgspec.msgpack.decode(row) if isinstance(row, bytes) else row


class _Index:
    """Where each row lies and which stratum it is of, in arrays."""

    def __init__(self, positions: bool) -> None:
        self._positions = positions
        self._count = 0
        self.sources: list[Source] = []
        self.files = array("B")
        self.lines = array("I")
        self.offsets = array("Q")
        self.numbers = array("Q")
        self.strata = array("I")
        self._codes: dict[str, int] = {}

    def __len__(self) -> int:
        return self._count

    def add(self, number: int, source: Source, line: int, offset: int, stratum: str | None) -> None:
        """Add the next row."""
        self._count += 1
        if stratum is not None:
            self.strata.append(self._codes.setdefault(stratum, len(self._codes)))
        if self._positions:
            if not self.sources or self.sources[-1] is not source:
                self.sources.append(source)
            self.files.append(len(self.sources) - 1)
            self.lines.append(line)
            self.offsets.append(offset)
            self.numbers.append(number)


def _integers(values: NDArray[np.int64]) -> Iterator[int]:
    """Give Python integers without a list of them all."""
    for start in range(0, len(values), _BLOCK):
        yield from values[start : start + _BLOCK].tolist()


def _field(row: Fields | Sample, name: str) -> Any:
    fields = row.fields if isinstance(row, Sample) else row
    return fields.get(name)


def _pack(row: Any) -> Any:
    try:
        return msgspec.msgpack.encode(row)
    except OverflowError:  # an integer beyond 64 bits
        return row


def _check_size(subset: Subset, total: int) -> None:
    if subset.n > total:
        raise DataError(
            f"data.subset.n is {subset.n:,}, but there are only {total:,} rows; use data.limit for 'at most'"
        )


def _no_split(split: str, others: set[str]) -> str:
    if others == {"None"}:
        return f"data.split: no row has a field 'split', so none is of {split!r}; leave data.split out"
    return f"data.split: no row is of the split {split!r}.{did_you_mean(split, others)}"


__all__ = ["Located", "Row", "Selection"]
