"""Reading: sealed rows and the live tail of the journals as one table, the newest row winning."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ._arrays import from_numpy, hashes, to_array, to_numpy
from ._convert import tables
from ._lake import Lake
from ._schema import COLUMNS, UNIQUE, Column, Kind, arrow_schema, choose
from ._segment import entries, read_header, segment_paths

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

Columns = Mapping[str, "pa.ChunkedArray"]

Where = Mapping[str, Collection[str] | None]
"""Values that a column may have; None for any."""


class Reader:
    """Reads both kinds of rows.

    Args:
        folder: The journal folder.
        lake: The sealed rows.
    """

    def __init__(self, folder: Path, lake: Lake) -> None:
        self.folder, self.lake = folder, lake

    def table(self, kind: Kind, where: Where, columns: Iterable[str] | None, *, text: bool, live: bool) -> pa.Table:
        """Read rows into one table, in the order in which they were written.

        Args:
            kind: Records or scores.
            where: Which rows.
            columns: Names; None takes all but the wide ones.
            text: Whether wide columns are wanted too.
            live: Whether entries that are not sealed yet count.

        Raises:
            StoreError: A column does not exist or a table cannot be read.
        """
        import pyarrow as pa

        asked = choose(kind, columns, text)
        needed = including(kind, asked, (*UNIQUE[kind], "written_at"))
        schema = arrow_schema(needed, coded=True)
        parts = [conform(part, schema) for part in self.parts(kind, where, needed, live=live) if len(part)]
        # Files come in any order: sorted by their beginnings, rows mostly need not be moved.
        parts.sort(key=lambda part: part.column("written_at")[0].as_py())
        if not parts:
            return schema.empty_table().select([c.name for c in asked])
        columns = dict(zip(schema.names, pa.concat_tables(parts).unify_dictionaries().columns, strict=True))
        del parts
        rows = newest(columns, kind)
        wanted = [c.name for c in asked]
        for name in set(columns).difference(wanted):
            del columns[name]
        if rows is not None:
            index = from_numpy(rows)
            for name in wanted:
                # One at a time, so that no two copies of the whole table are in memory.
                columns[name] = columns[name].take(index)
        # What reading took beyond the table itself goes back before the next table is read.
        pa.default_memory_pool().release_unused()
        return pa.table([columns[name] for name in wanted], names=wanted)

    def parts(self, kind: Kind, where: Where, columns: Sequence[Column], *, live: bool) -> Iterator[pa.Table]:
        """Yield rows piece by piece, as they lie; the same thing may come twice."""
        # The journal first: a segment sealed between the two reads is then seen twice, which can be told, never missed.
        tails = dict(self.tails(kind, where, columns)) if live else {}
        sealed = self.lake.open(kind)
        for segment, tail in tails.items():
            if sealed is None or sealed.transaction_version(segment) is None:
                yield tail
        del tails
        if sealed is not None:
            import pyarrow as pa

            for batch in self.lake.scan(sealed, where, columns):
                yield pa.Table.from_batches([batch])

    def tails(self, kind: Kind, where: Where, columns: Sequence[Column]) -> Iterator[tuple[str, pa.Table]]:
        """Yield the rows of each journal segment with the segment's id."""
        runs = where.get("run")
        columns = including(kind, columns, [name for name, values in where.items() if values is not None])
        for path in segment_paths(self.folder):
            header = read_header(path)
            if header is not None and (runs is None or header.run in runs):
                yield path.stem, matching(tables(entries(path), {kind: columns})[kind], where)


def including(kind: Kind, columns: Sequence[Column], names: Iterable[str]) -> list[Column]:
    """Columns, and those of some names that are not among them."""
    have = {c.name for c in columns}
    known = {c.name: c for c in COLUMNS[kind]}
    return [*columns, *(known[name] for name in names if name not in have)]


def matching(table: pa.Table, where: Where) -> pa.Table:
    """The rows of a table that fulfil every condition."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for column, values in where.items():
        if values is not None:
            table = table.filter(pc.is_in(table.column(column), to_array(sorted(values), pa.string())))
    return table


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Give a table the columns and types of a schema, in memory of its own; columns that it lacks are null.

    The columns of a batch that a scan hands over are freed together, so that one that is kept keeps all the others.
    """
    import pyarrow as pa

    columns = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pa.nulls(len(table), field.type))
            continue
        column = table.column(field.name)
        if pa.types.is_dictionary(field.type):
            columns.append(column.cast(field.type.value_type).dictionary_encode().cast(field.type))
        else:
            chunks = column.cast(field.type).chunks
            columns.append(pa.concat_arrays([*chunks, pa.nulls(0, field.type)]))
    return pa.Table.from_arrays(columns, schema=schema)


def newest(columns: Columns, kind: Kind) -> npt.NDArray[np.int64] | None:
    """Rows in the order in which they were written, of several about the same thing the latest; None for all as is."""
    import numpy as np

    written = to_numpy(columns["written_at"])
    keys = [columns[name] for name in UNIQUE[kind]]
    if _all_differ(keys):
        if (written[1:] >= written[:-1]).all():
            return None
        rows = np.arange(len(written))
    else:
        things = _numbered(keys)
        rows = np.lexsort((written, things))
        rows = rows[np.append(things[rows[1:]] != things[rows[:-1]], True)]
    ordered: npt.NDArray[np.int64] = rows[np.argsort(written[rows], kind="stable")]
    return ordered


def _all_differ(keys: Sequence[pa.ChunkedArray]) -> bool:
    """Whether no two rows are about the same thing; two that only have the same hash count as the same."""
    import numpy as np
    import pyarrow as pa

    mixed = np.zeros(len(keys[0]), np.uint64)
    for column in keys:
        if pa.types.is_string(column.type):
            part = hashes(column)
        else:
            part = to_numpy(_codes(column)).astype(np.int64)
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= part.view(np.uint64)
    mixed.sort()
    return not bool((mixed[1:] == mixed[:-1]).any())


def _codes(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return column
    return pa.chunked_array([chunk.indices for chunk in column.chunks], pa.int32())


def _numbered(keys: Sequence[pa.ChunkedArray]) -> npt.NDArray[np.int64]:
    """A number for each row that is the same exactly where all keys are."""
    import numpy as np
    import pyarrow as pa

    count = len(keys[0])
    numbers, size = np.zeros(count, np.int64), 1
    for column in keys:
        coded = column.dictionary_encode() if pa.types.is_string(column.type) else column
        codes = to_numpy(_codes(coded)).astype(np.int64)
        most = int(codes.max()) + 1
        if size * most >= 2**62:
            numbers = np.unique(numbers, return_inverse=True)[1]
            codes = np.unique(codes, return_inverse=True)[1]
            size, most = count, count
        numbers, size = numbers * most + codes, size * most
    return numbers
