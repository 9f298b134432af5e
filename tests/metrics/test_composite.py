"""Metrics made of metrics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evalium.core import ConfigError, UnknownName
from evalium.metrics import Frame, How, create, estimate, evaluate, needed_columns
from evalium.metrics._formula import Formula
from tests.metrics.frames import SCORERS, rich_frame


def composite(formula: str, **options: Any) -> Any:
    return create({"composite": {"name": "it", "formula": formula, **options}}, SCORERS)[0]


def test_equals_the_formula_of_its_parts() -> None:
    frame = rich_frame(300)
    names = ["right", "intent.f1_macro", "prob.roc_auc", "latency_p95"]
    parts = {n: estimate(create(n, SCORERS)[0], frame)[n].value for n in names}
    metric = composite(
        "0.5 * right + 0.3 * `intent.f1_macro` + 0.1 * `prob.roc_auc` - 0.1 * slow",
        of={"slow": "latency_p95"},
        normalise={"slow": [0, 10]},
    )
    found = estimate(metric, frame)["it"]
    expected = 0.5 * parts["right"] + 0.3 * parts["intent.f1_macro"] + 0.1 * parts["prob.roc_auc"]
    assert found.value == pytest.approx(expected - 0.1 * parts["latency_p95"] / 10, abs=1e-12)
    assert found.low < found.value < found.high and found.n == 300 and found.unit == "1"


def test_parts_move_together() -> None:
    """The difference of a number with itself is certain, and half of twice a number as uncertain as the number."""
    frame, how = rich_frame(200), How(bootstrap=500)
    none = estimate(composite("right - right"), frame, how)["it"]
    assert none.value == none.low == none.high == 0
    once = estimate(composite("graded"), frame, how)["it"]
    t = estimate(create("graded", SCORERS)[0], frame)["graded"]
    assert once.high - once.low == pytest.approx(t.high - t.low, rel=0.1)
    against = estimate(composite("right + wrong", of={"wrong": {"right.accuracy": {}}}), frame, how)["it"]
    assert against.value == pytest.approx(2 * estimate(create("right", SCORERS)[0], frame)["right"].value)


def test_units_without_a_part_are_left_out_of_that_part_only() -> None:
    frame = Frame.from_columns({"right.value": [1, 0, None, None], "graded.value": [None, 0.5, 1.0, None]})
    found = estimate(composite("right + graded"), frame)["it"]
    assert found.value == pytest.approx(0.5 + 0.75) and (found.n, found.n_missing) == (3, 1)


def test_says_which_part_is_undefined() -> None:
    frame = Frame.from_columns({"right.value": [1, 0], "cost": [0.0, 0.0]})
    assert "formula" in (estimate(composite("right / cost_per_call"), frame)["it"].reason or "")
    frame = Frame.from_columns({"right.value": [1, 0]})
    metric = composite("right + 0 * c", of={"c": "cost_per_call"}, normalise={"c": [0, 1]})
    assert "c has no value" in (estimate(metric, frame)["it"].reason or "")


def test_slices_clusters_and_the_columns_that_are_loaded() -> None:
    metric = composite("right / cost_per_call")
    assert metric.unit == "1/USD"
    frame = rich_frame(240, cluster=np.arange(240) // 4)
    results = evaluate([metric], frame, bootstrap=100, slices=["lang"], tables=False)
    assert results.overall["it"].n_clusters == 60 and set(results.slices["lang"]) == {"en", "de", "fr"}
    needed = needed_columns([metric], ["right"])
    assert "cost" in needed.records and "value" in needed.scores["right"]
    assert "right" in metric.signature and "cost_per_call" in metric.signature


@pytest.mark.parametrize(
    ("formula", "options", "error", "words"),
    [
        ("right + latency_p95", {}, ConfigError, "joins numbers of the units '1' and 's'"),
        ("max(cost_per_call, latency_mean)", {}, ConfigError, "'USD' and 's'"),
        ("rigth", {}, UnknownName, "Did you mean 'right'"),
        ("right +", {}, ConfigError, "no arithmetic"),
        ("right ** 2", {}, ConfigError, "is not allowed"),
        ("__import__('os')", {}, ConfigError, "is not allowed"),
        ("right.value", {}, ConfigError, "is not allowed"),
        ("2", {}, ConfigError, "names no metric"),
        ("`right", {}, ConfigError, "not closed"),
        ("right", {"of": {"x": "graded"}}, ConfigError, "'x' does not occur"),
        ("right", {"normalise": {"right": [1, 1]}}, ConfigError, "same worst and best value"),
        ("throughput", {}, ConfigError, "the run as a whole"),
    ],
)
def test_what_is_refused(formula: str, options: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        composite(formula, **options)


def test_normalised_numbers_are_held_at_the_ends() -> None:
    frame = Frame.from_columns({"latency": [20.0, 30.0]})
    metric = composite("fast", of={"fast": "latency_mean"}, normalise={"fast": [10, 0]})
    assert estimate(metric, frame)["it"].value == 0.0


def test_min_max_and_signs() -> None:
    formula = Formula("-min(a, 2) + max(a, b, 1) * (a - b) / 2")
    assert formula.names == ("a", "b")
    assert float(formula.value({"a": 3.0, "b": 5.0})) == -2 + 5 * -2 / 2
    assert formula.value({"a": np.array([0.0, 1.0]), "b": np.array([0.0, 1.0])}).tolist() == [0.0, -1.0]
