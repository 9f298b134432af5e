"""Segments: the journal's files, who holds them, and what a crash left of them."""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import StoreError, WorkspaceTooNew

from ._entry import FORMAT, Header, decode, decode_plain
from ._frame import HEAD, intact_length, payloads

SUFFIX = ".wal"
UNBORN = ".new"
"""What a segment is called until its header is written and it is locked."""


def segment_paths(folder: Path) -> list[Path]:
    """The segments in a journal folder, oldest name first."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def unborn_paths(folder: Path) -> list[Path]:
    """What is left of segments whose writer ended before they had a header; they hold nothing."""
    return sorted(folder.glob(f"*{UNBORN}"))


def set_aside(path: Path) -> None:
    """Keep a segment whose header is damaged where it is not taken for one; what a power cut emptied just goes."""
    if path.read_bytes().strip(b"\0"):
        path.rename(path.with_suffix(".torn"))
    else:
        path.unlink()


def hold(path: Path) -> int | None:
    """Open a segment and take its lock.

    Returns:
        A file descriptor that owns the lock until it is closed; None when a live writer or sealer has it or the
        segment is gone.
    """
    try:
        fd = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(fd).st_nlink:
            return fd
    except BlockingIOError:
        pass
    os.close(fd)
    return None


def recover(path: Path, fd: int) -> int:
    """Cut off what does not belong to a whole frame. The caller holds the segment by `fd`.

    A frame that is all there but fails its checksum is damage rather than an interrupted write: the bytes from there
    on are kept beside the segment as `<segment>.torn`.

    Returns:
        Bytes that were cut off.
    """
    data = path.read_bytes()
    good = intact_length(data)
    tail = data[good:]
    if not tail:
        return 0
    if len(tail) > HEAD.size and len(tail) >= HEAD.size + HEAD.unpack_from(tail)[0] and tail.strip(b"\0"):
        path.with_suffix(".torn").write_bytes(tail)
    os.ftruncate(fd, good)
    os.fsync(fd)
    return len(tail)


def read_header(path: Path) -> Header | None:
    """The header of a segment; None when the segment is gone, or a crash left no whole header.

    Raises:
        WorkspaceTooNew: A newer evalium wrote the segment.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        return None
    for payload, _ in payloads(head):
        return _as_header(path, payload)
    return None


def _as_header(path: Path, payload: memoryview) -> Header | None:
    try:
        header = decode(payload)
    except msgspec.DecodeError:
        return None
    if not isinstance(header, Header):
        return None
    if header.format > FORMAT:
        raise WorkspaceTooNew(
            f"{path} is of journal format {header.format}, written by evalium {header.evalium}; this evalium reads "
            f"up to format {FORMAT}: pip install -U evalium"
        )
    return header


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the entries of a segment up to the first frame that is not whole; nothing when the segment is gone.

    They are plain mappings, since making structs of what becomes columns would be in vain.

    Raises:
        StoreError: An undamaged frame does not hold an entry.
    """
    try:
        with path.open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                return
            # Mapped rather than read: the pages are in memory already, written a moment ago.
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        return
    for payload, end in payloads(data):
        try:
            entry = decode_plain(payload)
        except msgspec.DecodeError as error:
            raise StoreError(f"{path}: the frame that ends at byte {end} holds no entry: {error}") from error
        if entry["type"] == "entry":
            yield entry
