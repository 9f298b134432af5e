"""A dataset: samples that can be read any number of times."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from evalium.core import Data, DataError, EvaliumError, Sample, TemplateError

from ._ids import SeenIds
from ._mapping import RowMapping, with_hash
from ._select import Located, Selection
from ._source import BadRow, BadRows, Source

_CHEAP = 32 * 2**20
_CHEAP_PACKED = 4 * 2**20


class Dataset:
    """Samples, streamed anew at each iteration with constant memory.

    Each sample is read with probability 1: a subset is part of the dataset's definition, not a sampling of it.

    Attributes:
        name: What to call it.
        fields: Fields of the rows, as far as the first hundred of them show.
        attributes: What samples can be sliced by.
        bad_rows: Rows that the latest iteration left out; complete once it is.
        hash: Of the latest complete iteration: sha256 over the samples' content hashes in their order, 32 hex digits;
            None before. The same samples in another order are another dataset, the same samples out of another file
            format are not.
    """

    def __init__(
        self,
        name: str,
        sources: Sequence[Source],
        data: Data,
        fields: Sequence[str],
        attributes: Sequence[str],
        mapping: RowMapping | None,
        selection: Selection,
        skip_bad_rows: bool,
    ) -> None:
        self.name = name
        self.fields = tuple(fields)
        self.attributes = tuple(attributes)
        self.bad_rows: list[BadRow] = []
        self.hash: str | None = None
        self._sources, self._data, self._mapping = sources, data, mapping
        self._selection, self._skip = selection, skip_bad_rows
        self._counted: int | None = None

    def __iter__(self) -> Iterator[Sample]:
        """Read the samples.

        Raises:
            DataError: A row is bad and bad rows are not skipped, two rows have the same identifier, a file is
                damaged, or nothing is left.
            TemplateError: A Jinja expression fails on a row and bad rows are not skipped.
        """
        bad = BadRows(self._skip)
        self.bad_rows = bad.rows
        digest, count = hashlib.sha256(), 0
        seen = SeenIds() if self._mapping is None or self._mapping.id_field else None
        for located in self._selection.rows(bad):
            sample = self._sample(located, bad)
            if sample is None:
                continue
            if seen is not None and not seen.add(sample.id):
                self._refuse_twin(sample.id, located)
            digest.update(sample.hash.encode())
            count += 1
            yield sample
        if not count:
            first = f"; the first of {len(bad.rows)} bad ones: {bad.rows[0].reason}" if bad.rows else ""
            raise DataError(f"{self.name}: no usable row{first}")
        self.hash, self._counted = digest.hexdigest()[:32], count

    def count(self) -> int | None:
        """Number of samples, if it is known or cheap to find out; None otherwise.

        It is exact after a full iteration. Before, it comes from the source, or from a pass over files of at most
        32 MiB (4 MiB when compressed), and counts rows that may turn out bad.
        """
        if self._counted is None:
            self._counted = self._count()
        return self._counted

    def _sample(self, located: Located, bad: BadRows) -> Sample | None:
        number, source, line, row = located
        try:
            if isinstance(row, Sample):
                return with_hash(row)
            if self._mapping is None:
                raise DataError("a mapping among samples; give the one or the other")
            return self._mapping(row, number, source.folder)
        except (DataError, TemplateError) as error:
            bad.unusable(source, line, str(error), type(error))
            return None

    def _refuse_twin(self, id: str, located: Located) -> None:
        """Raise if another row has the same identifier; return if only the hashes were equal."""
        number, source, line, _ = located
        for other, other_source, other_line, _, row in self._selection.all_rows(BadRows(skip=True)):
            if other == number:
                continue
            try:
                same = (row.id if isinstance(row, Sample) else self._identify(row, other)) == id
            except EvaliumError:
                continue
            if same:
                lines = sorted([(number, source.where(line)), (other, other_source.where(other_line))])
                raise DataError(
                    f"data.id: {lines[0][1]} and {lines[1][1]} have the same identifier {id!r}; name a field that is "
                    'unique, or combine several: "{{ a }}-{{ b }}"'
                )

    def _identify(self, row: object, number: int) -> str | None:
        return self._mapping.identify(row, number) if self._mapping and isinstance(row, Mapping) else None

    def _count(self) -> int | None:
        filtered = self._data.split is not None and not all(s.splits_itself for s in self._sources)
        known = [None if filtered else source.known_count() for source in self._sources]
        total = None if None in known else sum(n for n in known if n is not None)
        if total is None:
            total = self._scan()
        if total is None:
            return None
        subset, limit = self._data.subset, self._data.limit
        bounds = [total, *([subset.n] if subset else []), *([limit] if limit is not None else [])]
        return min(bounds)

    def _scan(self) -> int | None:
        sizes = [source.size for source in self._sources]
        allowed = _CHEAP if all(source.seekable for source in self._sources) else _CHEAP_PACKED
        if None in sizes or sum(size for size in sizes if size is not None) > allowed:
            return None
        try:
            return sum(1 for _ in self._selection.all_rows(BadRows(skip=True)))
        except EvaliumError:
            return None
