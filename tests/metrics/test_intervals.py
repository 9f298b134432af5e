"""Which interval a number gets, and what it says in the degenerate cases."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import Estimate
from evalium.metrics import Frame, How, ScorerInfo, create, estimate, evaluate
from evalium.metrics.class_counts import class_counts, class_rows
from evalium.stats import cluster_mean, cluster_ratio, delong, t_mean, wilson
from tests.metrics.frames import SCORERS, built_in, rich_frame


def mean_of(values: Any, **columns: Any) -> Estimate:
    frame = Frame.from_columns({"s.value": values, **columns})
    return estimate(create("s", [ScorerInfo("s", "graded", low=None, high=None)])[0], frame)["s"]


def ends(found: Estimate) -> tuple[float, float]:
    return found.low, found.high


def test_right_or_wrong_is_wilson() -> None:
    found, expected = mean_of([1, 1, 0, 1, 0]), wilson(3, 5)
    assert found.method == "wilson" and ends(found) == (expected.low, expected.high)


def test_graded_is_t() -> None:
    values = [0.2, 0.5, 0.9, 0.4]
    found, expected = mean_of(values), t_mean(values)
    assert found.method == "t" and ends(found) == (expected.low, expected.high)


def test_a_slice_of_graded_values_stays_graded() -> None:
    """A slice in which all values happen to be 0 or 1 is no proportion."""
    frame = Frame.from_columns({"s.value": [0.5, 0, 1, 1, 0.2], "attributes.x": ["a", "b", "b", "b", "a"]})
    results = evaluate(create("s", [ScorerInfo("s", "graded")]), frame)
    assert results.slices["x"]["b"]["s"].method == "t"


def test_clusters_are_cr1_for_binary_and_graded() -> None:
    clusters = np.repeat(np.arange(12), 3)
    for values in (np.arange(36) % 5 == 0, np.linspace(0, 1, 36) ** 2):
        found = mean_of(values, cluster=clusters)
        sums = np.bincount(clusters, weights=values)
        expected = cluster_mean(sums, np.full(12, 3))
        assert found.method == "cluster:cr1_t" and found.n_clusters == 12
        assert ends(found) == pytest.approx((expected.low, expected.high))


def test_missing_units_leave_their_cluster() -> None:
    values = [1, 0, None, 1, None, None]
    found = mean_of(values, cluster=["a", "a", "b", "b", "c", "c"])
    assert (found.n, found.n_missing, found.n_clusters) == (3, 3, 2)


def test_clusters_of_one_are_independent_units() -> None:
    found = mean_of([1, 0, 1, 1], cluster=["a", "b", "c", "d"])
    assert found.n_clusters is None and found.method == "wilson"


def test_all_right_is_no_certainty() -> None:
    assert ends(mean_of([1] * 20)) == pytest.approx((wilson(20, 20).low, 1.0))
    clustered = mean_of([1] * 20, cluster=np.arange(20) // 2)
    assert clustered.method == "wilson:clusters" and clustered.low == wilson(10, 10).low


def test_equal_graded_values_are_flagged() -> None:
    found = mean_of([0.3] * 5)
    assert found.low == found.high == 0.3 and "degenerate" in found.flags


def test_skew_is_flagged() -> None:
    assert "skewed" in mean_of(np.random.default_rng(0).lognormal(0, 1.5, 300)).flags


def test_bounds_stay_in_the_range() -> None:
    frame = Frame.from_columns({"s.value": [0.99, 1.0, 0.2]})
    found = estimate(create("s", [ScorerInfo("s", "graded")])[0], frame)["s"]
    assert (found.low, found.high) == (0.0, 1.0)


def test_sampled_records_are_weighted_back() -> None:
    found = mean_of([1, 0, 0, 1], probability=[0.1, 1.0, 1.0, 0.5])
    weights = np.array([10.0, 1.0, 1.0, 2.0])
    expected = cluster_ratio(weights * [1, 0, 0, 1], weights)
    assert found.value == pytest.approx(12 / 14)
    assert ends(found) == pytest.approx((max(expected.low, -9), expected.high))
    total = estimate(create("cost_total")[0], Frame.from_columns({"cost": [1, 2], "probability": [0.5, 1.0]}))
    assert total["cost_total"].value == 4.0


def test_totals_are_n_times_the_mean() -> None:
    costs = np.random.default_rng(1).gamma(2, 1, 50)
    frame = Frame.from_columns({"cost": [*costs, None]})
    [mean], [total] = (list(estimate(create(name)[0], frame).values()) for name in ("cost_per_call", "cost_total"))
    assert total.value == pytest.approx(costs.sum()) and total.n_missing == 1
    assert ends(total) == pytest.approx((50 * mean.low, 50 * mean.high)) and total.method == "n*t"
    [thousand] = estimate(create("cost_per_1000")[0], frame).values()
    assert ends(thousand) == pytest.approx((1000 * mean.low, 1000 * mean.high))


def test_perplexity_passes_through_the_exponential() -> None:
    frame = rich_frame(80)
    [words] = estimate(built_in("word_perplexity"), frame).values()
    nats, size = -frame.number("ll.value"), frame.number("ll.values.words")
    ratio = cluster_ratio(nats, size)
    assert words.value == pytest.approx(math.exp(nats.sum() / size.sum()))
    assert ends(words) == pytest.approx((math.exp(ratio.low), math.exp(ratio.high))) and words.method == "delta"
    [bits] = estimate(built_in("bits_per_byte"), frame).values()
    assert bits.value == pytest.approx(nats.sum() / frame.number("ll.values.bytes").sum() / math.log(2))


def test_texts_without_a_length_have_no_perplexity() -> None:
    frame = Frame.from_columns({"ll.value": [0.0], "ll.values.bytes": [0]})
    [found] = estimate(built_in("bits_per_byte"), frame).values()
    assert not found.defined and "bytes" in str(found.reason)


def test_area_is_delong_and_a_bootstrap_of_clusters() -> None:
    p = np.random.default_rng(2).random(200)
    y = np.random.default_rng(3).random(200) < p
    columns = {
        "prob.probabilities": [{"0": 1 - x, "1": x} for x in p.tolist()],
        "prob.target": [str(int(one)) for one in y],
    }
    area = create("roc_auc", SCORERS)[0]
    [found] = estimate(area, Frame.from_columns(columns)).values()
    expected = delong(p[y], p[~y])
    assert found.method == "delong" and ends(found) == (expected.low, expected.high)
    [clustered] = estimate(area, Frame.from_columns({**columns, "cluster": np.arange(200) // 4})).values()
    assert clustered.method == "cluster:bootstrap" and clustered.low < found.value < clustered.high
    [several] = estimate(area, rich_frame(300)).values()
    drawn = estimate(area, rich_frame(300, cluster=np.arange(300) // 2), How(bootstrap=1000))["roc_auc"]
    assert several.method == "delong:linearised"
    assert several.high - several.low == pytest.approx(drawn.high - drawn.low, rel=0.2)


@pytest.mark.parametrize("name", ["roc_auc", "pr_auc"])
def test_one_class_has_no_area(name: str) -> None:
    columns = {"prob.probabilities": [{"0": 0.4, "1": 0.6}] * 3, "prob.target": ["0"] * 3}
    [found] = estimate(create(name, SCORERS)[0], Frame.from_columns(columns)).values()
    assert not found.defined and "without a positive unit" in str(found.reason)


def test_constant_predictions_have_no_correlation() -> None:
    frame = Frame.from_columns({"c.label": ["a"] * 4, "c.target": ["a", "b", "a", "b"]})
    scorers = [ScorerInfo("c", "label")]
    assert not estimate(create("mcc", scorers)[0], frame)["mcc"].defined
    assert estimate(create("f1_macro", scorers)[0], frame)["f1_macro"].value == pytest.approx(1 / 3)
    precision = estimate(create("precision_macro", scorers)[0], frame)["precision_macro"]
    assert precision.value == 0.5 and "undefined_classes" in precision.flags


def test_unparsed_is_wrong_or_missing_as_declared() -> None:
    columns = {
        "c.label": ["a", None, "b", None],
        "c.target": ["a", "a", "b", "b"],
        "c.status": ["ok", "unparsed", "ok", "error"],
        "c.value": [1, None, 1, None],
    }
    frame, scorers = Frame.from_columns(columns), [ScorerInfo("c", "label")]
    expected = {"wrong": (2 / 3, 3, 1), "missing": (1.0, 2, 2)}
    for rule, (value, n, missing) in expected.items():
        for name in ("accuracy", "recall_micro"):
            [found] = estimate(create({name: {"unparsed": rule}}, scorers)[0], frame).values()
            assert (found.value, found.n, found.n_missing) == (pytest.approx(value), n, missing)
            assert f"unparsed:{rule}" in found.signature
    [precision] = estimate(create("precision_micro", scorers)[0], frame).values()
    assert precision.value == 1.0
    rate = estimate(create("unparsed_rate")[0], frame)["unparsed_rate"]
    assert (rate.value, rate.n) == (0.25, 4)


def test_corpus_metrics_are_bootstrapped_from_sums() -> None:
    few = estimate(built_in("f1_macro"), rich_frame(300))["f1_macro"]
    assert few.method == "bootstrap:multinomial:bca"
    many = estimate(built_in("f1_macro"), rich_frame(25_000), How(bootstrap=500))["f1_macro"]
    assert many.method == "bootstrap:multinomial"
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(math.sqrt(25_000 / 300), rel=0.15)


def test_many_units_of_a_weighted_metric_are_jackknifed() -> None:
    frame = rich_frame(1200, cluster=np.arange(1200) // 2)
    drawn = estimate(built_in("pr_auc"), frame, How(bootstrap=1000))["pr_auc"]
    grouped = estimate(built_in("pr_auc"), frame, How(bootstrap=200_000))["pr_auc"]
    assert grouped.method == "cluster:jackknife:100_groups" and grouped.n_clusters == 600
    assert grouped.high - grouped.low == pytest.approx(drawn.high - drawn.low, rel=0.3)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=30), st.integers(0, 3))
def test_rows_are_the_confusion(pairs: list[tuple[int, int]], unreadable: int) -> None:
    """Sums of class rows against counting by hand, with unreadable answers."""
    names = "abc"
    labels = [names[p] for _, p in pairs] + [None] * unreadable
    targets = [names[t] for t, _ in pairs] + ["a"] * unreadable
    status = ["ok"] * len(pairs) + ["unparsed"] * unreadable
    frame = Frame.from_columns({"s.label": labels, "s.target": targets, "s.status": status})
    counts = class_counts(class_rows(frame, "s", "wrong").total())
    for i, name in enumerate(frame.category("s.target").values):
        assert counts.true[i] == targets.count(name)
        assert counts.predicted[i] == labels.count(name)
        assert counts.hits[i] == sum(t == p == name for t, p in zip(targets, labels, strict=True))
    assert float(counts.n) == len(targets)


def test_sparse_and_dense_tables_agree() -> None:
    """More classes than a dense table is made for."""
    from scipy.sparse import issparse

    rng = np.random.default_rng(5)
    true = rng.integers(0, 300, 3000)
    guess = np.where(rng.random(3000) < 0.5, true, rng.integers(0, 300, 3000))
    frame = Frame.from_columns({"s.label": [f"{g:03d}" for g in guess], "s.target": [f"{t:03d}" for t in true]})
    metric = create("f1_macro", [ScorerInfo("s", "label")])[0]
    rows = class_rows(frame, "s", "wrong")
    assert issparse(rows.table)
    dense = replace(rows, table=rows.table.toarray())
    assert np.array_equal(rows.total(), dense.total())
    assert np.array_equal(rows.grouped(true % 7, 7).table, dense.grouped(true % 7, 7).table)
    weights = rng.choice([1.0, 2.0], 3000)
    assert np.array_equal(rows.weighted(weights).total(), dense.weighted(weights).total())
    first, second = next(rows.draws(10, 1)).sums, next(dense.draws(10, 1)).sums
    assert np.array_equal(first, second)
    found = estimate(metric, frame)["f1_macro"]
    assert found.low < found.value < found.high
