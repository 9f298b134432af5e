"""Data read off charts: DePlot's definition, worked by hand and by an exhaustive search."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, Status
from evalium.metrics import compute
from tests.scorers.records import record, scored


def chart(predicted: Any, true: Any, **options: float) -> Any:
    return scored({"chart_data": options} if options else "chart_data", record(target=true, data={"chart": predicted}))


def test_by_hand() -> None:
    true = {"Sales": {"2019": 10, "2020": 20}, "Costs": {"2019": 5, "2020": 0}}
    predicted = {"sales": {"2019": 10.5, "2020": 30}, "costs": {"2019": 5, "2020": 0}, "tax": {"1": 1}}
    found = chart(predicted, true)
    # 1 - 0.05, nothing for a value half too large, and two that are right; "tax 1" pairs with nothing.
    assert found.values["similarity"] == pytest.approx(2.95)
    assert found.values["precision"] == pytest.approx(2.95 / 5) and found.values["recall"] == pytest.approx(2.95 / 4)
    assert found.value == pytest.approx(2 * 2.95 / 9) and found.values["within"] == 3.0


def test_misspelt_names_are_worth_less() -> None:
    found = chart({"Slaes": {"Q1": 4}}, {"Sales": {"Q1": 4}})
    # Two of the eight letters of "sales q1" differ.
    assert found.value == pytest.approx(1 - 2 / 8)
    assert chart({"Slaes": {"Q1": 4}}, {"Sales": {"Q1": 4}}, name_tolerance=0.2).value == 0.0


def test_points_as_lists() -> None:
    assert chart({"a": [[1, 2.0], [2, 3]]}, {"A": {"1": 2, "2": 3}}).value == 1.0
    assert chart({"a": [[1.0, 2.0]]}, {"A": {"1": 2}}).value == 1.0


def test_empty_charts() -> None:
    assert chart({}, {}).value == 1.0 and chart({"a": {}}, {}).value == 1.0
    nothing_read, made_up = chart({}, {"a": {"1": 1}}), chart({"a": {"1": 1}}, {})
    assert (nothing_read.value, nothing_read.values["precision"], nothing_read.values["recall"]) == (0.0, 1.0, 0.0)
    assert (made_up.value, made_up.values["precision"], made_up.values["recall"]) == (0.0, 0.0, 1.0)
    both = compute("chart_points", [{}], [{}])
    assert math.isnan(both.value) and both.reason == "chart_points is undefined: no chart has a data point"


NAMES = st.text("abAB1", min_size=1, max_size=4)
POINTS = st.dictionaries(NAMES, st.sampled_from([0.0, 1.0, 1.05, 1.2, -3.0]), max_size=4)


def _edit_distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def _distance(a: str, b: str) -> float:
    distance = _edit_distance(a, b) / max(len(a), len(b))
    return distance if distance < 0.5 else 1.0


@settings(max_examples=300)
@given(POINTS, POINTS)
def test_pairs_have_the_least_distance_of_all(predicted: dict[str, float], true: dict[str, float]) -> None:
    ours = {f"s {k.lower()}": v for k, v in predicted.items()}
    theirs = {f"s {k.lower()}": v for k, v in true.items()}
    found = chart({"s": predicted}, {"s": true})
    if len(ours) < len(predicted) or len(theirs) < len(true):
        assert found.value is None and "two points at" in (found.explanation or "")
        return
    short, long = sorted((list(ours), list(theirs)), key=len)
    totals: dict[float, set[float]] = {}
    for chosen in itertools.permutations(long, len(short)):
        pairs = [(a, b) if short == list(ours) else (b, a) for a, b in zip(short, chosen, strict=True)]
        worth = sum((1 - _distance(a, b)) * _agreement(ours[a], theirs[b]) for a, b in pairs)
        totals.setdefault(round(sum(_distance(a, b) for a, b in pairs), 9), set()).add(round(worth, 9))
    if ours and theirs:
        assert round(found.values["similarity"], 9) in totals[min(totals)]


def _agreement(predicted: float, true: float) -> float:
    if not true:
        return float(predicted == 0)
    distance = abs((true - predicted) / true)
    return 1 - distance if distance < 0.1 else 0.0


@pytest.mark.parametrize(
    ("predicted", "says"),
    [
        ([1, 2], "expected a mapping of series"),
        ({"a": 3}, "chart['a']: expected a mapping of x to y"),
        ({"a": [[1]]}, "a point is [x, y]"),
        ({"a": {"x": "many"}}, "chart['a']['x']: y must be a finite number"),
        ({"a": {"x": math.nan}}, "y must be a finite number"),
        ({"a": {"x": True}}, "y must be a finite number"),
        ({"a": [[1, 2], [1, 3]]}, "two points at 1"),
    ],
)
def test_what_is_no_chart(predicted: Any, says: str) -> None:
    found = chart(predicted, {"a": {"x": 1}})
    assert found.status is Status.UNPARSED and says in (found.explanation or ""), found.explanation
    assert chart({"a": {"x": 1}}, predicted).status is Status.MISSING


def test_text_and_options() -> None:
    assert scored("chart_data", record('```json\n{"a": {"x": 1}}\n```', target={"a": {"x": 1}})).value == 1.0
    assert scored("chart_data", record("the bar is high", target={"a": {"x": 1}})).status is Status.UNPARSED
    assert scored("chart_data", record("{}")).status is Status.MISSING
    with pytest.raises(ConfigError, match="tolerance"):
        chart({}, {}, tolerance=0.0)


def test_metrics() -> None:
    predicted, true = [{"a": {"x": 1, "y": 9}}, {"b": {"z": 2}}], [{"a": {"x": 1, "y": 2}}, {"b": {"z": 2}}]
    assert compute("chart_f1", predicted, true, ci=None).value == pytest.approx(0.75)
    assert compute("chart_points", predicted, true, ci=None).value == pytest.approx(2 / 3)
    assert compute("chart_recall", predicted, true, ci=None).value == pytest.approx(0.75)
    assert compute("chart_precision", predicted, true).method == "t"
