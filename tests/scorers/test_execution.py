"""The execution scorer reproduces HumanEval's printed figures, in the sandbox and in parallel."""

from __future__ import annotations

import gzip
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from evalium.core import ConfigError, Record, Status
from evalium.metrics import Frame, estimate
from evalium.metrics.pass_at_k import PassAtK
from evalium.scorers._sandbox import KINDS, cannot_use
from evalium.scorers.execution import execution
from tests.extras import not_here

from .records import record, scored, value

PATIENT = 60.0
"""Seconds that a loaded machine may take: time decides no test."""


@pytest.fixture(scope="module", autouse=True)
def sandboxed() -> None:
    if all(cannot_use(kind) for kind in KINDS):
        not_here("needs a sandbox: install bubblewrap, or allow user namespaces")


def rows(path: Path) -> list[dict[str, Any]]:
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    with opened as file:
        return [json.loads(line) for line in file]


def about(problem: dict[str, Any], code: str) -> Record:
    return record(code, {name: problem[name] for name in ("prompt", "test", "entry_point")})


def values_of(records: list[Record], **options: Any) -> list[float | None]:
    scorer = execution(**options)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [score.value for score in pool.map(lambda r: scored(scorer, r), records)]


def test_canonical_solutions_pass(shared_data: Path) -> None:
    problems = rows(shared_data / "humaneval" / "HumanEval.jsonl.gz")
    passed = values_of([about(p, p["canonical_solution"]) for p in problems], timeout=PATIENT, code="output")
    found = estimate(PassAtK(scorer="it"), Frame.from_columns({"it.value": passed}))["pass_at_k"]
    assert (found.value, found.n, found.n_missing) == (1.0, 164, 0)


def test_wrong_solutions_fail(shared_data: Path) -> None:
    problems = rows(shared_data / "humaneval" / "HumanEval.jsonl.gz")[:12]
    assert values_of([about(p, "    return None\n") for p in problems], timeout=PATIENT) == [0.0] * 12


def test_printed_samples_pass_half_of_the_time(shared_data: Path) -> None:
    folder = shared_data / "humaneval"
    problem = rows(folder / "example_problem.jsonl")[0]
    samples = rows(folder / "example_samples.jsonl")
    passed = values_of([about(problem, s["completion"]) for s in samples])
    assert passed == [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    frame = Frame.from_columns({"it.value": passed, "cluster": ["test/0"] * 6})
    # the product form's own rounding is what HumanEval prints: .4999999999999999
    assert estimate(PassAtK(scorer="it"), frame)["pass_at_k"].value == pytest.approx(0.4999999999999999, abs=1e-15)


@pytest.mark.parametrize(
    ("output", "target", "expected"),
    [
        ("x = 1", "assert x == 1", 1.0),
        ("x = 1", ["assert x == 1", "assert x == 2"], 0.0),
        ("Here:\n```python\nx = 1\n```\nand\n```\nx = 2\n```", {"test": "assert x == 1"}, 1.0),
        ("import sys; sys.exit(0)", "assert False", 0.0),
        ("import os; os._exit(0)", "assert False", 0.0),
        ("", "pass", 1.0),
        ("x = (", "pass", 0.0),
        ("x = '\ud800'", "assert len(x) == 1", 0.0),
        ("\0", "pass", 0.0),
        ("x = 'é𝒳'", "assert len(x) == 2", 1.0),
        ("import __main__\nx = 1", "assert __main__.x == 1 and __name__ == '__main__'", 1.0),
        ("x = input()", "pass", 0.0),
        (None, "pass", "missing"),
        ("x = 1", None, "missing"),
        ("x = 1", 3, "error"),
        ("x = 1", {"tests": "pass"}, "error"),
    ],
)
def test_scripts(output: str | None, target: Any, expected: float | str) -> None:
    assert value(execution(timeout=PATIENT), output, target) == expected


def test_says_why() -> None:
    score = scored(execution(timeout=PATIENT), record("print('seen')\nx = 1 / 0", "pass"))
    assert score.explanation == "ZeroDivisionError: division by zero (line 2)\nseen\n"


def test_template_is_filled_in_once() -> None:
    template = "d = {'a': 1}\n{code}\nassert answer() == '{test}'\nassert {test}"
    assert value(execution(template=template, timeout=PATIENT), "def answer(): return '{' + 'test}'", "1 == 1") == 0.0
    assert value(execution(template="{code}\nassert x == {test}", timeout=PATIENT), "x = 3", "3") == 1.0


@pytest.mark.parametrize("wrong", [{"timeout": 0.0}, {"memory": 0}, {"processes": -1}, {"template": "nothing"}])
def test_refuses_wrong_options(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        execution(**wrong)


def test_refuses_to_run_unsandboxed(monkeypatch: pytest.MonkeyPatch) -> None:
    from evalium.scorers import _sandbox

    monkeypatch.setattr("shutil.which", lambda _: None)
    _sandbox.find_sandbox.cache_clear()
    _sandbox.cannot_use.cache_clear()
    try:
        with pytest.raises(ConfigError, match="unsafe-local-exec"):
            execution()
        assert value(execution(unsafe_local_exec=True, timeout=PATIENT), "x = 1", "assert x == 1") == 1.0
    finally:
        _sandbox.find_sandbox.cache_clear()
        _sandbox.cannot_use.cache_clear()


def test_signature_tells_limits() -> None:
    assert (
        execution(timeout=3.0, unsafe_local_exec=True).signature == "execution|timeout:3.0|unsafe_local_exec:true|v:1"
    )
    assert execution().heavy and Status.OK.has_output
