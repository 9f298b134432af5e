"""Sealing happens exactly once, wherever it is interrupted."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from evalium.core import StoreError
from evalium.store import Entry, Journal, Lake, Workspace
from evalium.store import _journal as journal_module
from evalium.store import _seal as seal_module
from evalium.store._convert import tables
from evalium.store._schema import COLUMNS

from .make import RUN, fill, record, score, segments
from .process import Child


def samples(ws: Workspace) -> list[str]:
    return sorted(ws.records(RUN, ["sample"]).column("sample").to_pylist())


def test_sealed_rows_equal_live_ones(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as ws:
        journal = ws.journal(RUN)
        for number in range(50):
            journal.write(record(number), [score(number)])
        journal.flush()
        records, scores = ws.records(RUN, text=True), ws.scores(RUN, text=True)
        journal.close()
        assert ws.seal() == 100
        assert segments(tmp_path) == []
        assert ws.records(RUN, text=True).equals(records)
        assert ws.scores(RUN, text=True).equals(scores)
        assert ws.seal() == 0
        assert ws.records(RUN, live=False).num_rows == 50


def test_full_segments_are_sealed_while_the_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "MOST_ENTRIES", 20)
    with Workspace.open(tmp_path) as ws:
        with ws.journal(RUN) as journal:
            for number in range(70):
                journal.write(record(number))
                journal.flush()
            ws._sealer.wait()
            assert len(segments(tmp_path)) == 1
            assert ws.records(RUN, live=False).num_rows == 60
            assert ws.records(RUN).num_rows == 70
        ws.seal()
        assert samples(ws) == sorted(f"s{number}" for number in range(70))


def test_the_same_segment_is_committed_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    rows = tables(
        map(msgspec.to_builtins, [Entry(1, record(1)), Entry(2, record(2))]), {"records": COLUMNS["records"]}
    )["records"]
    assert [lake.append("records", rows, segment) for segment in ("a", "a", "b", "a")] == [True, False, True, False]
    delta = lake.open("records")
    assert delta is not None
    assert sum(batch.num_rows for batch in lake.scan(delta, {}, COLUMNS["records"])) == 4


def test_a_lake_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as ws:
        (tmp_path / "lake" / "records").write_text("in the way", encoding="utf-8")
        fill(ws, 5, seal=False)
        with pytest.raises(StoreError, match=r"Delta table .*records.*Nothing is lost"):
            ws.seal()
        assert len(segments(tmp_path)) == 1
        (tmp_path / "lake" / "records").unlink()
        assert ws.seal() == 10
        assert samples(ws) == [f"s{number}" for number in range(5)]


def test_scores_alone_and_records_alone_are_sealed(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as ws:
        with ws.journal(RUN) as journal:
            journal.write(record(1))
        ws.seal()
        with ws.journal(RUN) as journal:
            journal.write(None, [score(1, 0.5)])
        ws.seal()
        assert (ws.records(RUN).num_rows, ws.scores(RUN).num_rows) == (1, 1)


def test_what_a_crash_left_is_tidied(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as ws:
        folder = tmp_path / "journal"
        (folder / "a.new").write_bytes(b"half a hea")
        (folder / "b.wal").write_bytes(b"no header at all, but bytes")
        (folder / "c.wal").write_bytes(bytes(100))
        assert ws.seal() == 0
        assert [path.name for path in segments(tmp_path)] == ["b.torn"]


def test_a_damaged_segment_is_sealed_as_far_as_it_is_good_and_the_rest_kept(tmp_path: Path) -> None:
    with Journal(Workspace.open(tmp_path).root / "journal", RUN) as journal:
        for number in range(10):
            journal.write(record(number))
    (path,) = segments(tmp_path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with Workspace.open(tmp_path) as ws:
        kept = ws.seal()
        assert 0 < kept < 10
        assert samples(ws) == [f"s{number}" for number in range(kept)]
    (torn,) = segments(tmp_path)
    assert torn.suffix == ".torn" and bytes(data).endswith(torn.read_bytes())


KILLED = """
import evalium.store._lake as lake_module
import evalium.store._seal as seal_module
moment = sys.argv[2]
def stop(here):
    if here == moment:
        print(here, flush=True)
        sys.stdin.read()
append = lake_module.Lake.append
def slowly(self, kind, table, segment):
    stop("before " + kind)
    done = append(self, kind, table, segment)
    stop("after " + kind)
    return done
lake_module.Lake.append = slowly
ws = Workspace.open(sys.argv[1])
with ws.journal(RUN) as journal:
    for number in range(30):
        journal.write(record(number), [score(number)])
ws.seal()
"""


@pytest.mark.parametrize("moment", ["before records", "after records", "before scores", "after scores"])
def test_a_kill_anywhere_in_sealing_neither_loses_nor_repeats(tmp_path: Path, moment: str) -> None:
    child = Child(KILLED, str(tmp_path), moment)
    assert child.line() == moment
    child.kill()
    assert len(segments(tmp_path)) == 1
    with Workspace.open(tmp_path) as ws:
        for _ in range(2):
            assert samples(ws) == sorted(f"s{number}" for number in range(30))
            assert ws.scores(RUN).num_rows == 30
            assert len(ws.entries_done(RUN)) == 30
            counted = ws.duckdb(RUN).execute("SELECT (SELECT count(*) FROM records), (SELECT count(*) FROM scores)")
            assert counted.fetchone() == (30, 30)
            ws.seal()
            assert segments(tmp_path) == []
        assert ws.records(RUN, live=False).num_rows == 30


def test_two_sealers_at_once_share_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal_module.Sealer, "take", lambda self, path, fd: seal_module.os.close(fd))
    with Workspace.open(tmp_path) as ws:
        for number in range(8):
            with ws.journal(f"run-{number}") as journal:
                journal.write(record(number, run=f"run-{number}"))
    code = "ws = Workspace.open(sys.argv[1]); print(ws.seal()); ws.close()"
    children = [Child(code, str(tmp_path)) for _ in range(3)]
    assert sum(int(line) for child in children for line in child.finish()) == 8
    with Workspace.open(tmp_path) as ws:
        assert ws.records(None).num_rows == 8
        assert ws.duckdb().execute("SELECT count(*) FROM records").fetchone() == (8,)
