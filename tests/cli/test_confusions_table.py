"""The confusions that a run prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalium.cli.tables import print_result
from evalium.metrics import Frame, Results, ScorerInfo, create, evaluate
from evalium.runner import PlanResult, RunResult


def run_of(model: str, pairs: dict[tuple[str, str], int]) -> RunResult:
    """A finished run of a classifier with so many units of each (true, predicted) class."""
    rows = [pair for pair, n in pairs.items() for _ in range(n)]
    frame = Frame.from_columns({"intent.target": [t for t, _ in rows], "intent.label": [p for _, p in rows]})
    results: Results = evaluate(create("f1_macro", [ScorerInfo("intent", "label")]), frame, bootstrap=50)
    return RunResult(
        id=model[:3],
        plan="p",
        model=model,
        task_version="t",
        state="done",
        status={"ok": frame.n},
        errors={},
        results=results,
        findings={},
        requirements=[],
        workspace=Path(".evalium"),
    )


def test_at_most_five_confusions_of_each_model_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    right = {(c, c): 20 for c in "abcd"}
    many = right | {(t, p): 1 + ord(t) - ord("a") for t in "abcd" for p in "abcd" if t != p}
    runs = [run_of("wrong", many), run_of("odd", right | {("a", "b"): 20}), run_of("perfect", right)]
    print_result(PlanResult(plan="p", runs=runs))
    printed = capsys.readouterr().out
    table = printed[printed.index("most frequent confusions") :]
    rows = [line.split() for line in table.splitlines() if " intent " in line]
    assert [row[0] for row in rows] == ["wrong"] * 5 + ["odd"]
    assert [row[2:5] for row in rows] == [
        ["d", "a", "4"],
        ["d", "b", "4"],
        ["d", "c", "4"],
        ["c", "a", "3"],
        ["c", "b", "3"],
        ["a", "b", "20"],
    ]
    assert "50.0 % [35.2, 64.8]" in table


def test_a_model_without_mistakes_prints_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(PlanResult(plan="p", runs=[run_of("perfect", {("a", "a"): 5, ("b", "b"): 5})]))
    assert "confusions" not in capsys.readouterr().out
