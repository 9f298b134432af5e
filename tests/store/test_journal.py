"""The journal: what is written is read back, whatever it holds and however the disk behaves."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest

from evalium.core import StoreError
from evalium.store import Entry, Journal, encode
from evalium.store import _journal as journal_module
from evalium.store import _sync as sync_module
from evalium.store._segment import hold, read_header

from .make import RUN, entries, record, score
from .process import Child


def written(folder: Path) -> list[Entry]:
    return [entry for path in sorted(folder.glob("*.wal")) for entry in entries(path)]


def test_a_record_and_its_scores_lie_in_one_frame(tmp_path: Path) -> None:
    with Journal(tmp_path, RUN) as journal:
        journal.write(record(1), [score(1), score(1, 0.5, scorer="rouge_l")])
        journal.write(None, [score(0, 0.25)])
    (path,) = tmp_path.glob("*.wal")
    header = read_header(path)
    assert header is not None
    assert (header.run, header.segment, header.writer) == (RUN, path.stem, journal.writer)
    first, second = entries(path)
    assert (first.record, first.scores) == (record(1), [score(1), score(1, 0.5, scorer="rouge_l")])
    assert (second.record, second.scores) == (None, [score(0, 0.25)])


def test_nothing_is_on_disk_before_flush_and_all_of_it_after(tmp_path: Path) -> None:
    journal = Journal(tmp_path, RUN)
    for number in range(10):
        journal.write(record(number))
    assert (journal.written, written(tmp_path)) == (0, [])
    journal.flush()
    assert journal.written == len(written(tmp_path)) == 10
    journal.sync()
    assert journal.durable == 10
    journal.close()
    journal.close()


def test_entries_become_durable_without_being_asked(tmp_path: Path) -> None:
    journal = Journal(tmp_path, RUN)
    journal.write(record())
    journal.flush()
    thread = journal._commit._thread
    assert thread is not None
    while journal.durable < 1 and thread.is_alive():
        thread.join(0.01)
    assert journal.durable == 1
    journal.close()


def test_times_increase_even_when_the_clock_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([1000, 900, 900, 2000])
    with Journal(tmp_path, RUN) as journal:
        monkeypatch.setattr(journal_module.time, "time_ns", lambda: next(ticks))
        for _ in range(4):
            journal.write(record())
        monkeypatch.undo()
    assert [entry.at for entry in written(tmp_path)] == [1000, 1001, 1002, 2000]


def test_full_segments_are_handed_over_and_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "MOST_ENTRIES", 10)
    handed: list[Path] = []
    with Journal(tmp_path, RUN, lambda path, fd: handed.append(path)) as journal:
        for number in range(25):
            journal.write(record(number))
            journal.flush()
        assert len(handed) == 2
    assert len(handed) == len(set(handed)) == 3
    assert [len(list(entries(path))) for path in handed] == [10, 10, 5]


def test_an_empty_journal_leaves_nothing(tmp_path: Path) -> None:
    Journal(tmp_path, RUN).close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("nul \0, emoji 😀, RTL \u202e", "nul \0, emoji 😀, RTL \u202e"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("split \ud83d\ude00 pair", "split 😀 pair"),
        (2**70, str(2**70)),
        (-(2**63), -(2**63)),
        (np.float32(0.5), 0.5),
        (np.arange(3), [0, 1, 2]),
        ({"a": [np.int64(1), None, True]}, {"a": [1, None, True]}),
        (PurePosixPath("a/b"), "a/b"),
        ("x" * 10_000_000, "x" * 10_000_000),
    ],
)
def test_awkward_values_are_stored(tmp_path: Path, value: Any, stored: Any) -> None:
    with Journal(tmp_path, RUN) as journal:
        journal.write(record(data={"value": value}))
    (entry,) = written(tmp_path)
    assert entry.record is not None
    assert entry.record.data == {"value": stored}


def test_a_value_that_cannot_be_stored_is_named(tmp_path: Path) -> None:
    with Journal(tmp_path, RUN) as journal:
        with pytest.raises(StoreError, match=r"type object cannot be stored.*must return text, numbers"):
            journal.write(record(data={"value": object()}))
        journal.write(record(1))
    assert [entry.record for entry in written(tmp_path)] == [record(1)]


def test_append_takes_an_encoded_entry(tmp_path: Path) -> None:
    with Journal(tmp_path, RUN) as journal:
        journal.append(encode(Entry(7, record(3), [score(3)])))
    assert written(tmp_path) == [Entry(7, record(3), [score(3)])]


FULL_DISK = """
import resource
from pathlib import Path
from evalium.core import StoreError
from evalium.store import Journal
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
journal = Journal(Path(sys.argv[1]), RUN)
number = 0
try:
    while True:
        for _ in range(7):
            journal.write(record(number, output="x" * 1000))
            number += 1
        journal.flush()
except StoreError as error:
    print(journal.written)
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
journal.flush()
print(journal.written, number)
journal.close()
"""


def test_a_full_disk_loses_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    child = Child(FULL_DISK, str(tmp_path))
    kept, message = int(child.line()), child.line()
    assert kept > 50
    assert "MB are free" in message and "make room" in message and f"({kept:,} calls) is safe" in message
    assert child.line() == f"{kept // 7 * 7 + 7} {kept // 7 * 7 + 7}"
    child.finish()
    assert [entry.record.sample for entry in written(tmp_path) if entry.record] == [
        f"s{number}" for number in range(kept // 7 * 7 + 7)
    ]


KILLED_FULL = FULL_DISK.replace("    print(error)\n", "    print(error, flush=True)\n    sys.stdin.read()\n")


def test_what_fitted_on_a_full_disk_is_readable_after_a_kill(tmp_path: Path) -> None:
    child = Child(KILLED_FULL, str(tmp_path))
    kept = int(child.line())
    child.line()
    child.kill()
    assert [entry.record.sample for entry in written(tmp_path) if entry.record] == [f"s{n}" for n in range(kept)]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot write the journal .*nowhere.*EVALIUM_HOME"):
        Journal(tmp_path / "nowhere", RUN)


def test_a_segment_may_be_closed_by_its_sealer_before_it_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "MOST_ENTRIES", 3)
    with Journal(tmp_path, RUN, lambda path, fd: os.close(fd)) as journal:
        for number in range(30):
            journal.write(record(number))
            journal.flush()
        journal.sync()
        assert journal.durable == 30
    assert len(written(tmp_path)) == 30


def test_a_disk_that_refuses_to_sync_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(fd: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(sync_module, "_sync_data", refuse)
    journal = Journal(tmp_path, RUN)
    journal.write(record())
    journal.flush()
    thread = journal._commit._thread
    assert thread is not None
    thread.join()
    journal.write(record(1))
    with pytest.raises(StoreError, match=r"Input/output error.*\(0 calls\) is safe"):
        journal.flush()
    with pytest.raises(StoreError, match="Input/output error"):
        journal.close()
    assert journal.durable == 0
    (path,) = tmp_path.glob("*.wal")
    fd = hold(path)
    assert fd is not None
    os.close(fd)
    assert len(written(tmp_path)) == 1
