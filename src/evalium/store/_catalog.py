"""The catalog: runs, errors and leases in a transactional database."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from evalium.core import ConfigError, UnknownName, did_you_mean

from ._database import Database
from ._engine import connect
from ._errors import ErrorBook, ErrorRow
from ._leases import Leases
from ._migrate import migrate
from ._run_row import RunRow, RunStatus

if TYPE_CHECKING:
    from sqlalchemy import Engine, Row


class Catalog:
    """Short transactions on SQLite or PostgreSQL; made by `Catalog.open`.

    Attributes:
        engine: The SQLAlchemy engine.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._db = Database(engine)
        self._errors = ErrorBook(self._db)
        self._leases = Leases(self._db)

    @classmethod
    def open(cls, url: str, lock: Path | None = None) -> Catalog:
        """Connect, and migrate if need be.

        Args:
            url: `sqlite:///file` or `postgresql://...`.
            lock: File under which processes of this machine take turns to migrate.

        Raises:
            ConfigError: The URL is of another kind.
            WorkspaceTooNew: A newer evalium made the catalog.
            StoreError: The database cannot be reached.

        Example:
            >>> catalog = Catalog.open("sqlite:///catalog.db")
            >>> catalog.put_run(RunRow(id="r1", plan="support", model="openai/gpt-4o"))
            >>> catalog.run("r").status
            'running'
            >>> catalog.close()
        """
        catalog = cls(connect(url))
        try:
            with catalog._db.reported():
                migrate(catalog.engine, lock)
        except BaseException:
            catalog.engine.dispose()
            raise
        return catalog

    def put_run(self, run: RunRow) -> None:
        """Insert a run, or replace the one with the same id."""
        from . import _tables

        values = msgspec.structs.asdict(run)
        values["created_at"] = run.created_at or time.time()
        values["updated_at"] = time.time()
        with self._db.write() as connection:
            runs = _tables.runs
            statement = self._db.insert(runs).values(**values)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[runs.c.id], set_={k: statement.excluded[k] for k in values if k != "id"}
                )
            )

    def update_run(self, run: str, **fields: Any) -> None:
        """Change some fields of a run.

        Args:
            run: Its full id.
            fields: New values by field of `RunRow`.

        Raises:
            ConfigError: There is no such field.
            UnknownName: There is no such run.
        """
        import sqlalchemy as sa

        from . import _tables

        for name in fields:
            if name not in RunRow.__struct_fields__:
                raise ConfigError(f"runs have no field {name!r}.{did_you_mean(name, RunRow.__struct_fields__)}")
        table = _tables.runs
        change = sa.update(table).where(table.c.id == run).values(**{"updated_at": time.time(), **fields})
        with self._db.write() as connection:
            if connection.execute(change).rowcount:
                return
        raise UnknownName("run", run, self._near(run))

    def run(self, name: str) -> RunRow:
        """Find a run.

        Args:
            name: Its id or the beginning of it; or a model's name for its newest run, or `PLAN:MODEL`.

        Raises:
            UnknownName: There is no such run.
            ConfigError: Several ids begin so.
        """
        import sqlalchemy as sa

        from . import _tables

        table = _tables.runs
        begins = table.c.id.startswith(name, autoescape=True)
        with self._db.read() as connection:
            exact = connection.execute(sa.select(table).where(table.c.id == name)).first()
            if exact is not None:
                return _run_row(exact)
            found = connection.execute(sa.select(table).where(begins).limit(21)).all() if name else []
            if not found:
                named = sa.or_(table.c.model == name, table.c.plan + ":" + table.c.model == name)
                newest = sa.select(table).where(named).order_by(table.c.created_at.desc(), table.c.id)
                found = connection.execute(newest.limit(1)).all()
        if len(found) == 1:
            return _run_row(found[0])
        if found:
            ids = ", ".join(sorted(row.id for row in found)[:20])
            raise ConfigError(f"the run {name!r} is ambiguous, it may be: {ids}. Give more of the id")
        raise UnknownName("run", name, self._near(name))

    def runs(
        self, limit: int = 100, *, plan: str | None = None, model: str | None = None, status: RunStatus | None = None
    ) -> list[RunRow]:
        """List runs, the newest first.

        Args:
            limit: At most this many.
            plan: Only those of this plan.
            model: Only those of this model.
            status: Only those of this status.
        """
        import sqlalchemy as sa

        from . import _tables

        table = _tables.runs
        query = sa.select(table).order_by(table.c.created_at.desc(), table.c.id).limit(limit)
        for column, wanted in ((table.c.plan, plan), (table.c.model, model), (table.c.status, status)):
            if wanted is not None:
                query = query.where(column == wanted)
        with self._db.read() as connection:
            return [_run_row(row) for row in connection.execute(query)]

    def error_id(self, kind: str, message: str, traceback: str = "") -> str:
        """Remember an error once and count it; see `ErrorBook.note`.

        Returns:
            The error's id, 16 hex digits.
        """
        return self._errors.note(kind, message, traceback)

    def flush_errors(self) -> None:
        """Store how often known errors were repeated."""
        self._errors.flush()

    def error(self, id_: str) -> ErrorRow:
        """Find an error.

        Raises:
            StoreError: There is none with this id.
        """
        return self._errors.find(id_)

    def errors(self, limit: int = 20) -> list[ErrorRow]:
        """The errors that happened most often, with their tracebacks."""
        self.flush_errors()
        return self._errors.most_frequent(limit)

    def lease(self, name: str, holder: str, seconds: float) -> bool:
        """Take or prolong the right to do something that only one process may do at a time.

        Returns:
            Whether `holder` has it now.
        """
        return self._leases.take(name, holder, seconds)

    def give_back(self, name: str, holder: str) -> None:
        """End a lease; nothing happens when someone else has it."""
        self._leases.give_back(name, holder)

    def close(self) -> None:
        """Store pending counts and close the connections."""
        try:
            self.flush_errors()
        finally:
            self.engine.dispose()

    def _near(self, name: str) -> list[str]:
        """Ids to suggest: those that resemble a wrong one, else the newest."""
        import difflib

        import sqlalchemy as sa

        from . import _tables

        table = _tables.runs
        with self._db.read() as connection:
            ids = list(
                connection.execute(sa.select(table.c.id).order_by(table.c.created_at.desc()).limit(1000)).scalars()
            )
        return difflib.get_close_matches(name, ids, n=3, cutoff=0.6) or ids[:5]


def _run_row(row: Row[Any]) -> RunRow:
    return RunRow(**row._mapping)
