"""The lake in an object store."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from evalium.store import Entry, Lake, Workspace
from evalium.store._convert import tables
from evalium.store._schema import COLUMNS

from .make import RUN, fill, record, segments
from .object_store import object_store
from .process import Child


def test_runs_are_sealed_into_and_read_from_an_object_store(tmp_path: Path) -> None:
    with object_store() as (options, objects):
        with Workspace.open(tmp_path, lake_url="s3://bucket/evaluations/", storage_options=options) as ws:
            fill(ws, 30, seal=True)
            fill(ws, 10, seal=True, run="other")
            assert segments(tmp_path) == []
            assert ws.records(RUN, ["latency"]).column("latency").to_pylist() == [n / 1000 for n in range(30)]
            assert ws.scores(None).num_rows == 40
            assert len(ws.entries_done(RUN)) == 30
            assert ws.duckdb("other").execute("SELECT count(*), max(output) FROM records").fetchone() == (
                10,
                "answer 9",
            )
            assert ws.compact() == {"records": (2, 1), "scores": (2, 1)}
            assert ws.records(None).num_rows == 40
        assert list((tmp_path / "lake").iterdir()) == []
        assert any(key.startswith("evaluations/records/day=2023-11-14/") for key in objects)


def test_a_segment_is_committed_once_there_too() -> None:
    with object_store() as (options, _):
        lake = Lake("s3://bucket/x", options)
        rows = tables(
            map(msgspec.to_builtins, [Entry(1, record(1)), Entry(2, record(2))]), {"records": COLUMNS["records"]}
        )["records"]
        assert [lake.append("records", rows, segment) for segment in ("a", "a", "b")] == [True, False, True]


def test_processes_that_seal_at_once_both_commit(tmp_path: Path) -> None:
    code = """
import json
options = json.loads(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
with Workspace.open(sys.argv[1], lake_url="s3://bucket/x", storage_options=options) as ws:
    for number in range(5):
        with ws.journal(f"{sys.argv[3]}-{number}") as journal:
            journal.write(record(number, run=f"{sys.argv[3]}-{number}"))
        ws.seal()
"""
    with object_store() as (options, _):
        children = [Child(code, str(tmp_path / name), json.dumps(options), name) for name in ("a", "b")]
        assert [child.line() for child in children] == ["ready", "ready"]
        for child in children:
            assert child.process.stdin is not None
            child.process.stdin.write("go\n")
            child.process.stdin.flush()
        for child in children:
            child.finish()
        with Workspace.open(tmp_path / "c", lake_url="s3://bucket/x", storage_options=options) as ws:
            runs = ws.records(None, ["run"]).column("run").to_pylist()
            assert sorted(runs) == sorted(f"{name}-{number}" for name in "ab" for number in range(5))
