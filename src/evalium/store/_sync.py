"""Group commit: one thread that makes what was written durable."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

MOST_SECONDS = 0.05
"""Longest time between a write and the start of its fsync."""

MOST_ENTRIES = 256
"""Entries that may wait before the fsync starts at once."""

_sync_data: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)


def sync_folder(path: str | os.PathLike[str]) -> None:
    """Make the creation, renaming or removal of files in a folder durable."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_newer(folder: Path, since: float) -> None:
    """Make files below a folder, and the folders they are in, durable.

    Args:
        folder: Where to look.
        since: Unix time; files changed before it are left alone.
    """
    touched = set()
    for parent, _, names in os.walk(folder):
        for name in names:
            # Clocks of file systems tick more slowly than time.time().
            with suppress(FileNotFoundError):
                path = os.path.join(parent, name)
                if os.stat(path).st_mtime >= since - 2:
                    _sync_path(path)
                    touched.add(parent)
    for parent in touched:
        sync_folder(parent)


def _sync_path(path: str) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        _sync_data(fd)
    finally:
        os.close(fd)


class GroupCommit:
    """Calls fsync at most `MOST_SECONDS` or `MOST_ENTRIES` after a write.

    Args:
        folder: Where the files are created.

    Attributes:
        durable: Entries that are known to be on disk.
        error: What went wrong in the background, if anything did.
    """

    def __init__(self, folder: Path) -> None:
        self.durable = 0
        self.error: OSError | None = None
        self._folder = folder
        self._written = 0
        self._files: list[int] = []
        self._current: int | None = None
        self._born = False
        self._due = threading.Condition()
        self._syncing = threading.Lock()
        self._full = threading.Event()
        self._stop = False
        self._thread: threading.Thread | None = None

    def born(self) -> None:
        """Note that a file was created, so that the next sync makes its name durable too."""
        with self._due:
            self._born, self._current = True, None

    def wrote(self, fd: int, total: int) -> None:
        """Note that `total` entries have been written so far, the latest into `fd`."""
        self._written = total
        if self._current == fd:
            if total - self.durable >= MOST_ENTRIES:
                self._full.set()
            return
        with self._due:
            # A descriptor of its own: whoever seals the file may close his before it is synced here.
            self._files.append(os.dup(fd))
            self._current = fd
            self._due.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="evalium-fsync", daemon=True)
            self._thread.start()

    def sync(self) -> None:
        """Make everything written so far durable before returning.

        Raises:
            OSError: The disk refuses.
        """
        with self._syncing:
            with self._due:
                # First the swap, then the count: a write that still saw the old list is then part of the count.
                files, self._files = self._files, []
                born, self._born, self._current = self._born, False, None
                total = self._written
            try:
                for fd in files:
                    _sync_data(fd)
                if born:
                    sync_folder(self._folder)
            finally:
                for fd in files:
                    os.close(fd)
            self.durable = total
        if self.error is not None:
            raise self.error

    def stop(self) -> None:
        """End the thread; nothing is synced any more, and no file is kept open."""
        with self._due:
            self._stop = True
            self._full.set()
            self._due.notify()
        if self._thread is not None:
            self._thread.join()
        for fd in self._files:
            os.close(fd)
        self._files = []

    def _work(self) -> None:
        while True:
            with self._due:
                while not self._files and not self._stop:
                    self._due.wait()
                if self._stop:
                    return
            self._full.wait(MOST_SECONDS)
            self._full.clear()
            try:
                self.sync()
            except OSError as error:
                self.error = error
                return
