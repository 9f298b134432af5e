"""`@ev.task`, `@ev.model`, `@ev.scorer` and `@ev.metric` of a script, and scorers in processes of their own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import evalium as ev
from evalium import metrics, scorers
from evalium.core import ConfigError
from evalium.metrics import Frame

ITEMS = [{"input": f"word {i}", "target": f"WORD {i}"} for i in range(20)]


def shout(prompt: str, wrong_from: int = 15) -> str:
    return prompt.upper() if int(prompt.split()[1]) < wrong_from else prompt


def same_length(output: str, target: str) -> bool:
    return len(output) == len(target)


def only_in_this_process(output: str) -> float:
    return float(os.getpid())


def upper_share(frame: Frame) -> Any:
    return (np.asarray(frame.number("latency")) >= 0) & (frame.number("same_length.value") == 1)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register as a script does, and leave the tables as they were for the tests of everything that is registered."""
    for table in (scorers.registry, metrics.registry):
        monkeypatch.setattr(table, "_loaded", dict(table._loaded))
    ev.model(name="shouter")(shout)
    ev.scorer(low=0, high=1, kind="binary")(same_length)
    ev.scorer(heavy=True)(only_in_this_process)
    ev.metric(name="upper_share", low=0, high=1)(upper_share)


@ev.task
def shouting(wrong_from: int = 15) -> dict[str, Any]:
    return {
        "data": {"items": ITEMS},
        "models": [{"id": "function/shouter", "options": {"wrong_from": wrong_from}}],
        "scorers": ["exact", "same_length"],
        "metrics": ["exact", "same_length", "upper_share"],
    }


def test_a_task_with_a_model_a_scorer_and_a_metric_of_its_own(workspace: Path):
    result = ev.run(shouting)
    run = result["function/shouter"]
    assert result.plan == "shouting" and run.status == {"ok": 20}
    assert run["exact"].value == 0.75 and run["same_length"].value == 1.0 and run["upper_share"].value == 1.0
    assert ev.run({"plan": "shouting", **shouting()}).runs[0].id == run.id
    assert ev.run(lambda: shouting(10)).runs[0]["exact"].value == 0.5


def test_a_metric_of_its_own_sees_every_column(workspace: Path):
    plan = {"plan": "p", **shouting(), "metrics": ["upper_share"]}
    run = ev.run(plan).runs[0]
    assert run["upper_share"].value == 1.0 and run.metrics.keys() >= {"upper_share"}


def test_a_task_of_a_file_on_the_command_line_and_from_python(workspace: Path):
    code = "import evalium as ev\n@ev.task\ndef one():\n    return {'data': {'items': [{'input': 'a', 'target': 'a'}]},"
    Path("tasks.py").write_text(code + " 'models': ['mock/echo']}\n", encoding="utf-8")
    assert ev.run("tasks.py:one").plan == "one"
    with pytest.raises(ConfigError, match="Did you mean 'one'"):
        ev.run("tasks.py:on")


def test_a_task_that_returns_no_plan(workspace: Path):
    with pytest.raises(ConfigError, match="task 'wrong' returned int"):

        @ev.task
        def wrong() -> int:
            return 3

        ev.run(wrong)


def heavy_plan(*scorers: str) -> dict[str, Any]:
    return {
        "plan": "heavy",
        "data": {"items": ITEMS},
        "models": ["mock/echo"],
        "scorers": list(scorers),
        "execution": {"processes": 2},
    }


def test_a_heavy_scorer_runs_in_other_processes(workspace: Path):
    code = "import os\nimport evalium as ev\n@ev.scorer(heavy=True)\ndef pid(output: str) -> float:\n"
    Path("own.py").write_text(code + "    return float(os.getpid())\n", encoding="utf-8")
    run = ev.run(heavy_plan("own.py:pid", "exact")).runs[0]
    table = run.scores().to_pylist()
    pids = {row["value"] for row in table if row["scorer"] == "pid"}
    assert pids and os.getpid() not in pids and len(pids) <= 2 and len(table) == 40


def test_a_heavy_scorer_that_other_processes_cannot_know_runs_here(workspace: Path):
    run = ev.run(heavy_plan("only_in_this_process")).runs[0]
    assert {row["value"] for row in run.scores().to_pylist()} == {float(os.getpid())} and run.status == {"ok": 20}


def test_metrics_bring_scorers_beside_the_usual_one(workspace: Path):
    task = {"plan": "p", "data": {"items": ITEMS}, "models": ["mock/target"]}
    run = ev.run({**task, "metrics": ["accuracy", "bleu", "em"]}).runs[0]
    assert [*run.metrics] == ["accuracy", "bleu", "em"]
    assert run.metrics["accuracy"].signature.startswith("accuracy")
