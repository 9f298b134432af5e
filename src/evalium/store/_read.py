"""Reading: sealed rows and the live tail of the journals as one table, the newest row winning."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ._convert import tables
from ._lake import Lake
from ._schema import COLUMNS, UNIQUE, Column, Kind, arrow_schema, choose
from ._segment import entries, read_header, segment_paths

if TYPE_CHECKING:
    import pyarrow as pa


def read(
    folder: Path,
    lake: Lake,
    kind: Kind,
    runs: Collection[str] | None,
    columns: Iterable[str] | None,
    *,
    text: bool,
    live: bool,
) -> pa.Table:
    """Read one kind of rows of some runs.

    Args:
        folder: The journal folder.
        lake: The sealed rows.
        kind: Records or scores.
        runs: Ids; None reads every run.
        columns: Names; None takes all but the wide ones.
        text: Whether wide columns are wanted too.
        live: Whether entries that are not sealed yet count.

    Raises:
        StoreError: A column does not exist or a table cannot be read.
    """
    import pyarrow as pa

    asked = choose(kind, columns, text)
    needed = _with_keys(kind, asked)
    # The journal first: a segment sealed between the two reads is then seen twice, which can be told, and never not.
    tails = _tails(folder, kind, runs, needed) if live else {}
    sealed = lake.open(kind)
    parts = [] if sealed is None else [lake.scan(sealed, runs, needed)]
    parts += [tail for segment, tail in tails.items() if sealed is None or sealed.transaction_version(segment) is None]
    schema = arrow_schema(needed, coded=True)
    table = pa.concat_tables([conform(part, schema) for part in parts]) if parts else schema.empty_table()
    return newest(table, kind).select([c.name for c in asked])


def _with_keys(kind: Kind, asked: Sequence[Column]) -> list[Column]:
    have = {c.name for c in asked}
    known = {c.name: c for c in COLUMNS[kind]}
    return [*asked, *(known[name] for name in (*UNIQUE[kind], "written_at") if name not in have)]


def _tails(
    folder: Path, kind: Kind, runs: Collection[str] | None, columns: Sequence[Column]
) -> dict[str, pa.Table]:
    found = {}
    for path in segment_paths(folder):
        header = read_header(path)
        if header is not None and (runs is None or header.run in runs):
            found[path.stem] = tables(entries(path), {kind: columns})[kind]
    return found


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
    return pa.table(columns, schema=schema)


def newest(table: pa.Table, kind: Kind) -> pa.Table:
    """Keep the latest of several rows about the same thing."""
    import numpy as np
    import pyarrow as pa

    keys = list(UNIQUE[kind])
    plain = table.select([*keys, "written_at"]).append_column("row", pa.array(np.arange(len(table))))
    latest = plain.group_by(keys).aggregate([("written_at", "max")])
    if len(latest) == len(table):
        return table
    order = plain.sort_by([("written_at", "descending")]).group_by(keys, use_threads=False).aggregate([("row", "first")])
    return table.take(np.sort(order.column("row_first").to_numpy()))
