"""The two Delta tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalium.core import StoreError

from ._schema import Column, Kind, lake_schema

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable

RETRIES = 50
"""Times a commit is tried again after another process was faster."""

ROWS_PER_GROUP = 16_384
"""Rows of a Parquet row group, small enough for 100 KB of text a row."""


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
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        if isinstance(self.root, Path) and not (self.root / kind / "_delta_log").is_dir():
            return None
        try:
            return DeltaTable(self.uri(kind), storage_options=self._options)
        except TableNotFoundError:
            return None
        except Exception as error:
            raise self._failure("read", kind, error) from error

    def append(self, kind: Kind, table: pa.Table, segment: str) -> bool:
        """Commit a segment's rows once; the caller holds the segment.

        Returns:
            Whether rows were committed; False when they were there already.

        Raises:
            StoreError: The table cannot be written.
        """
        from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake

        found = self.open(kind)
        if found is not None and found.transaction_version(segment) is not None:
            return False
        try:
            if found is None:
                found = DeltaTable.create(
                    self.uri(kind),
                    lake_schema(kind),
                    mode="ignore",
                    partition_by=["day"],
                    storage_options=self._options,
                    configuration={"delta.dataSkippingStatsColumns": "run,model,started_at,written_at"}
                    if kind == "records"
                    else {"delta.dataSkippingStatsColumns": "run,scorer,written_at"},
                )
            write_deltalake(
                found,
                table,
                mode="append",
                schema_mode="merge",
                writer_properties=WriterProperties(
                    compression="ZSTD", compression_level=3, max_row_group_size=ROWS_PER_GROUP
                ),
                commit_properties=CommitProperties(
                    app_transactions=[Transaction(segment, 0)], max_commit_retries=RETRIES
                ),
            )
        except Exception as error:
            raise self._failure("write", kind, error) from error
        return True

    def scan(self, table: DeltaTable, runs: Collection[str] | None, columns: Sequence[Column]) -> pa.Table:
        """Read some columns of some runs; files that hold none of them are not opened.

        Args:
            table: What `open` gave.
            runs: Ids; None reads every run.
            columns: Columns to read.
        """
        import pyarrow as pa

        present = {field.name for field in table.schema().fields}
        names = [c.name for c in columns if c.name in present]
        return pa.table(table.scan(columns=names, predicate=_in_runs(runs)))

    def _failure(self, verb: str, kind: Kind, error: Exception) -> StoreError:
        return StoreError(
            f"cannot {verb} the Delta table {self.uri(kind)}: {error}. Nothing is lost: what is not sealed stays in "
            "the journal. Check the folder's permissions and free space, or the object store's keys, and try again"
        )


def _in_runs(runs: Collection[str] | None) -> str | None:
    if runs is None:
        return None
    return "run IN (" + ", ".join("'" + run.replace("'", "''") + "'" for run in sorted(runs)) + ")"


def unseen(table: Any, segments: Collection[str]) -> set[str]:
    """Those segments that a version of a table does not hold yet; all of them when there is no table."""
    return {s for s in segments if table is None or table.transaction_version(s) is None}
