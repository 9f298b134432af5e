"""The response cache: answers by call key, read in the hot loop, written behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from evalium.core import StoreError

if TYPE_CHECKING:
    import sqlite3

BATCH_SECONDS = 0.2
"""How long answers are gathered before they are written."""

MOST_PENDING = 64 * 2**20
"""Bytes that may wait to be written; what comes beyond is not cached."""

_BUSY_SECONDS = 30.0
_SELECT = "SELECT payload FROM answers WHERE key = ?"


class ResponseCache:
    """A map from call key to bytes that several processes share.

    `put` returns at once; a thread writes in batches. What is put is seen by `get` of this object at once and by other
    processes after a batch. A cache that cannot be written any more (a full disk) goes on answering: see `error`.

    Args:
        path: The SQLite file.

    Attributes:
        dropped: Answers that were not cached because the disk could not keep up.
        error: Why writing stopped, None while it works.

    Example:
        >>> with ResponseCache(Path("cache.db")) as cache:
        ...     cache.put("ab" * 32, b"answer")
        ...     cache.get("ab" * 32), cache.get("cd" * 32)
        (b'answer', None)
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dropped = 0
        self.error: str | None = None
        self._pending: dict[bytes, bytes] = {}
        self._writing: dict[bytes, bytes] = {}
        self._pending_bytes = 0
        self._lock = threading.Lock()
        self._storing = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._reader = _connect(path)
        self._writer = _connect(path)
        self._empty = self._reader.execute("SELECT 1 FROM answers LIMIT 1").fetchone() is None

    def get(self, key: str) -> bytes | None:
        """The answer for a call key (hex digits), None when there is none."""
        raw = bytes.fromhex(key)
        with self._lock:
            found = self._pending.get(raw, self._writing.get(raw))
            # A cache that was empty when opened is not asked: only this process's own answers could be there.
            if found is not None or self._empty:
                return found
            row = self._select(raw)
        return None if row is None else row[0]

    def _select(self, raw: bytes) -> tuple[bytes] | None:
        import sqlite3

        try:
            row: tuple[bytes] | None = self._reader.execute(_SELECT, (raw,)).fetchone()
        except sqlite3.Error as error:
            self.error = f"the response cache {self.path} cannot be read: {error}"
            return None
        return row

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The answers there are for some call keys."""
        return {key: found for key in keys if (found := self.get(key)) is not None}

    def put(self, key: str, payload: bytes) -> None:
        """Keep an answer; the first one for a key stays."""
        raw = bytes.fromhex(key)
        with self._lock:
            if self.error is not None or self._pending_bytes > MOST_PENDING:
                self.dropped += 1
                return
            self._pending[raw] = payload
            self._pending_bytes += len(payload)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="evalium-cache", daemon=True)
            self._thread.start()
        self._wake.set()

    def flush(self) -> None:
        """Return when everything put so far is written, or cannot be (see `error`)."""
        import sqlite3

        with self._storing:
            with self._lock:
                self._writing, self._pending, self._pending_bytes = self._pending, {}, 0
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                self._writer.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?)", self._writing.items())
                self._writer.execute("COMMIT")
            except sqlite3.Error as error:
                self.error = f"the response cache {self.path} cannot be written: {error}"
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
            with self._lock:
                self._empty = self._empty and not self._writing
                self._writing = {}

    def close(self) -> None:
        """Write what is pending and close the file."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        if self._pending:
            self.flush()
        self._reader.close()
        self._writer.close()

    def __enter__(self) -> ResponseCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _work(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._wake.clear()
            self._closing.wait(BATCH_SECONDS)
            if self._pending:
                self.flush()


def _connect(path: Path) -> sqlite3.Connection:
    import sqlite3

    try:
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, payload BLOB NOT NULL)")
    except sqlite3.Error as error:
        raise StoreError(
            f"cannot open the response cache {path}: {error}. Delete the file (only saved answers are lost) or make it "
            "writable"
        ) from error
    return connection
