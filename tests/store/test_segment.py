"""What is left of a segment after a crash is a true prefix, and damage is kept for a look."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import StoreError, WorkspaceTooNew
from evalium.store import Journal
from evalium.store._entry import Header, encode
from evalium.store._frame import frame
from evalium.store._segment import hold, read_header, recover, segment_paths

from .make import RUN, entries, record, score


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("segment")
    with Journal(folder, RUN) as journal:
        for number in range(6):
            journal.write(record(number), [score(number)])
    return segment_paths(folder)[0].read_bytes()


@given(cut=st.integers(0, 5000), flip=st.integers(0, 5000), mask=st.integers(0, 255))
def test_cut_and_damaged_segments_never_raise_nor_lie(
    segment: bytes, tmp_path: Path, cut: int, flip: int, mask: int
) -> None:
    data = bytearray(segment[: cut % (len(segment) + 1)])
    if data:
        data[flip % len(data)] ^= mask
    path = tmp_path / "x.wal"
    path.write_bytes(bytes(data))
    read_header(path)
    read = [entry.record for entry in entries(path)]
    assert read == [record(number) for number in range(len(read))]
    fd = hold(path)
    assert fd is not None
    recover(path, fd)
    os.close(fd)
    assert [entry.record for entry in entries(path)] == read
    assert segment.startswith(path.read_bytes())


def test_recover_cuts_a_torn_tail(segment: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.wal"
    path.write_bytes(segment[:-3])
    fd = hold(path)
    assert fd is not None
    assert recover(path, fd) > 3
    os.close(fd)
    assert len(list(entries(path))) == 5
    assert [p.name for p in tmp_path.iterdir()] == ["x.wal"]


def test_recover_keeps_damaged_bytes_aside(segment: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.wal"
    data = bytearray(segment)
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    fd = hold(path)
    assert fd is not None
    recover(path, fd)
    os.close(fd)
    assert path.read_bytes() + (tmp_path / "x.torn").read_bytes() == bytes(data)


def test_a_live_writer_is_left_alone(tmp_path: Path) -> None:
    with Journal(tmp_path, RUN) as journal:
        journal.write(record())
        journal.flush()
        (path,) = segment_paths(tmp_path)
        assert hold(path) is None
    fd = hold(path)
    assert fd is not None
    os.close(fd)
    assert hold(tmp_path / "gone.wal") is None


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    header = Header(segment="x", run=RUN, writer="w", created_at=0, evalium="9.1", format=2)
    path = tmp_path / "x.wal"
    path.write_bytes(frame(encode(header)))
    with pytest.raises(WorkspaceTooNew, match=r"format 2, written by evalium 9\.1; .* up to format 1: pip install -U"):
        read_header(path)


def test_an_intact_frame_of_something_else_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.wal"
    path.write_bytes(frame(msgspec.msgpack.encode({"type": "nonsense"})))
    with pytest.raises(StoreError, match="holds no entry"):
        list(entries(path))
