"""kill -9 at moments that a seed chooses: what was flushed is there, and a resumed run does only the rest."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from evalium.core import Status
from evalium.store import Workspace

from .make import RUN, record
from .process import Child

TOTAL = 2100
"""More than can be written before the kills: a child stops when the pipe is full of its unread lines of 1 KB."""

WRITER = """
journal_module.MOST_ENTRIES = 150
total = int(sys.argv[2])
ws = Workspace.open(sys.argv[1])
done = ws.entries_done(RUN)
print("resumed", len(done), flush=True)
journal = ws.journal(RUN)
wrote = 0
for number in range(total):
    if done.has(f"s{number}", 0, f"{number:064x}"):
        continue
    journal.write(record(number), [score(number, number)])
    wrote += 1
    if wrote % 7 == 0:
        journal.flush()
        print(journal.written, "of" * 500, flush=True)
journal.close()
ws.seal()
print("rest", wrote, flush=True)
"""


@pytest.mark.parametrize("seed", range(4))
def test_a_run_killed_again_and_again_ends_complete(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    certain = 0
    for _ in range(3):
        child = Child(WRITER, str(tmp_path), str(TOTAL))
        resumed = child.line().split()
        assert resumed[0] == "resumed"
        assert int(resumed[1]) >= certain
        before = int(resumed[1])
        written = 0
        for _ in range(chance.randrange(1, 25)):
            written = int(child.line().split()[0])
        unread = [int(line.split()[0]) for line in child.kill()]
        certain = before + max([written, *unread])
        with Workspace.open(tmp_path) as ws:
            table = ws.records(RUN, text=True)
            assert table.num_rows >= certain
            names = table.column("sample").to_pylist()
            assert len(set(names)) == len(names)
            assert table.column("output").to_pylist() == [f"answer {name[1:]}" for name in names]
    child = Child(WRITER, str(tmp_path), str(TOTAL))
    child.finish()
    with Workspace.open(tmp_path) as ws:
        assert sorted(ws.records(RUN, ["sample"]).column("sample").to_pylist()) == sorted(
            f"s{number}" for number in range(TOTAL)
        )
        values = ws.scores(RUN, columns=["sample", "value"]).to_pylist()
        assert all(row["value"] == int(row["sample"][1:]) for row in values) and len(values) == TOTAL
        assert list((tmp_path / "journal").iterdir()) == []


def test_two_processes_write_one_workspace_at_once(tmp_path: Path) -> None:
    code = """
journal_module.MOST_ENTRIES = 50
run = sys.argv[2]
with Workspace.open(sys.argv[1]) as ws:
    from evalium.store import RunRow
    ws.catalog.put_run(RunRow(id=run, plan="p", model="m"))
    print("ready", flush=True)
    sys.stdin.readline()
    with ws.journal(run) as journal:
        for number in range(300):
            journal.write(record(number, run=run), [score(number, run=run)])
            journal.flush()
            ws.cache.put(f"{number:064x}", run.encode())
            if number % 50 == 0:
                ws.catalog.update_run(run, counts={"ok": number})
                ws.catalog.error_id("http_500", "the same for both")
    ws.seal()
    ws.catalog.update_run(run, status="done")
"""
    children = [Child(code, str(tmp_path), run) for run in ("run-a", "run-b", "run-c")]
    assert [child.line() for child in children] == ["ready"] * 3
    for child in children:
        assert child.process.stdin is not None
        child.process.stdin.write("go\n")
        child.process.stdin.flush()
    for child in children:
        child.finish()
    with Workspace.open(tmp_path) as ws:
        for run in ("run-a", "run-b", "run-c"):
            assert ws.records(run).num_rows == ws.scores(run).num_rows == 300
            assert ws.catalog.run(run).status == "done"
        assert ws.records(None).num_rows == 900
        errors = ws.catalog.error(ws.catalog.error_id("http_500", "the same for both"))
        assert errors.count == 3 * 6 + 1
        assert all(ws.cache.get(f"{number:064x}") in {b"run-a", b"run-b", b"run-c"} for number in range(300))
        assert list((tmp_path / "journal").iterdir()) == []


def test_reading_while_another_process_writes_and_seals(tmp_path: Path) -> None:
    child = Child(WRITER, str(tmp_path), "400")
    child.line()
    seen = 0
    with Workspace.open(tmp_path) as ws:
        while (flushed := child.line().split()[0]).isdigit():
            names = ws.records(RUN, ["sample"]).column("sample").to_pylist()
            assert len(names) == len(set(names)) >= max(seen, int(flushed))
            seen = len(names)
        child.finish()
        assert ws.records(RUN).num_rows == 400


def test_only_some_outcomes_count_as_done(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as ws:
        with ws.journal(RUN) as journal:
            journal.write(record(0))
            journal.write(record(1, status=Status.ERROR))
            journal.write(record(2, kind="step", step=1))
            journal.write(record(3, status=Status.ERROR))
            journal.write(record(3))
            journal.flush()
            every, good = ws.entries_done(RUN), ws.entries_done(RUN, {Status.OK})
        assert [(f"s{n}", 0) in every for n in range(5)] == [True, True, False, True, False]
        assert [(f"s{n}", 0) in good for n in range(5)] == [True, False, False, True, False]
        assert (len(every), len(good)) == (3, 2)
        assert every.has("s3", 0, record(3).key)
        assert not every.has("s3", 0, "another key")
        assert not every.has("s3", 1, record(3).key)
