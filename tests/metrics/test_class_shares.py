"""Intervals of per-class precision and recall: each is a share of its own units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import Estimate
from evalium.metrics import ClassReport, Frame, Reliability, ScorerInfo, confused_pairs, create, estimate, evaluate
from evalium.metrics.class_tables import class_report, confusion_matrix
from evalium.metrics.curves import reliability
from evalium.stats import cluster_ratio, wilson
from tests.metrics.frames import built_in, rich_frame

SCORERS = [ScorerInfo("c", "label")]
RATIOS = ("precision_per_class", "recall_per_class")


def frame_of(true: Sequence[str], guess: Sequence[str | None], **columns: Any) -> Frame:
    return Frame.from_columns({"c.target": list(true), "c.label": list(guess), **columns})


def measured(name: str, frame: Frame) -> dict[str, Estimate]:
    return estimate(create(name, SCORERS)[0], frame)


def ends(found: Estimate) -> tuple[float, float]:
    return found.low, found.high


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=40))
def test_independent_units_get_wilson_on_the_class_own_denominator(pairs: list[tuple[str, str]]) -> None:
    true, guess = zip(*pairs, strict=True)
    for name, own in (("precision_per_class", guess), ("recall_per_class", true)):
        for key, found in measured(name, frame_of(true, guess)).items():
            hits = sum(t == g == key[-2] for t, g in pairs)
            trials = own.count(key[-2])
            assert found.n == len(pairs)
            if not trials:
                assert not found.defined
                continue
            expected = wilson(hits, trials)
            assert found.method == "wilson" and found.value == hits / trials
            assert ends(found) == pytest.approx((expected.low, expected.high), abs=1e-15)


def test_all_units_together_and_one_class_are_shares_too() -> None:
    true, guess = "aabbbbab", "abbbbaab"
    frame = frame_of(true, guess)
    [micro] = measured("recall_micro", frame).values()
    assert micro.method == "wilson" and ends(micro) == ends_of(6, 8)
    [one] = estimate(create({"precision": {"average": "binary", "positive": "b"}}, SCORERS)[0], frame).values()
    assert one.method == "wilson" and ends(one) == ends_of(4, 5)
    for name in ("precision_macro", "recall_weighted", "f1_micro", "balanced_accuracy"):
        assert next(iter(measured(name, frame).values())).method.startswith("bootstrap")


def ends_of(hits: int, trials: int) -> tuple[float, float]:
    interval = wilson(hits, trials)
    return interval.low, interval.high


def test_never_or_always_right_is_no_certainty() -> None:
    """40 units of `a` of which none is found, 40 of `b` of which all are."""
    report = class_report(frame_of("a" * 40 + "b" * 40 + "c", "c" * 40 + "b" * 40 + "c"), "c")
    rows = {row.name: row for row in report.rows}
    assert ends(rows["a"].recall) == pytest.approx((0.0, 0.0876), abs=1e-4)
    assert ends(rows["b"].recall) == ends(rows["b"].precision) == ends_of(40, 40)
    assert not rows["a"].precision.defined
    for row in rows.values():
        for found in (row.precision, row.recall, row.f1):
            assert not found.defined or (found.low < found.high and "degenerate" not in found.flags)


def test_f1_that_no_resample_changes_is_a_function_of_a_share() -> None:
    found = measured("f1_per_class", frame_of("a" * 40 + "b" * 40, "c" * 40 + "b" * 40))
    _, high = ends_of(0, 40)
    assert (
        ends(found["f1_per_class[a]"]) == pytest.approx((0.0, 2 * high / (1 + high)))
        and found["f1_per_class[a]"].method == "wilson"
    )
    low, _ = ends_of(40, 40)
    assert ends(found["f1_per_class[b]"]) == pytest.approx((2 * low / (1 + low), 1.0))
    mixed = measured("f1_per_class", frame_of("aaabbb" * 5, "aabbba" * 5))
    assert all(one.method.startswith("bootstrap") for one in mixed.values())


@pytest.mark.parametrize("name", RATIOS)
def test_clusters_get_the_linearised_ratio_of_those_with_the_class(name: str) -> None:
    rng = np.random.default_rng(4)
    true = rng.integers(0, 3, 240)
    guess = np.where(rng.random(240) < 0.6, true, rng.integers(0, 3, 240))
    clusters = np.arange(240) // 8
    guess[:80] %= 2
    true[:80] %= 2
    names = "abc"
    found = measured(name, frame_of([names[t] for t in true], [names[g] for g in guess], cluster=clusters))
    own = guess if name.startswith("precision") else true
    for i, one in enumerate(found.values()):
        bottom = np.bincount(clusters, weights=own == i)
        top = np.bincount(clusters, weights=(true == i) & (guess == i))
        expected = cluster_ratio(top[bottom > 0], bottom[bottom > 0])
        assert one.method == "cluster:cr1_t" and one.n_clusters == 30
        assert ends(one) == pytest.approx((max(expected.low, 0), min(expected.high, 1)))
    assert np.count_nonzero(np.bincount(clusters, weights=own == 2)) < 30


def test_clustered_shares_stay_between_0_and_1_and_say_what_they_lack() -> None:
    clusters = np.repeat(np.arange(12), 5)
    true = ["a"] * 25 + ["b"] * 30 + ["c"] * 5
    guess = ["a"] * 24 + ["b"] * 31 + ["c"] * 3 + ["b"] * 2
    found = measured("recall_per_class", frame_of(true, guess, cluster=clusters))
    assert found["recall_per_class[a]"].high == 1.0 and "few_clusters" in found["recall_per_class[a]"].flags
    assert (
        found["recall_per_class[b]"].method == "wilson:clusters"
        and found["recall_per_class[b]"].low == wilson(6, 6).low
    )
    assert math.isnan(found["recall_per_class[c]"].low) and "one_cluster" in found["recall_per_class[c]"].flags


def test_sampled_units_are_weighted_back() -> None:
    true, guess = "aabbab", "abbbaa"
    probability = [0.5, 1.0, 0.5, 1.0, 0.25, 1.0]
    found = measured("recall_per_class", frame_of(true, guess, probability=probability))["recall_per_class[a]"]
    weights = np.array([2.0, 1.0, 4.0])
    expected = cluster_ratio(weights * [1, 0, 1], weights)
    assert found.value == pytest.approx(6 / 7) and found.method == "delta"
    assert ends(found) == pytest.approx((max(expected.low, 0), min(expected.high, 1)))


def test_zero_by_decree_has_no_interval() -> None:
    metric = create({"precision_per_class": {"zero_division": 0}}, SCORERS)[0]
    found = next(iter(estimate(metric, frame_of("aab", "bbb")).values()))
    assert found.value == 0.0 and math.isnan(found.low) and math.isnan(found.high)


@pytest.mark.parametrize(
    "name",
    ["accuracy", "error_rate", "refused_rate", "timeout_rate", "truncated_rate", "unparsed_rate", "missing_rate"],
)
def test_every_plain_share_is_wilson(name: str) -> None:
    [found] = estimate(built_in(name), rich_frame(120)).values()
    assert found.method == "wilson"


def test_tables_of_shares_are_wilson_and_confidence_stays_in_its_range() -> None:
    frame = rich_frame(150)
    results = evaluate([built_in("f1_macro"), built_in("ece")], frame)
    tables = list(results.tables.values())
    for row in (row for table in tables if isinstance(table, ClassReport) for row in table.rows):
        assert row.precision.method == row.recall.method == "wilson"
        assert ends(row.recall) == ends_of(round(row.recall.value * row.support), row.support)
        assert ends(row.precision) == ends_of(round(row.precision.value * row.predicted), row.predicted)
    bins = [b for table in tables if isinstance(table, Reliability) for b in table.bins]
    assert bins and all(b.accuracy.method == "wilson" for b in bins)
    sure = [{"no": 0.001, "yes": 0.999}, {"no": 0.05, "yes": 0.95}]
    [top] = reliability(Frame.from_columns({"s.probabilities": sure, "s.target": ["yes", "no"]}), "s", 10).bins
    assert top.confidence.low < 0.95 and top.confidence.high == 1.0


def test_confused_pairs_count_every_mistake_most_frequent_first() -> None:
    true = ["a"] * 10 + ["b"] * 10 + ["c"] * 4
    guess = ["a"] * 4 + ["b"] * 5 + ["c"] + ["b"] * 8 + ["a"] * 2 + ["c"] * 3 + [None]
    status = ["ok"] * 23 + ["unparsed"]
    matrix = confusion_matrix(frame_of(true, guess, **{"c.status": status}), "c")
    pairs = confused_pairs(matrix)
    assert [(p.true, p.predicted, p.count) for p in pairs] == [
        ("a", "b", 5),
        ("b", "a", 2),
        ("a", "c", 1),
        ("c", "unparsed", 1),
    ]
    assert ends(pairs[0].share) == ends_of(5, 10) and pairs[0].share.n == 10
    assert [p.count for p in confused_pairs(matrix, 2)] == [5, 2]
    assert confused_pairs(confusion_matrix(frame_of("ab", "ab"), "c")) == []
    assert confused_pairs(confusion_matrix(frame_of("", ""), "c")) == []
