"""Brings a catalog to this version's tables, and refuses one that is ahead of them."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from evalium.core import WorkspaceTooNew
from evalium.core.version import __version__

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

HEAD = "0001"
"""The newest migration; alembic is only imported for a catalog that an older evalium made."""

_TURN = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(1702257004)"}
"""Starts a transaction in which no other process migrates; table changes are part of it in both databases."""


def migrate(engine: Engine, lock: Path | None) -> None:
    """Migrate, one process at a time; do nothing when the catalog is current.

    Args:
        engine: The catalog's database.
        lock: File to lock meanwhile, for processes of this machine.

    Raises:
        WorkspaceTooNew: A newer evalium made the catalog.
    """
    import sqlalchemy as sa

    with engine.connect() as connection:
        if _checked(connection, engine) == HEAD:
            return
    with _locked(lock), engine.begin() as connection:
        connection.exec_driver_sql(_TURN[connection.dialect.name])
        found = _checked(connection, engine)
        if found is None and not sa.inspect(connection).has_table("runs"):
            _create(connection)
        elif found != HEAD:
            _upgrade(connection)


def _checked(connection: Connection, engine: Engine) -> str | None:
    """The catalog's migration, None for an empty database."""
    import sqlalchemy as sa

    present = sa.inspect(connection).get_table_names()
    if "alembic_version" not in present:
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found > HEAD:
        by = connection.execute(sa.text("SELECT value FROM meta WHERE name = 'evalium_version'")).scalar()
        where = engine.url.render_as_string(hide_password=True)
        raise WorkspaceTooNew(
            f"the catalog {where} was made by evalium {by} (schema {found}); this is evalium {__version__} (schema "
            f"{HEAD}): pip install -U 'evalium>={by}', or choose another workspace (EVALIUM_HOME)"
        )
    return found


def _create(connection: Connection) -> None:
    """Make the newest tables at once, with the mark that alembic would leave."""
    import sqlalchemy as sa

    from ._tables import metadata

    metadata.create_all(connection)
    connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(sa.text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
    _sign(connection)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    _sign(connection)


def _sign(connection: Connection) -> None:
    """Note which evalium made the tables."""
    import sqlalchemy as sa

    from ._tables import meta

    connection.execute(sa.delete(meta).where(meta.c.name == "evalium_version"))
    connection.execute(sa.insert(meta).values(name="evalium_version", value=__version__))


@contextmanager
def _locked(path: Path | None) -> Iterator[None]:
    if path is None:
        yield
        return
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
