"""DuckDB over the sealed files and the live tail."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from ._read import Reader, conform
from ._schema import COLUMNS, UNIQUE, Kind, arrow_schema

if TYPE_CHECKING:
    import duckdb


def connect(reader: Reader, runs: Collection[str] | None) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB with the views `records` and `scores`.

    A local lake is queried where it lies: DuckDB reads only the columns and row groups that a query needs. Rows of a
    lake in an object store are fetched first, since DuckDB itself would need an extension for it.

    Args:
        reader: Where rows lie.
        runs: Ids; None shows every run.

    Raises:
        StoreError: A table cannot be read.
    """
    import duckdb

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    for kind in COLUMNS:
        _create_view(connection, reader, kind, runs)
    return connection


def _create_view(
    connection: duckdb.DuckDBPyConnection, reader: Reader, kind: Kind, runs: Collection[str] | None
) -> None:
    import pyarrow as pa

    columns = [c for c in COLUMNS[kind] if c.name != "day"]
    schema = arrow_schema(columns, coded=False)
    tails = dict(reader.tails(kind, {"run": runs}, columns))
    sealed = reader.lake.open(kind)
    held = [conform(t, schema) for s, t in tails.items() if sealed is None or sealed.transaction_version(s) is None]
    files: list[str] = []
    if sealed is not None and isinstance(reader.lake.root, Path):
        files = reader.lake.files(sealed, runs)
    elif sealed is not None:
        held += [
            conform(pa.Table.from_batches([batch]), schema)
            for batch in reader.lake.scan(sealed, {"run": runs}, columns)
        ]
    connection.register(f"held_{kind}", pa.concat_tables(held) if held else schema.empty_table())
    sources = [f"SELECT * FROM held_{kind}"]
    if files:
        parquet = f"read_parquet([{_quoted(files)}], hive_partitioning = true, union_by_name = true)"
        sources.append(f"SELECT * EXCLUDE (day) FROM {parquet}")
    wanted = "" if runs is None else f"WHERE run IN ({_quoted(runs) or 'NULL'})"
    keys = ", ".join(UNIQUE[kind])
    both = f"(SELECT * FROM ({' UNION ALL BY NAME '.join(sources)}) {wanted})"
    repeated = connection.execute(f"SELECT count(*) > count(DISTINCT ({keys})) FROM {both}").fetchone()
    only_newest = f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY written_at DESC) = 1"
    suffix = only_newest if repeated is not None and repeated[0] else ""
    connection.execute(f"CREATE VIEW {kind} AS SELECT * FROM {both} {suffix}")


def _quoted(texts: Collection[str]) -> str:
    return ", ".join("'" + text.replace("'", "''") + "'" for text in sorted(texts))
