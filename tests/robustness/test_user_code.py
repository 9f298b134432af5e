"""What a user's own model, solver or scorer raises is data: a status, a kind, and one traceback for each place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evalium.store import Workspace
from tests.robustness.command import evalium, write_plan

OWN = """
import evalium as ev

def model(prompt: str) -> str:
    return helper(prompt)

async def solve(sample, call):
    reply = await call(sample.input)
    if int(sample.id) % 3 == 0:
        raise KeyError(sample.id)
    return helper(reply.text)

def score(output: str) -> float:
    return float(len(helper(output)))

@ev.scorer(heavy=True)
def heavy(output: str) -> float:
    return float(len(helper(output)))

async def later(output: str) -> float:
    return float(len(helper(output)))

def helper(text: str) -> str:
    numbers = [int(word.strip("?")) for word in text.split() if word.strip("?").isdigit()]
    if numbers and numbers[0] % 4 == 1:
        raise ValueError(f"no luck with {text}")
    return text
"""
N = 40
UNLUCKY = sum(i % 4 == 1 for i in range(N))
THIRD = sum((i + 1) % 3 == 0 for i in range(N))
BOTH = sum(i % 4 == 1 and (i + 1) % 3 != 0 for i in range(N))


def run(folder: Path, **changes: Any) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """A run with code of one's own: what it printed, its distinct errors by kind, its scores."""
    (folder / "own.py").write_text(OWN, encoding="utf-8")
    write_plan(folder, n=N, **{"models": ["mock/echo"], "scorers": ["exact"], **changes})
    found = evalium(folder, "run", "plan.yaml", "--json").run
    with Workspace.open(folder / ".evalium", create=False) as store:
        errors = store.catalog.errors()
        kinds = {error.kind: error for error in errors}
        assert len(kinds) == len(errors), "one for each place that raises, however the messages differ"
        scores = store.scores(None, columns=["sample", "scorer", "status", "explanation"], text=True).to_pylist()
        ids = {error.id for error in errors}
        for data in store.records(None, ["status", "data"], text=True).to_pylist():
            assert data["status"] == "ok" or any(id_ in data["data"] for id_ in ids)
    return found, kinds, scores


def test_a_model(tmp_path: Path) -> None:
    found, errors, _ = run(tmp_path, models=["python/own.py:model"])
    assert found["status"] == {"ok": N - UNLUCKY, "error": UNLUCKY} and found["errors"] == {"ValueError": UNLUCKY}
    assert found["state"] == "partial" and set(errors) == {"ValueError"} and errors["ValueError"].count == UNLUCKY
    assert 'own.py", line' in errors["ValueError"].traceback and "in helper" in errors["ValueError"].traceback


def test_a_solver(tmp_path: Path) -> None:
    found, errors, _ = run(tmp_path, solver={"python": "own.py:solve"})
    assert found["errors"] == {"KeyError": THIRD, "ValueError": BOTH} and sum(found["status"].values()) == N
    assert {kind: error.count for kind, error in errors.items()} == {"KeyError": THIRD, "ValueError": BOTH}
    assert "in solve" in errors["KeyError"].traceback


@pytest.mark.parametrize("name", ["score", "heavy", "later"])
def test_a_scorer(name: str, tmp_path: Path) -> None:
    found, errors, scores = run(tmp_path, scorers=[f"own.py:{name}"], execution={"processes": 2})
    assert found["status"] == {"ok": N} and found["errors"] == {}
    failed = [score for score in scores if score["status"] == "error"]
    assert len(failed) == UNLUCKY and all(score["explanation"].startswith("ValueError: no luck") for score in failed)
    assert found["metrics"][name]["n"] == N - UNLUCKY and found["metrics"][name]["n_missing"] == UNLUCKY
    assert errors["ValueError"].count == UNLUCKY and "in helper" in errors["ValueError"].traceback


WRONG = {
    "the solver is no coroutine": ("def solve(sample, call): ...", {}, "is not an async function"),
    "an option it does not take": ("async def solve(sample, call): ...", {"n": 1}, "solver.options do not fit"),
    "a helper that does not exist": (
        "async def solve(sample, call):\n    await call('x', model='moc/echo')",
        {},
        "unknown model 'moc'. Did you mean 'mock'?",
    ),
    "a file that does not run": ("1 / 0\nasync def solve(sample, call): ...", {}, "ZeroDivisionError"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_solver_that_cannot_work_at_all(name: str, tmp_path: Path) -> None:
    code, options, words = WRONG[name]
    (tmp_path / "own.py").write_text(code, encoding="utf-8")
    write_plan(tmp_path, solver={"python": "own.py:solve", "options": options})
    ended = evalium(tmp_path, "run", "plan.yaml")
    assert ended.code == 2 and words in ended.err and "Traceback" not in ended.err, ended


def test_a_solver_that_returns_nothing(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("async def solve(sample, call): ...", encoding="utf-8")
    write_plan(tmp_path, solver={"python": "own.py:solve"})
    ended = evalium(tmp_path, "run", "plan.yaml", "--json")
    [found] = json.loads(ended.out)["runs"]
    assert found["status"] == {"error": 12} and found["errors"] == {"TypeError": 12}
    assert ended.code == 3 and "no call of mock/target worked: 12 TypeError" in ended.err


def test_a_value_that_cannot_be_stored_stops_the_run_and_says_why(tmp_path: Path) -> None:
    code = (
        "import evalium as ev\nasync def solve(sample, call):\n    return ev.Outcome(output='x', data={'x': object()})"
    )
    (tmp_path / "own.py").write_text(code, encoding="utf-8")
    write_plan(tmp_path, solver={"python": "own.py:solve"})
    ended = evalium(tmp_path, "run", "plan.yaml")
    assert ended.code == 3 and "a value of type object cannot be stored" in ended.err, ended


def test_a_heavy_scorer_that_ends_its_process(tmp_path: Path) -> None:
    code = (
        "import os\nimport evalium as ev\n@ev.scorer(heavy=True)\ndef score(output: str) -> float:\n    os._exit(9)\n"
    )
    (tmp_path / "own.py").write_text(code, encoding="utf-8")
    write_plan(tmp_path, scorers=["own.py:score"], execution={"processes": 1})
    ended = evalium(tmp_path, "run", "plan.yaml")
    assert ended.code == 3 and "ended before sample" in ended.err and "Traceback" not in ended.err, ended
