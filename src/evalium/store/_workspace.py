"""The workspace: one folder that holds everything evalium remembers."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from evalium.core import ConfigError, Status, StoreError

from ._blobs import Blobs
from ._cache import ResponseCache
from ._catalog import Catalog
from ._done import COLUMNS as DONE_COLUMNS
from ._done import Done
from ._journal import Journal
from ._lake import Lake
from ._read import Reader
from ._records import Records
from ._schema import COLUMNS, choose
from ._seal import Sealer, seal_leftovers
from ._views import connect

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

FOLDERS = ("journal", "lake", "blobs")
_COMPACT_SECONDS = 3600.0


class Workspace:
    """Catalog, journal, lake, blobs and response cache of one folder; made by `Workspace.open`.

    Attributes:
        root: The folder.
        lake: The sealed records and scores.
    """

    def __init__(self, root: Path, lake: Lake, catalog_url: str | None) -> None:
        self.root, self.lake = root, lake
        self._catalog_url = catalog_url
        self._reader = Reader(root / "journal", lake)
        self._sealer = Sealer(lake)

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        create: bool = True,
        catalog_url: str | None = None,
        lake_url: str | None = None,
        storage_options: Mapping[str, str] | None = None,
    ) -> Workspace:
        """Open a workspace, creating what is missing.

        Args:
            path: Folder; None takes EVALIUM_HOME, or `.evalium` in the current folder.
            create: Whether a folder that does not exist is made.
            catalog_url: SQLAlchemy URL of the catalog; None takes EVALIUM_CATALOG, or `catalog.db` in the folder.
            lake_url: Where sealed rows lie, such as `s3://bucket/prefix`; None takes EVALIUM_LAKE, or the folder.
            storage_options: Options of the object store; its usual environment variables count too.

        Raises:
            ConfigError: `path` is a URL.
            StoreError: The folder does not exist (and `create` is off) or cannot be written.

        Example:
            >>> with Workspace.open("ws") as ws:
            ...     ws.records("no-such-run").num_rows
            0
        """
        given = path if path is not None else os.environ.get("EVALIUM_HOME") or ".evalium"
        if "://" in str(given):
            raise ConfigError(
                f"the workspace {str(given)!r} is a URL; journal, catalog and cache need a local folder: give that, "
                "and the URL as EVALIUM_LAKE"
            )
        root = Path(given).expanduser().absolute()
        if not create and not (root / "journal").is_dir():
            raise StoreError(
                f"there is no workspace at {root}: `evalium run` makes one; --workspace or EVALIUM_HOME names another"
            )
        _make_folders(root)
        url = lake_url or os.environ.get("EVALIUM_LAKE")
        lake = Lake(url or root / "lake", storage_options)
        return cls(root, lake, catalog_url or os.environ.get("EVALIUM_CATALOG"))

    @cached_property
    def catalog(self) -> Catalog:
        """Runs, errors and leases; connected and migrated at the first use."""
        return Catalog.open(self._catalog_url or f"sqlite:///{self.root / 'catalog.db'}", lock=self.root / ".lock")

    @cached_property
    def cache(self) -> ResponseCache:
        """Answers by call key."""
        return ResponseCache(self.root / "cache.db")

    @cached_property
    def blobs(self) -> Blobs:
        """Media by content."""
        return Blobs(self.root / "blobs")

    def journal(self, run: str) -> Journal:
        """Start writing the entries of a run; full segments are sealed in the background.

        Raises:
            StoreError: The journal folder cannot be written.
        """
        return Journal(self.root / "journal", run, self._sealer.take)

    def seal(self) -> int:
        """Seal every closed segment, a crashed process's too; wait for those under way.

        Returns:
            Records and scores sealed since the last call.

        Raises:
            StoreError: The lake cannot be written; nothing is lost and the next call tries again.
        """
        return self._sealer.wait() + seal_leftovers(self.root / "journal", self.lake)

    def records(
        self,
        runs: str | Iterable[str] | None,
        columns: Iterable[str] | None = None,
        *,
        text: bool = False,
        live: bool = True,
    ) -> pa.Table:
        """Read records.

        Args:
            runs: Id or ids; None reads every run.
            columns: Columns; None takes all scalar ones.
            text: Whether long columns (input, output, target, ...) come too.
            live: Whether entries that are not sealed yet count.

        Returns:
            One row a record, the newest where one was written twice. Structured columns are JSON text; repetitive
            ones are dictionary-encoded.

        Raises:
            StoreError: A column does not exist or the lake cannot be read.
        """
        return self._reader.table("records", {"run": _ids(runs)}, columns, text=text, live=live)

    def scores(
        self,
        runs: str | Iterable[str] | None,
        scorers: str | Iterable[str] | None = None,
        *,
        columns: Iterable[str] | None = None,
        text: bool = False,
        live: bool = True,
    ) -> pa.Table:
        """Read scores, the newest of each scorer for each record.

        Args:
            runs: Id or ids; None reads every run.
            scorers: Name or names; None takes all.
            columns: Columns; None takes all scalar ones.
            text: Whether long columns (answer, explanation, probabilities) come too.
            live: Whether entries that are not sealed yet count.

        Raises:
            StoreError: A column does not exist or the lake cannot be read.
        """
        where = {"run": _ids(runs), "scorer": _ids(scorers)}
        return self._reader.table("scores", where, columns, text=text, live=live)

    def results(self, runs: str | Iterable[str] | None) -> Records:
        """The records of some runs, to be had as Arrow, pandas, polars, DuckDB or structs."""
        return Records(self._reader, _ids(runs))

    def duckdb(self, runs: str | Iterable[str] | None = None) -> duckdb.DuckDBPyConnection:
        """An in-memory DuckDB with the views `records` and `scores`, the live tail included.

        Args:
            runs: Id or ids; None shows every run.

        Raises:
            StoreError: The lake cannot be read.
        """
        return connect(self._reader, _ids(runs))

    def entries_done(self, run: str, statuses: Collection[Status] | None = None) -> Done:
        """What a run need not do again.

        Args:
            run: Id of the run.
            statuses: An outcome counts only if its status is one of these; None takes all.

        Raises:
            StoreError: The lake cannot be read.
        """
        columns = choose("records", DONE_COLUMNS, text=False)
        return Done(self._reader.parts("records", {"run": {run}}, columns, live=True), statuses)

    def compact(self) -> dict[str, tuple[int, int]]:
        """Merge the small files that many runs leave; safe while others read and write.

        Returns:
            Files before and after, by table; empty when another process is at it.

        Raises:
            StoreError: The lake cannot be written.
        """
        holder = f"{socket.gethostname()}-{os.getpid()}-{id(self)}"
        if not self.catalog.lease("compact", holder, _COMPACT_SECONDS):
            return {}
        try:
            return {kind: self.lake.compact(kind) for kind in COLUMNS}
        finally:
            self.catalog.give_back("compact", holder)

    def close(self) -> None:
        """Finish background work and close connections."""
        self._sealer.close()
        for name in ("cache", "catalog"):
            if name in self.__dict__:
                self.__dict__[name].close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _ids(given: str | Iterable[str] | None) -> set[str] | None:
    if given is None:
        return None
    return {given} if isinstance(given, str) else set(given)


def _make_folders(root: Path) -> None:
    try:
        for name in FOLDERS:
            (root / name).mkdir(parents=True, exist_ok=True)
        if not os.access(root / "journal", os.W_OK | os.X_OK):
            raise PermissionError(13, os.strerror(13))
    except OSError as error:
        raise StoreError(
            f"the workspace {root} cannot be written: {error.strerror}. Choose another folder (EVALIUM_HOME) or make "
            "this one writable"
        ) from error
