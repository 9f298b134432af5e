"""kill -9 at random moments: nothing is lost, nothing is doubled, hardly anything is asked twice."""

from __future__ import annotations

import random
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evalium.store import Workspace
from evalium.testing import Asked, Behaviour, Faults, TestServer, arithmetic
from tests.robustness.command import Started, evalium, write_plan

SAMPLES = 150
CONCURRENCY = 6
FAULTS = Faults(rates={"429": 0.06, "500": 0.08, "reset": 0.05, "malformed": 0.05, "half_stream": 0.06})
PLAN: dict[str, Any] = {"generation": {"max_tokens": 20}, "metrics": ["numeric", "error_rate", "latency_p50"]}
EXECUTION = {"concurrency": CONCURRENCY, "max_retries": 12, "stream": True}


class Bell:
    """Answers sums, and rings when a given number of them was answered."""

    def __init__(self) -> None:
        self.answered = 0
        self.at = 0
        self.rung = threading.Event()

    def set(self, at: int) -> None:
        self.at = at
        self.rung.clear()

    def answer(self, asked: Asked) -> str:
        self.answered += 1
        if self.answered == self.at:
            self.rung.set()
        return arithmetic(asked)


def results(folder: Path) -> dict[str, tuple[str, float]]:
    """Answer and value of every sample; refuses a sample that is there twice."""
    with Workspace.open(folder / ".evalium", create=False) as store:
        records = store.records(None, ["sample", "status", "output"], text=True).to_pylist()
        scores = store.scores(None, columns=["sample", "value"]).to_pylist()
        assert not list((folder / ".evalium" / "journal").glob("*.wal"))
    assert all(record["status"] == "ok" for record in records)
    names = [record["sample"] for record in records]
    assert len(names) == len(set(names)) and sorted(names) == sorted(score["sample"] for score in scores)
    value = {score["sample"]: score["value"] for score in scores}
    return {record["sample"]: (record["output"], value[record["sample"]]) for record in records}


def undisturbed(folder: Path) -> dict[str, tuple[str, float]]:
    folder.mkdir()
    with TestServer() as server:
        write_plan(folder, server.url, SAMPLES, **PLAN, execution=EXECUTION)
        assert evalium(folder, "run", "plan.yaml", "--quiet").code == 0
    return results(folder)


@pytest.mark.parametrize(("cache", "kills", "seed"), [(False, 20, s) for s in (11, 12, 13)] + [(True, 20, 14)], ids=str)
def test_a_run_killed_at_random_moments(tmp_path: Path, cache: bool, kills: int, seed: int) -> None:
    chance, bell = random.Random(seed), Bell()
    behaviour = Behaviour(answer=bell.answer, faults=FAULTS, retry_after=0.01, seed=seed, keep=100 * SAMPLES)
    disturbed = tmp_path / "disturbed"
    disturbed.mkdir()
    with TestServer(behaviour) as server:
        write_plan(disturbed, server.url, SAMPLES, **PLAN, execution={**EXECUTION, "cache": cache})
        moments = sorted(chance.sample(range(1, SAMPLES), kills))
        died = 0
        for moment in moments:
            bell.set(bell.answered + max(1, moment - bell.answered))
            run = Started(["run", "plan.yaml", "--quiet"], disturbed)
            assert bell.rung.wait(60), run.end()
            run.signal(signal.SIGKILL)
            died += run.end().code == -signal.SIGKILL
        assert died == kills
        last = evalium(disturbed, "run", "plan.yaml", "--json").run
        seen = server.requests
    assert last["status"] == {"ok": SAMPLES} and last["state"] == "done"
    assert results(disturbed) == undisturbed(tmp_path / "undisturbed")
    answered = Counter(msgspec.json.encode(one.body, order="sorted") for one in seen if one.fault is None)
    repeated = sum(times - 1 for times in answered.values())
    print("REPEATED", repeated, "of", kills * CONCURRENCY, "requests", len(seen))
    assert len(answered) == SAMPLES and repeated <= kills * CONCURRENCY
    assert {one.fault for one in seen if one.fault} == set(FAULTS.rates)
