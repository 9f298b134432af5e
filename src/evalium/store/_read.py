"""Reading: sealed rows and the live tail of the journals as one table, the newest row winning."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ._arrays import from_numpy, to_array, to_numpy
from ._convert import tables
from ._lake import Lake
from ._schema import COLUMNS, UNIQUE, Column, Kind, arrow_schema, choose
from ._segment import entries, read_header, segment_paths

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

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
        parts = [conform(part, schema) for part in self.parts(kind, where, needed, live=live)]
        table = pa.concat_tables(parts).unify_dictionaries() if parts else schema.empty_table()
        return newest(table, kind).select([c.name for c in asked])

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
    """Give a table the columns and types of a schema; columns that it lacks are null."""
    import pyarrow as pa

    columns = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pa.nulls(len(table), field.type))
            continue
        column = table.column(field.name)
        if pa.types.is_dictionary(field.type):
            column = column.cast(field.type.value_type).dictionary_encode()
        columns.append(column.cast(field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def newest(table: pa.Table, kind: Kind) -> pa.Table:
    """Order rows by the time of writing and keep the latest of several about the same thing."""
    import numpy as np

    if len(table) == 0:
        return table
    written = to_numpy(table.column("written_at"))
    things = _numbered(table, UNIQUE[kind])
    ordered = np.sort(things)
    rows = np.arange(len(table))
    if (ordered[1:] == ordered[:-1]).any():
        rows = np.lexsort((written, things))
        rows = rows[np.append(things[rows[1:]] != things[rows[:-1]], True)]
    elif (written[1:] >= written[:-1]).all():
        return table
    return table.take(from_numpy(rows[np.argsort(written[rows], kind="stable")]))


def _numbered(table: pa.Table, keys: Iterable[str]) -> npt.NDArray[np.int64]:
    """A number for each row that is the same exactly where all keys are."""
    import numpy as np
    import pyarrow as pa

    numbers, size = np.zeros(len(table), np.int64), 1
    for key in keys:
        column = table.column(key)
        if pa.types.is_string(column.type):
            column = column.dictionary_encode()
        if pa.types.is_dictionary(column.type):
            column = pa.chunked_array([chunk.indices for chunk in column.chunks], pa.int32())
        codes = to_numpy(column).astype(np.int64)
        most = int(codes.max()) + 1
        if size * most >= 2**62:
            numbers = np.unique(numbers, return_inverse=True)[1]
            codes = np.unique(codes, return_inverse=True)[1]
            size, most = len(table), len(table)
        numbers, size = numbers * most + codes, size * most
    return numbers
