"""Sealing: journal segments become rows of the Delta tables, exactly once."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from ._convert import tables
from ._lake import Lake
from ._schema import COLUMNS
from ._segment import entries, hold, read_header, recover, segment_paths, set_aside, unborn_paths
from ._sync import sync_folder


def seal_segment(path: Path, lake: Lake) -> int:
    """Commit a segment and delete it. The caller holds the segment's lock.

    The segment's id is the application transaction of both commits: a sealer that was killed anywhere between them is
    followed by one that repeats only what is missing.

    Returns:
        Rows that the segment held.

    Raises:
        StoreError: A table cannot be written; the segment stays.
    """
    import pyarrow as pa

    rows = tables(entries(path), COLUMNS)
    total = sum(map(len, rows.values()))
    for kind in list(rows):
        table = rows.pop(kind)
        if len(table):
            lake.append(kind, table, path.stem)
    del table
    # What a segment took goes back to the system rather than adding to the next one's.
    pa.default_memory_pool().release_unused()
    path.unlink()
    sync_folder(path.parent)
    return total


def seal_leftovers(folder: Path, lake: Lake) -> int:
    """Seal every segment that no live process holds, after cutting off what a crash left torn.

    Returns:
        Rows sealed.

    Raises:
        StoreError: A table cannot be written; the segments stay.
    """
    total = 0
    for path in unborn_paths(folder):
        fd = hold(path)
        if fd is not None:
            path.unlink()
            os.close(fd)
    for path in segment_paths(folder):
        fd = hold(path)
        if fd is None:
            continue
        try:
            if read_header(path) is None:
                set_aside(path)
                continue
            recover(path, fd)
            total += seal_segment(path, lake)
        finally:
            os.close(fd)
    return total


class Sealer:
    """Seals finished segments in one background thread while the run goes on.

    Args:
        lake: Where to.
    """

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._pool: ThreadPoolExecutor | None = None
        self._pending: list[Future[int]] = []

    def take(self, path: Path, fd: int) -> None:
        """Seal a segment later; `fd` holds its lock and is closed afterwards."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="evalium-seal")
        self._pending.append(self._pool.submit(self._seal, path, fd))

    def wait(self) -> int:
        """Return when everything taken so far was tried; what failed still lies in the journal.

        Returns:
            Rows sealed since the last call.
        """
        pending, self._pending = self._pending, []
        return sum(future.result() for future in pending if future.exception() is None)

    def close(self) -> None:
        """Finish what was taken and end the thread."""
        self.wait()
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def _seal(self, path: Path, fd: int) -> int:
        try:
            os.fsync(fd)
            return seal_segment(path, self._lake)
        finally:
            os.close(fd)
