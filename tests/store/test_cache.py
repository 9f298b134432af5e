"""The response cache, alone and shared."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from evalium.core import StoreError
from evalium.store import ResponseCache
from evalium.store import _cache as cache_module

from .process import Child

KEYS = [f"{number:064x}" for number in range(50)]


def test_answers_are_there_at_once_and_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with ResponseCache(path) as cache:
        assert cache.get(KEYS[0]) is None
        for key in KEYS[:10]:
            cache.put(key, key.encode())
        assert cache.get(KEYS[3]) == KEYS[3].encode()
        cache.flush()
        assert cache.get(KEYS[3]) == KEYS[3].encode()
        assert cache.get_many(KEYS[8:12]) == {key: key.encode() for key in KEYS[8:10]}
        cache.put(KEYS[20], b"")
        assert cache.get(KEYS[20]) == b""
    with ResponseCache(path) as cache:
        assert cache.get(KEYS[9]) == KEYS[9].encode()
        assert cache.get(KEYS[20]) == b""
        assert cache.get(KEYS[10]) is None


def test_the_first_answer_for_a_key_stays(tmp_path: Path) -> None:
    with ResponseCache(tmp_path / "cache.db") as cache:
        cache.put(KEYS[0], b"first")
        cache.flush()
        cache.put(KEYS[0], b"second")
        cache.flush()
        assert cache.get(KEYS[0]) == b"first"


def test_what_another_process_puts_is_found(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with ResponseCache(path) as cache:
        cache.put(KEYS[0], b"mine")
        cache.flush()
        code = """
from pathlib import Path
from evalium.store import ResponseCache
with ResponseCache(Path(sys.argv[1])) as cache:
    cache.put(sys.argv[2], b"theirs")
    print(cache.get(sys.argv[3]).decode())
"""
        assert Child(code, str(path), KEYS[1], KEYS[0]).finish() == ["mine"]
        assert cache.get(KEYS[1]) == b"theirs"


def test_a_cache_that_cannot_keep_up_drops_instead_of_filling_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "MOST_PENDING", 100)
    monkeypatch.setattr(cache_module, "BATCH_SECONDS", 3600.0)
    with ResponseCache(tmp_path / "cache.db") as cache:
        for key in KEYS[:5]:
            cache.put(key, bytes(60))
        assert cache.dropped == 3
        assert cache.get(KEYS[1]) is not None and cache.get(KEYS[2]) is None


def test_a_cache_that_cannot_be_written_goes_on_answering(tmp_path: Path) -> None:
    with ResponseCache(tmp_path / "cache.db") as cache:
        cache.put(KEYS[0], b"x")
        cache.flush()
        cache._writer.execute("PRAGMA query_only=ON")
        cache.put(KEYS[1], b"y")
        cache.flush()
        assert cache.error is not None and "cannot be written" in cache.error
        cache.put(KEYS[2], b"z")
        assert (cache.get(KEYS[0]), cache.get(KEYS[2]), cache.dropped) == (b"x", None, 1)


def test_a_damaged_cache_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(b"this is no database, it only looks like a file" * 100)
    with pytest.raises(StoreError, match=r"cannot open the response cache .*cache\.db.*Delete the file"):
        ResponseCache(path)


def test_a_cache_damaged_while_open_answers_none(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with ResponseCache(path) as cache:
        cache.put(KEYS[0], b"x")
        cache.flush()
        with sqlite3.connect(path) as other:
            other.execute("DROP TABLE answers")
        other.close()
        assert cache.get(KEYS[0]) is None
        assert cache.error is not None and "cannot be read" in cache.error
