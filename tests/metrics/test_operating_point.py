"""Operating points, thresholds and costs against scikit-learn's curves and a search through all thresholds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError
from evalium.metrics import Metric
from evalium.metrics.best_threshold import BestThreshold, ExpectedCostAtBestThreshold
from evalium.metrics.cost_curve import cost_curve, f_beta_curve
from evalium.metrics.cost_of_error import ExpectedCost
from evalium.metrics.lift import Gain, Lift
from evalium.metrics.operating_point import FprAtTpr, PrecisionAtRecall, RecallAtPrecision, TprAtFpr
from evalium.metrics.threshold import ThresholdAtFpr, ThresholdAtPrecision, ThresholdAtRecall
from tests.batches import BATCH, Rng, ten_thousand
from tests.extras import require_extra
from tests.metrics.classified import Array, by_case, classes, only, probabilities

sk = require_extra("sklearn.metrics")

UNITS = st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=3, max_size=40)
COSTS = {"001": {"000": 7.0, "001": 1.0}, "000": {"001": 2.0}}


def arrays(units: list[tuple[int, bool]]) -> tuple[Array, Array]:
    return np.array([u[0] for u in units]) / 10, np.array([u[1] for u in units]).astype(int)


BOUNDS = (0.3, 0.5, 0.9)


def rates_at(bound: float) -> list[Metric]:
    return [
        RecallAtPrecision(scorer="s", precision=bound),
        PrecisionAtRecall(scorer="s", recall=bound),
        TprAtFpr(scorer="s", fpr=bound),
        FprAtTpr(scorer="s", tpr=bound),
    ]


def thresholds_at(bound: float) -> list[Metric]:
    return [
        ThresholdAtPrecision(scorer="s", precision=bound),
        ThresholdAtRecall(scorer="s", recall=bound),
        ThresholdAtFpr(scorer="s", fpr=bound),
    ]


def by_the_curves(scores: Array, true: Array, bound: float) -> tuple[list[float], list[float]]:
    """The same rates and thresholds, looked up on scikit-learn's curves; nan where no point is allowed."""
    precision, recall, thresholds = sk.precision_recall_curve(true, scores)
    fpr, tpr, cuts = sk.roc_curve(true, scores, drop_intermediate=False)
    fits, allowed = precision[:-1] >= bound, (fpr <= bound)[1:]
    found, at_precision, at_fpr = recall[:-1][fits].max(initial=0.0), math.nan, math.nan
    if fits.any():
        at_precision = thresholds[fits & (recall[:-1] == found)].max()
    if allowed.any():
        at_fpr = cuts[1:][allowed & (tpr[1:] == tpr[1:][allowed].max())].max()
    return (
        [found, precision[recall >= bound].max(), tpr[fpr <= bound].max(), fpr[tpr >= bound].min()],
        [at_precision, thresholds[recall[:-1] >= bound].max(), at_fpr],
    )


def check(units: list[tuple[int, bool]]) -> None:
    scores, true = arrays(units)
    if len(set(true.tolist())) < 2:
        return
    frame = probabilities(scores, true)
    for bound in BOUNDS:
        rates, thresholds = by_the_curves(scores, true, bound)
        found = [only(metric, frame).value for metric in rates_at(bound)]
        np.testing.assert_allclose(found, rates, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal([only(metric, frame).value for metric in thresholds_at(bound)], thresholds)


@settings(max_examples=200)
@given(UNITS)
def test_equals_the_curves(units: list[tuple[int, bool]]) -> None:
    check(units)


def check_batch(rng: Rng, bound: float) -> int:
    ends = rng.integers(3, 41, BATCH).cumsum()
    cases = np.split(np.arange(ends[-1]), ends[:-1])
    scores = rng.integers(0, rng.choice([3, 11, 101], ends[-1])) / 100
    true = (rng.random(ends[-1]) < 0.3).astype(int)
    for case in cases:
        true[case[:2]] = [0, 1]
    frame = probabilities(scores, true)
    rates, thresholds = zip(*(by_the_curves(scores[case], true[case], bound) for case in cases), strict=True)
    found = [by_case([metric], frame, cases)[0] for metric in rates_at(bound)]
    np.testing.assert_allclose(found, np.transpose(rates), rtol=1e-9, atol=1e-12)
    found = [by_case([metric], frame, cases)[0] for metric in thresholds_at(bound)]
    np.testing.assert_array_equal(found, np.transpose(thresholds))
    return BATCH


@pytest.mark.slow
def test_equals_the_curves_ten_thousand_times() -> None:
    ten_thousand(check_batch, bound=st.sampled_from(BOUNDS))


def cost_at(threshold: float, scores: Array, true: Array) -> float:
    called = scores >= threshold
    costs = np.where(true == 1, np.where(called, 1.0, 7.0), np.where(called, 2.0, 0.0))
    return float(costs.mean())


@settings(max_examples=200)
@given(UNITS, st.sampled_from([None, 0.4, 1.0]), st.sampled_from([None, 0.6]))
def test_best_threshold_is_the_best_of_all(
    units: list[tuple[int, bool]], min_recall: float | None, min_precision: float | None
) -> None:
    scores, true = arrays(units)
    floors = {"min_recall": min_recall, "min_precision": min_precision}
    frame = probabilities(scores, true)
    choices = []
    for threshold in sorted({*scores.tolist(), 1.5}):
        called = scores >= threshold
        hits, size = (called & (true == 1)).sum(), called.sum()
        recall = hits / true.sum() if true.sum() else math.nan
        if min_recall is not None and not recall >= min_recall:
            continue
        if min_precision is not None and not (size and hits / size >= min_precision):
            continue
        choices.append((cost_at(threshold, scores, true), threshold))
    chosen = only(BestThreshold(scorer="s", costs=COSTS, positive="001", **floors), frame)
    cost = only(ExpectedCostAtBestThreshold(scorer="s", costs=COSTS, positive="001", **floors), frame)
    if not choices:
        assert math.isnan(chosen.value) and "min_recall" in (chosen.reason or "") and math.isnan(cost.value)
        return
    least = min(c for c, _ in choices)
    assert cost.value == pytest.approx(least, rel=1e-9)
    assert cost_at(chosen.value, scores, true) == pytest.approx(least, rel=1e-9)


def test_the_cost_curve_has_its_lowest_point_at_the_best_threshold() -> None:
    rng = np.random.default_rng(4)
    true = rng.integers(0, 2, 150)
    scores = np.round(np.clip(rng.normal(0.3 + 0.3 * true, 0.2), 0, 1), 2)
    frame = probabilities(scores, true)
    curve = cost_curve(frame, "s", COSTS, positive="001", unit="USD")
    assert curve is not None
    lowest = min(curve.points, key=lambda point: point.value.value)
    assert lowest.threshold == only(BestThreshold(scorer="s", costs=COSTS, positive="001"), frame).value
    for point in curve.points:
        assert point.value.value == pytest.approx(cost_at(point.threshold, scores, true), rel=1e-9)
        assert point.value.low <= point.value.value <= point.value.high and point.value.unit == "USD"
    by_beta = f_beta_curve(frame, "s", beta=2.0)
    assert by_beta is not None
    for point in by_beta.points:
        expected = sk.fbeta_score(true, scores >= point.threshold, beta=2.0)
        assert point.value.value == pytest.approx(expected, rel=1e-9)


def test_expected_cost_is_the_mean_of_the_matrix() -> None:
    rng = np.random.default_rng(2)
    true, predicted = rng.integers(0, 3, (2, 300))
    names = np.array(["a", "b", "c"])
    costs = {"a": {"b": 2.0, "c": 5.0}, "b": {"a": -1.0}}
    table = np.array([[0, 2, 5], [-1, 0, 1], [1, 1, 0]])
    metric = ExpectedCost(scorer="s", costs=costs)
    assert metric.low is None and ExpectedCost(scorer="s").low == 0.0
    found = only(metric, classes(names[predicted], names[true])).value
    assert found == pytest.approx(table[true, predicted].mean(), rel=1e-12)
    with pytest.raises(ConfigError, match=r"no class 'd'"):
        only(ExpectedCost(scorer="s", costs={"d": {"a": 1.0}}), classes(["a"], ["b"]))


def test_gain_of_ties_is_what_a_random_order_gives() -> None:
    true = np.array([1, 0, 0, 0, 1, 0, 0, 0, 0, 1])
    frame = probabilities(np.full(10, 0.3), true)
    assert only(Gain(scorer="s", fraction=0.2), frame).value == pytest.approx(0.2)
    assert only(Lift(scorer="s", fraction=0.2), frame).value == pytest.approx(1.0)


@pytest.mark.parametrize("one_class", [0, 1])
def test_one_class_is_undefined(one_class: int) -> None:
    frame = probabilities(np.array([0.2, 0.8, 0.4]), np.full(3, one_class))
    for metric in (TprAtFpr(scorer="s"), FprAtTpr(scorer="s")):
        assert math.isnan(only(metric, frame).value)
    with pytest.raises(ConfigError, match="'fpr' must lie in"):
        TprAtFpr(scorer="s", fpr=2.0)
