"""Leases: one process at a time, across machines that share a catalog."""

from __future__ import annotations

import time

from ._database import Database


class Leases:
    """The table of leases.

    Args:
        database: Where it lies.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def take(self, name: str, holder: str, seconds: float) -> bool:
        """Take or prolong the right to do something that only one process may do at a time.

        Args:
            name: What it is for.
            holder: Who asks.
            seconds: How long it lasts unless prolonged or given back.

        Returns:
            Whether `holder` has it now.
        """
        from . import _tables

        now = time.time()
        leases = _tables.leases
        statement = self._db.insert(leases).values(name=name, holder=holder, expires_at=now + seconds)
        free = (leases.c.expires_at < now) | (leases.c.holder == holder)
        with self._db.write() as connection:
            taken = connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[leases.c.name],
                    set_={"holder": holder, "expires_at": now + seconds},
                    where=free,
                ).returning(leases.c.name)
            )
            return taken.first() is not None

    def give_back(self, name: str, holder: str) -> None:
        """End a lease; nothing happens when someone else has it."""
        import sqlalchemy as sa

        from . import _tables

        leases = _tables.leases
        with self._db.write() as connection:
            connection.execute(sa.delete(leases).where(leases.c.name == name, leases.c.holder == holder))
