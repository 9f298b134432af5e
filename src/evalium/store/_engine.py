"""The connection to the catalog's database."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

import msgspec

from evalium.core import ConfigError, MissingExtra

if TYPE_CHECKING:
    from sqlalchemy import Engine

BUSY_SECONDS = 30.0
"""How long a statement waits for another process's transaction."""


def connect(url: str) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://...` (by psycopg).

    Raises:
        ConfigError: The URL is of another kind or malformed.
        MissingExtra: PostgreSQL's driver is not installed.
    """
    import sqlalchemy as sa

    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise ConfigError(
            f"the catalog URL is malformed ({error}): use sqlite:///file or postgresql://host/db"
        ) from None
    options: dict[str, Any] = {"json_serializer": _to_json, "json_deserializer": msgspec.json.decode}
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, **options)
        sa.event.listen(engine, "connect", _set_up_sqlite)
        return engine
    if parsed.get_backend_name() != "postgresql":
        raise ConfigError(
            f"the catalog cannot be a {parsed.get_backend_name()!r} database: use sqlite:///file or postgresql://host/db"
        )
    try:
        return sa.create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **options)
    except ModuleNotFoundError:
        raise MissingExtra("a PostgreSQL catalog", "postgres") from None


def _to_json(value: Any) -> str:
    # Numbers that are not finite become null: PostgreSQL refuses NaN in JSON. So it does NUL in text.
    return msgspec.json.encode(value).decode()


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    _switch_to_wal(cursor)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _switch_to_wal(cursor: Any) -> None:
    import sqlite3

    # Of several connections that switch a new file at once SQLite turns all but one away without waiting.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(0.001, 0.02))
