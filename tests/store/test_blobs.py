"""Media by content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import StoreError
from evalium.store import Blobs

from .process import Child


@given(st.binary(max_size=100))
def test_bytes_come_back_under_their_hash(tmp_path: Path, data: bytes) -> None:
    blobs = Blobs(tmp_path)
    name = blobs.put(data)
    assert name == hashlib.sha256(data).hexdigest() == blobs.put(data)
    assert name in blobs
    assert blobs.get(name) == blobs.path(name).read_bytes() == data


def test_processes_that_put_the_same_bytes_at_once_agree(tmp_path: Path) -> None:
    code = """
from pathlib import Path
from evalium.store import Blobs
blobs = Blobs(Path(sys.argv[1]))
print({blobs.put(bytes([n]) * 10_000) for n in range(50)} and "done")
"""
    for child in [Child(code, str(tmp_path)) for _ in range(3)]:
        assert child.finish() == ["done"]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 50
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in files)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63, "0" * 62 + "/x"])
def test_what_is_no_hash_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="64 hex digits"):
        Blobs(tmp_path).get(name)


def test_absent_and_damaged_blobs_are_named(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    with pytest.raises(StoreError, match="there is no blob 000"):
        blobs.get("0" * 64)
    name = blobs.put(b"pixels")
    blobs.path(name).write_bytes(b"pixel")
    with pytest.raises(StoreError, match="is damaged"):
        blobs.get(name)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot store 6 bytes of media as .*EVALIUM_HOME"):
        Blobs(tmp_path / "file").put(b"pixels")
