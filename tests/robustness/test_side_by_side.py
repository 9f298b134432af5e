"""Several processes on one workspace, and outputs that nobody reads."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from evalium.store import Workspace
from evalium.testing import Behaviour, Latency, TestServer
from tests.robustness.command import EVALIUM, Started, environment, evalium, plan_of, write_plan

N = 80


def complete(folder: Path, runs: int) -> None:
    """Refuse a workspace in which a run lacks a sample or has one twice."""
    with Workspace.open(folder / ".evalium", create=False) as store:
        rows = store.catalog.runs()
        assert len(rows) == runs and {row.status for row in rows} == {"done"}
        for row in rows:
            for table in (store.records(row.id, ["sample"]), store.scores(row.id, columns=["sample"])):
                assert sorted(table.column("sample").to_pylist()) == sorted(str(i + 1) for i in range(N))
        assert not list((folder / ".evalium" / "journal").glob("*.wal"))


def test_two_plans_at_once(tmp_path: Path) -> None:
    with TestServer(Behaviour(latency=Latency(median=0.01))) as server:
        write_plan(tmp_path, server.url, N)
        for i in range(3):
            text = yaml.safe_dump(plan_of(server.url, plan=f"plan {i}", system=f"You are number {i}."))
            (tmp_path / f"plan-{i}.yaml").write_text(text, encoding="utf-8")
        runs = [Started(["run", f"plan-{i}.yaml", "--json"], tmp_path) for i in range(3)]
        ended = [run.end() for run in runs]
        assert [one.run["status"] for one in ended] == [{"ok": N}] * 3
        assert server.stats().requests == 3 * N
    complete(tmp_path, 3)


def test_the_same_plan_twice_at_once(tmp_path: Path) -> None:
    with TestServer(Behaviour(latency=Latency(median=0.01))) as server:
        write_plan(tmp_path, server.url, N)
        first, second = (Started(["run", "plan.yaml", "--json"], tmp_path) for _ in range(2))
        a, b = first.end().run, second.end().run
        assert a["run"] == b["run"] and a["status"] == b["status"] == {"ok": N}
        assert a["metrics"]["numeric"] == b["metrics"]["numeric"]
        assert server.stats().requests <= 2 * N
    complete(tmp_path, 1)


@pytest.mark.parametrize(
    "arguments", [["list", "metrics"], ["list", "metrics", "--json"], ["run", "plan.yaml"], ["runs"], ["--help"]]
)
def test_output_that_nobody_reads(arguments: list[str], tmp_path: Path) -> None:
    write_plan(tmp_path)
    evalium(tmp_path, "run", "plan.yaml", "--quiet")
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        ended = subprocess.run(
            [*EVALIUM, *arguments], cwd=tmp_path, env=environment(), stdout=closed, stderr=subprocess.PIPE, check=False
        )
    assert ended.stderr == b"" and ended.returncode == 141, ended
