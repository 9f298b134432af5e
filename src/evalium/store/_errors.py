"""Errors once each, however often they happen."""

from __future__ import annotations

import hashlib
import re
import time

import msgspec

from evalium.core import StoreError

from ._database import Database

_NUMBER = re.compile(r"\b(?:0x)?[0-9a-f]*[0-9][0-9a-f]*\b", re.IGNORECASE)


class ErrorRow(msgspec.Struct, kw_only=True):
    """One distinct error.

    Attributes:
        id: 16 hex digits; equal errors have equal ids in every workspace.
        kind: Short name that errors are counted under.
        message: Message of its first occurrence.
        traceback: Traceback of its first occurrence.
        first_seen: Unix time in seconds.
        count: Occurrences.
    """

    id: str
    kind: str
    message: str
    traceback: str
    first_seen: float
    count: int


class ErrorBook:
    """The table of distinct errors.

    Args:
        database: Where it lies.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._repeats: dict[str, int] = {}

    def note(self, kind: str, message: str, traceback: str = "") -> str:
        """Remember an error once and count it.

        Errors are the same when kind and traceback agree, or, without a traceback, kind and message with its numbers
        left out. The first occurrence in a process is stored at once; repeats are counted in memory and stored by
        `flush`.

        Returns:
            The error's id, 16 hex digits.
        """
        what = traceback or _NUMBER.sub("#", message)
        id_ = hashlib.sha256(f"{kind}\0{what}".encode("utf-8", "replace")).hexdigest()[:16]
        if id_ in self._repeats:
            self._repeats[id_] += 1
            return id_
        self._repeats[id_] = 0
        self._store(id_, kind, _clean(message), _clean(traceback))
        return id_

    def flush(self) -> None:
        """Store how often known errors were repeated."""
        import sqlalchemy as sa

        from . import _tables

        table = _tables.errors
        repeated = {id_: n for id_, n in self._repeats.items() if n}
        if repeated:
            with self._db.write() as connection:
                for id_, n in sorted(repeated.items()):
                    connection.execute(sa.update(table).where(table.c.id == id_).values(count=table.c.count + n))
        self._repeats.update(dict.fromkeys(repeated, 0))

    def find(self, id_: str) -> ErrorRow:
        """Find an error.

        Raises:
            StoreError: There is none with this id.
        """
        import sqlalchemy as sa

        from . import _tables

        table = _tables.errors
        with self._db.read() as connection:
            row = connection.execute(sa.select(table).where(table.c.id == id_)).first()
        if row is None:
            raise StoreError(f"no error has the id {id_!r}: it belongs to another workspace, or is mistyped")
        return ErrorRow(**row._mapping)

    def most_frequent(self, limit: int) -> list[ErrorRow]:
        """The errors that happened most often."""
        import sqlalchemy as sa

        from . import _tables

        table = _tables.errors
        query = sa.select(table).order_by(table.c.count.desc(), table.c.first_seen, table.c.id).limit(limit)
        with self._db.read() as connection:
            return [ErrorRow(**row._mapping) for row in connection.execute(query)]

    def _store(self, id_: str, kind: str, message: str, traceback: str) -> None:
        from . import _tables

        table = _tables.errors
        first = self._db.insert(table).values(
            id=id_, kind=kind, message=message, traceback=traceback, first_seen=time.time(), count=1
        )
        again = first.on_conflict_do_update(index_elements=[table.c.id], set_={"count": table.c.count + 1})
        with self._db.write() as connection:
            connection.execute(again)


def _clean(text: str) -> str:
    """Text that every database takes: no NUL, no lone surrogates."""
    return text.replace("\0", "\\0").encode("utf-8", "replace").decode()
