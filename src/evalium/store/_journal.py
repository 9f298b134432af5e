"""The journal of one run by one process: what is appended here is never lost to a crash."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from evalium.core import Record, Score, StoreError
from evalium.core.version import __version__

from ._entry import Entry, Header, encode
from ._frame import frame
from ._segment import SUFFIX, UNBORN
from ._sync import GroupCommit

MOST_BYTES = 12 * 2**20
MOST_ENTRIES = 10_000
"""A segment that has reached either is closed, handed over for sealing, and followed by the next."""

Handover = Callable[[Path, int], None]
"""Takes a finished segment and the file descriptor that holds its lock, and owns both from then on."""


class Journal:
    """An append-only file of frames that one run of one process owns.

    `write` only buffers; `flush` hands everything buffered to the operating system in one call, after which the end of
    the process loses nothing; a background thread makes it durable against power cuts within 50 ms or 256 entries.
    One thread writes; `durable` may be read from any.

    Args:
        folder: The journal folder.
        run: Id of the run.
        handover: Gets each finished segment; None leaves finished segments where they are.

    Attributes:
        written: Entries that the operating system has.

    Raises:
        StoreError: The folder cannot be written.
    """

    def __init__(self, folder: Path, run: str, handover: Handover | None = None) -> None:
        self.run = run
        self.writer = f"{time.time_ns() // 1000:016x}-{os.getpid()}-{secrets.token_hex(4)}"
        self.written = 0
        self._folder, self._handover = folder, handover
        self._buffer: list[bytes] = []
        self._at = 0
        self._number = 0
        self._fd = -1
        self._commit = GroupCommit(folder)
        self._open_segment()

    @property
    def durable(self) -> int:
        """Entries that are on disk for certain."""
        return self._commit.durable

    def write(self, record: Record | None, scores: Sequence[Score] = ()) -> None:
        """Append a call and its scores as one frame; it counts as done once `flush` has returned.

        Args:
            record: The call; None when scores are added to calls that are stored already.
            scores: The scores of this record.

        Raises:
            StoreError: A value is of a type that cannot be stored.
        """
        at = time.time_ns()
        self._at = at = at if at > self._at else self._at + 1
        self._buffer.append(frame(encode(Entry(at, record, list(scores)))))

    def append(self, payload: bytes) -> None:
        """Append an encoded entry (see `encode`) as one frame."""
        self._buffer.append(frame(payload))

    def flush(self) -> None:
        """Give everything buffered to the operating system.

        Raises:
            StoreError: The disk is full or fails. Whole frames that did fit stay; the rest stays in memory, and
                another `flush` tries again.
        """
        if not self._buffer:
            return
        if self._commit.error is not None:
            raise self._failure(self._commit.error, self.durable)
        count = len(self._buffer)
        done, failure = _write(self._fd, b"".join(self._buffer))
        if failure is None:
            self._buffer.clear()
        else:
            count, done = self._keep_unwritten(done)
        self._bytes += done
        self._entries += count
        self.written += count
        self._commit.wrote(self._fd, self.written)
        if failure is not None:
            raise self._failure(failure, self.written)
        if self._bytes >= MOST_BYTES or self._entries >= MOST_ENTRIES:
            self._finish_segment()
            self._open_segment()

    def sync(self) -> None:
        """Flush, and return when everything is on disk.

        Raises:
            StoreError: The disk is full or fails.
        """
        self.flush()
        try:
            self._commit.sync()
        except OSError as error:
            raise self._failure(error, self.durable) from error

    def close(self) -> None:
        """Flush, make durable, and hand the last segment over; a second call does nothing.

        Raises:
            StoreError: The disk is full or fails; what was written before is safe.
        """
        if self._fd < 0:
            return
        try:
            self.sync()
        finally:
            self._commit.stop()
            self._finish_segment()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open_segment(self) -> None:
        segment = f"{self.writer}-{self._number:06d}"
        self._number += 1
        self._path = self._folder / f"{segment}{SUFFIX}"
        header = Header(
            segment=segment, run=self.run, writer=self.writer, created_at=time.time_ns(), evalium=__version__
        )
        data = frame(encode(header))
        # Born under another name, so that nobody finds it before it is locked and has its header.
        nascent = self._path.with_suffix(UNBORN)
        try:
            self._fd = os.open(nascent, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
            fcntl.flock(self._fd, fcntl.LOCK_EX)
            _, failure = _write(self._fd, data)
            if failure is not None:
                raise failure
            os.rename(nascent, self._path)
        except OSError as error:
            raise self._failure(error, self.written) from error
        self._commit.born()
        self._bytes, self._entries = len(data), 0

    def _finish_segment(self) -> None:
        fd, self._fd = self._fd, -1
        if self._entries == 0:
            self._path.unlink(missing_ok=True)
            os.close(fd)
        elif self._handover is None:
            os.close(fd)
        else:
            self._handover(self._path, fd)

    def _keep_unwritten(self, done: int) -> tuple[int, int]:
        """After a write that stopped at byte `done`: keep its whole frames in the file and the rest in memory."""
        kept, count = 0, 0
        for each in self._buffer:
            if kept + len(each) > done:
                break
            kept += len(each)
            count += 1
        del self._buffer[:count]
        os.ftruncate(self._fd, self._bytes + kept)
        return count, kept

    def _failure(self, error: OSError, safe: int) -> StoreError:
        free = shutil.disk_usage(self._folder).free if self._folder.exists() else 0
        return StoreError(
            f"cannot write the journal {self._path}: {error.strerror or error}. {free / 2**20:,.1f} MB are free there. "
            f"Everything written before ({safe:,} calls) is safe: make room or choose another workspace "
            "(EVALIUM_HOME), then run the same command again to resume"
        )


def _write(fd: int, data: bytes) -> tuple[int, OSError | None]:
    """Write all of `data`; the bytes that were taken, and what stopped it if something did."""
    done, view = 0, memoryview(data)
    while done < len(data):
        try:
            done += os.write(fd, view[done:])
        except OSError as error:
            return done, error
    return done, None
