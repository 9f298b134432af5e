"""The two Delta tables."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalium.core import StoreError

from ._schema import COLUMNS, UNIQUE, Column, Kind, lake_schema
from ._sync import sync_newer

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable, WriterProperties

_COLOUR = re.compile("\x1b\\[[0-9;]*m|↳")
"""How deltalake draws its chain of causes for a terminal."""

RETRIES = 50
"""Times a commit is tried again after another process was faster."""

ATTEMPTS = 10
"""Times a table is opened anew where a commit cannot be tried again as it is."""

ROWS_PER_GROUP = 16_384
"""Rows of a Parquet row group, small enough for 100 KB of text a row."""

STATISTICS: dict[Kind, str] = {"records": "run,model,started_at,written_at", "scores": "run,scorer,written_at"}
"""Columns whose least and greatest value stand in the log, so that files without a run are never opened."""


class Lake:
    """Delta tables `records` and `scores` under one folder or object-store URL.

    Args:
        root: Local folder, or a URL such as `s3://bucket/prefix`.
        storage_options: Passed on to the object store (keys, region, endpoint).
    """

    def __init__(self, root: Path | str, storage_options: Mapping[str, str] | None = None) -> None:
        self.root = root
        self._options = dict(storage_options or {}) or None

    def uri(self, kind: Kind) -> str:
        """Where a table lies."""
        return str(self.root / kind) if isinstance(self.root, Path) else f"{self.root.rstrip('/')}/{kind}"

    def open(self, kind: Kind) -> DeltaTable | None:
        """The newest version of a table; None when nothing was sealed yet.

        Raises:
            StoreError: The table cannot be read.
        """
        if isinstance(self.root, Path) and not (self.root / kind / "_delta_log").is_dir():
            return None
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        try:
            return DeltaTable(self.uri(kind), storage_options=self._options)
        except TableNotFoundError:
            return None
        except Exception as error:
            raise self._failure("read", self.uri(kind), error) from error

    def append(self, kind: Kind, table: pa.Table, segment: str) -> bool:
        """Commit a segment's rows once and make them durable; the caller holds the segment.

        Returns:
            Whether rows were committed; False when they were there already.

        Raises:
            StoreError: The table cannot be written.
        """
        from deltalake.exceptions import CommitFailedError

        started = time.time()
        for left in reversed(range(ATTEMPTS)):
            found = self.open(kind) or self._create(kind)
            fresh = found.transaction_version(segment) is None
            try:
                if fresh:
                    self._write(found, kind, table, segment)
                break
            except Exception as error:
                # Another process may have created the table, or widened it, since it was opened.
                if not (left and isinstance(error, CommitFailedError)):
                    raise self._failure("write", self.uri(kind), error) from error
        if isinstance(self.root, Path):
            # Rows that a killed sealer committed may not be on the disk yet either.
            sync_newer(self.root / kind, started if fresh else 0.0)
        return fresh

    def _write(self, found: DeltaTable, kind: Kind, table: pa.Table, segment: str) -> None:
        from deltalake import CommitProperties, Transaction, write_deltalake

        write_deltalake(
            found,
            table,
            mode="append",
            schema_mode="merge",
            writer_properties=_properties(kind),
            commit_properties=CommitProperties(app_transactions=[Transaction(segment, 0)], max_commit_retries=RETRIES),
        )

    def _create(self, kind: Kind) -> DeltaTable:
        from deltalake import DeltaTable

        try:
            return DeltaTable.create(
                self.uri(kind),
                lake_schema(kind),
                mode="ignore",
                partition_by=["day"],
                storage_options=self._options,
                configuration={"delta.dataSkippingStatsColumns": STATISTICS[kind]},
            )
        except Exception as error:
            # Another process may have been faster.
            found = self.open(kind)
            if found is None:
                raise self._failure("create", self.uri(kind), error) from error
            return found

    def scan(
        self, table: DeltaTable, where: Mapping[str, Collection[str] | None], columns: Sequence[Column]
    ) -> Iterator[pa.RecordBatch]:
        """Yield some columns of some rows; files that hold none of them are not opened.

        Args:
            table: What `open` gave.
            where: Values that a column may have; None for any.
            columns: Columns to read; those that the table lacks are left out.
        """
        import pyarrow as pa

        present = {field.name for field in table.schema().fields}
        names = [c.name for c in columns if c.name in present]
        conditions = [_is_in(name, values) for name, values in where.items() if values is not None]
        try:
            stream = table.scan(columns=names, predicate=" AND ".join(conditions) or None)
            yield from pa.RecordBatchReader.from_stream(stream)
        except Exception as error:
            raise self._failure("read", table.table_uri, error) from error

    def files(self, table: DeltaTable, runs: Collection[str] | None) -> list[str]:
        """Paths of the Parquet files that may hold rows of some runs, by the log's statistics.

        Args:
            table: What `open` gave.
            runs: Ids; None lists all files.
        """
        import pyarrow as pa

        listed = pa.table(table.get_add_actions(flatten=True)).to_pylist()
        return [f"{table.table_uri.rstrip('/')}/{each['path']}" for each in listed if _may_hold(each, runs)]

    def compact(self, kind: Kind) -> tuple[int, int]:
        """Merge small files, and delete those that were merged over a week ago.

        Returns:
            Files before and after.

        Raises:
            StoreError: The table cannot be written.
        """
        table = self.open(kind)
        if table is None:
            return 0, 0
        before = len(table.file_uris())
        try:
            table.optimize.compact(writer_properties=_properties(kind), max_concurrent_tasks=1)
            # Readers that opened an earlier version may still be at its files: they have a week.
            table.vacuum(retention_hours=7 * 24, dry_run=False)
        except Exception as error:
            raise self._failure("compact", self.uri(kind), error) from error
        return before, len(table.file_uris())

    def _failure(self, verb: str, uri: str, error: Exception) -> StoreError:
        reason = " ".join(_COLOUR.sub("", str(error)).split())
        return StoreError(
            f"cannot {verb} the Delta table {uri}: {reason}. Nothing is lost: what is not sealed stays in "
            "the journal. Check the folder's permissions and free space, or the object store's keys, and try again"
        )


def _is_in(column: str, values: Collection[str]) -> str:
    if not values:
        return "1 = 0"
    return f"{column} IN (" + ", ".join("'" + value.replace("'", "''") + "'" for value in sorted(values)) + ")"


def _may_hold(action: Mapping[str, Any], runs: Collection[str] | None) -> bool:
    low, high = action.get("min.run"), action.get("max.run")
    if runs is None or low is None or high is None:
        return True
    # A long greatest value may have been cut short.
    return any(low <= run and (run <= high or run.startswith(high)) for run in runs)


def _properties(kind: Kind) -> WriterProperties:
    """Cheap to write: dictionaries where values repeat, and statistics where the log or a reader asks for them."""
    from deltalake import ColumnProperties, WriterProperties

    logged = {*STATISTICS[kind].split(","), *UNIQUE[kind]}

    columns = {
        c.name: ColumnProperties(
            dictionary_enabled=c.coded,
            statistics_enabled=None if c.name in logged else "NONE",
        )
        for c in COLUMNS[kind]
        if c.name != "day"
    }
    return WriterProperties(
        compression="ZSTD", compression_level=1, max_row_group_size=ROWS_PER_GROUP, column_properties=columns
    )
