"""Ctrl-C and SIGTERM: the calls under way are kept, the terminal says how to go on, and going on works."""

from __future__ import annotations

import fcntl
import signal
import threading
from pathlib import Path

import pytest

from evalium.testing import Asked, Behaviour, Faults, Latency, TestServer, arithmetic
from tests.robustness.command import Started, evalium, write_plan

N = 60
HEAVY = """
import evalium as ev

@ev.scorer(heavy=True)
def right(output: str, target: str) -> bool:
    return output.endswith(": " + target)
"""


class Bell:
    """Rings at the n-th answer."""

    def __init__(self, at: int) -> None:
        self.at, self.answered, self.rung = at, 0, threading.Event()

    def __call__(self, asked: Asked) -> str:
        self.answered += 1
        if self.answered == self.at:
            self.rung.set()
        return arithmetic(asked)


@pytest.mark.parametrize(
    ("number", "everyone"),
    [(signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGINT, True)],
    ids=["ctrl-c", "sigterm", "ctrl-c with heavy scorers"],
)
def test_it_stops_cleanly_and_goes_on(number: signal.Signals, everyone: bool, tmp_path: Path) -> None:
    bell = Bell(20)
    with TestServer(Behaviour(answer=bell, latency=Latency(median=0.02))) as server:
        (tmp_path / "own.py").write_text(HEAVY, encoding="utf-8")
        scorers = ["numeric", "own.py:right"] if everyone else ["numeric"]
        execution = {"concurrency": 4, "cache": False, "processes": 1}
        write_plan(tmp_path, server.url, N, scorers=scorers, execution=execution)
        run = Started(["run", "plan.yaml", "-o", "report.html"], tmp_path)
        assert bell.rung.wait(60), run.end()
        run.signal(number, everyone=everyone)
        ended = run.end()
        assert ended.code == 130 and not ended.out and not (tmp_path / "report.html").exists(), ended
        assert ended.err == "error: interrupted: what is done is stored; the same command goes on from here\n"
        stopped_at = server.stats().requests
        assert 20 <= stopped_at < N
        [row] = evalium(tmp_path, "runs", "--json").json["runs"]
        assert row["status"] == "interrupted"
        done = evalium(tmp_path, "run", "plan.yaml", "--json").run
        assert done["status"] == {"ok": N} and done["state"] == "done" and done["run"] == row["id"]
        assert server.stats().requests == N, "every call under way was finished and kept"


def test_a_second_one_drops_the_calls_under_way(tmp_path: Path) -> None:
    with TestServer(Behaviour(faults=Faults(by_number={10: "hang"}))) as server:
        write_plan(tmp_path, server.url, N, execution={"concurrency": 1, "cache": False, "timeout": 100})
        run = Started(["run", "plan.yaml"], tmp_path)
        while not server.stats().faults:
            assert run.process.poll() is None, run.end()
        run.signal(signal.SIGINT)
        run.signal(signal.SIGTERM)
        ended = run.end()
        assert ended.code == 130 and ended.err.startswith("error: interrupted: what is done is stored"), ended
        assert server.stats().requests == 11, "the call that hung was not tried again"
        assert evalium(tmp_path, "run", "plan.yaml", "--json").run["status"] == {"ok": N}
        assert server.stats().requests == N + 1


def test_before_the_first_call(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "import os, signal\ndef rows():\n    os.kill(os.getpid(), signal.SIGINT)\n    yield {'input': 'a'}\n",
        encoding="utf-8",
    )
    write_plan(tmp_path, data={"python": "own.py:rows"}, scorers=["exact"])
    ended = evalium(tmp_path, "run", "plan.yaml")
    assert ended.code == 130 and "interrupted" in ended.err and "Traceback" not in ended.err, ended


HOLDING = """
import fcntl
import evalium as ev

held = open("held", "w")

@ev.scorer(heavy=True)
def score(output: str) -> float:
    fcntl.flock(held, fcntl.LOCK_EX)
    return 1.0
"""


def test_processes_of_heavy_scorers_do_not_outlive_a_killed_run(tmp_path: Path) -> None:
    bell = Bell(10)
    with TestServer(Behaviour(answer=bell, latency=Latency(median=0.02))) as server:
        (tmp_path / "own.py").write_text(HOLDING, encoding="utf-8")
        execution = {"concurrency": 2, "processes": 1}
        write_plan(tmp_path, server.url, N, scorers=["own.py:score"], execution=execution)
        run = Started(["run", "plan.yaml"], tmp_path)
        assert bell.rung.wait(60), run.end()
        with (tmp_path / "held").open("w", encoding="utf-8") as held:
            with pytest.raises(BlockingIOError):
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            run.signal(signal.SIGKILL)
            taken = threading.Thread(target=fcntl.flock, args=(held, fcntl.LOCK_EX), daemon=True)
            taken.start()
            taken.join(60)
            assert not taken.is_alive(), "a process of the scorer still holds the file"
        run.end()
