"""Short transactions on the catalog's database, with the store's own errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from evalium.core import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table


class Database:
    """An engine whose failures are `StoreError`s.

    Args:
        engine: The SQLAlchemy engine.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading."""
        with self.reported(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction; its first statement has to be a write, so that SQLite can wait for its turn."""
        with self.reported(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reported(self) -> Iterator[None]:
        """Turn the database's errors into one that says where and what to do."""
        from sqlalchemy.exc import DBAPIError

        try:
            yield
        except DBAPIError as error:
            where = self.engine.url.render_as_string(hide_password=True)
            reason = " ".join(str(error.orig).split())
            raise StoreError(
                f"the catalog {where} failed: {reason}. Check that it is reachable, writable and has room, or "
                "choose another (EVALIUM_HOME, EVALIUM_CATALOG)"
            ) from error

    def insert(self, table: Table) -> Any:
        """An INSERT of the database's own kind, which has `on_conflict_do_update`."""
        if self.engine.dialect.name == "postgresql":
            from sqlalchemy.dialects import postgresql

            return postgresql.insert(table)
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
