"""Clustered intervals: statsmodels as oracle, the laws of duplication, and coverage by simulation."""

import math

import numpy as np
import pytest
from scipy.special import stdtrit

from evalium.stats import cluster_linear, cluster_mean, cluster_ratio, delta_ratio, group_sums, t_mean
from tests.extras import require_extra

SIMULATIONS = 2000


def clustered(rng, G, m, icc=0.3):
    """Values [G, m] with unit variance and intra-cluster correlation icc around 0."""
    return rng.normal(0, math.sqrt(icc), (G, 1)) + rng.normal(0, math.sqrt(1 - icc), (G, m))


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_equals_statsmodels_with_clustered_covariance(level):
    api = require_extra("statsmodels.api")
    rng = np.random.default_rng(5)
    groups = rng.integers(0, 14, 200)
    y = rng.normal(size=200) + 0.7 * rng.normal(size=14)[groups]
    fit = api.OLS(y, np.ones(200)).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    low, high = fit.conf_int(1 - level)[0]
    table = group_sums(np.column_stack([y, np.ones(200)]), groups)
    ours = cluster_mean(table[:, 0], table[:, 1], level)
    assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-9)
    assert ours.method == "cluster:cr1_t"


def test_equals_the_direct_double_sum():
    rng = np.random.default_rng(6)
    sizes = rng.integers(1, 8, 12)
    groups = np.repeat(np.arange(12), sizes)
    y = rng.exponential(size=groups.size)
    residual = y - y.mean()
    same = groups[:, None] == groups[None, :]
    se = math.sqrt(12 / 11 * (np.outer(residual, residual) * same).sum()) / y.size
    half = stdtrit(11, 0.975) * se
    interval = cluster_mean(group_sums(y, groups).ravel(), sizes)
    assert (interval.low, interval.high) == pytest.approx((y.mean() - half, y.mean() + half), rel=1e-12)


def test_single_member_clusters_are_the_t_interval():
    x = np.random.default_rng(7).normal(size=30)
    ours, plain = cluster_mean(x, np.ones(30)), t_mean(x)
    assert (ours.low, ours.high) == pytest.approx((plain.low, plain.high), rel=1e-12)


@pytest.mark.parametrize("copies", [2, 5])
def test_repeating_items_inside_their_cluster_changes_nothing(copies):
    rng = np.random.default_rng(8)
    sums, counts = rng.normal(size=15), rng.integers(1, 9, 15).astype(float)
    once, more = cluster_mean(sums, counts), cluster_mean(copies * sums, copies * counts)
    assert (more.low, more.high) == pytest.approx((once.low, once.high), rel=1e-12)


def test_order_of_clusters_and_of_rows_changes_nothing():
    rng = np.random.default_rng(9)
    rows, groups, order = rng.normal(size=(60, 2)), rng.integers(0, 12, 60), rng.permutation(60)
    straight, shuffled = group_sums(rows, groups), group_sums(rows[order], groups[order])
    np.testing.assert_allclose(straight, shuffled, rtol=1e-12)
    a, b = cluster_ratio(*straight.T), cluster_ratio(*straight[::-1].T)
    assert a.high == pytest.approx(b.high, rel=1e-9)


def test_linear_form_of_the_mean_is_the_mean():
    sums, counts = np.array([3.0, 5.0, 1.0, 4.0]), np.array([4.0, 6.0, 2.0, 5.0])
    mean = sums.sum() / counts.sum()
    assert cluster_linear(sums - mean * counts, counts.sum(), mean) == cluster_mean(sums, counts)


def test_degenerate_cases():
    assert cluster_mean([1.0], [3]).flags == ("undefined",)
    assert math.isnan(cluster_mean([1.0], [3]).low)
    assert cluster_mean([], []).flags == ("undefined",)
    assert cluster_ratio([1.0, 2.0], [0.0, 0.0]).flags == ("undefined",)
    assert cluster_mean(np.ones(9), 2 * np.ones(9)).flags == ("few_clusters", "degenerate")
    flat = cluster_mean(0.1 * np.arange(1, 13), np.arange(1, 13))
    assert flat.flags == ("degenerate",)
    assert flat.width == 0
    assert cluster_mean(np.arange(10.0), np.ones(10)).flags == ()


def test_errors():
    with pytest.raises(ValueError, match="num and den must have the same length, got 2 and 1"):
        cluster_mean([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="counts must not be negative, got -1"):
        cluster_mean([1.0, 2.0], [1.0, -1.0])
    with pytest.raises(ValueError, match=r"groups must have shape \(2,\)"):
        group_sums([1.0, 2.0], ["a"])


def test_string_groups_sort_by_label():
    assert group_sums([[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]], ["z", "a", "z"]).tolist() == [[2.0, 1.0], [5.0, 2.0]]


def test_delta_ratio_is_the_linearised_row_variance():
    rng = np.random.default_rng(10)
    num, den = rng.gamma(3, size=80), rng.gamma(9, size=80)
    ratio = num.sum() / den.sum()
    residual = num - ratio * den
    half = stdtrit(79, 0.975) * residual.std(ddof=1) * math.sqrt(80) / den.sum()
    interval = delta_ratio(num, den)
    assert (interval.low, interval.high) == pytest.approx((ratio - half, ratio + half), rel=1e-12)
    assert (interval.method, interval.flags) == ("delta", ())


def test_delta_ratio_edges():
    x = np.random.default_rng(11).normal(size=8)
    assert delta_ratio(x, np.ones(8)).low == pytest.approx(t_mean(x).low)
    assert delta_ratio([2.0], [1.0]).flags == ("single",)
    assert delta_ratio([], []).flags == ("undefined",)
    assert delta_ratio([2.0, 4.0], [0.0, 0.0]).flags == ("undefined",)
    assert delta_ratio([2.0, 4.0], [1.0, 2.0]).flags == ("degenerate",)
    assert delta_ratio([0.0] * 50 + [9.0], np.ones(51)).flags == ("skewed",)


@pytest.mark.slow
@pytest.mark.parametrize(("G", "m", "naive"), [(10, 10, 0.680), (20, 10, 0.697), (50, 10, 0.681), (200, 5, 0.808)])
def test_coverage_with_intra_cluster_correlation(G, m, naive):
    rng = np.random.default_rng(40_000 + G)
    clustered_hits = naive_hits = 0
    for _ in range(SIMULATIONS):
        y = clustered(rng, G, m)
        clustered_hits += cluster_mean(y.sum(axis=1), np.full(G, m)).contains(0.0)
        naive_hits += t_mean(y.ravel()).contains(0.0)
    assert clustered_hits / SIMULATIONS == pytest.approx(0.95, abs=0.015)
    assert naive_hits / SIMULATIONS == pytest.approx(naive, abs=0.04)


@pytest.mark.slow
def test_coverage_of_a_clustered_ratio():
    rng = np.random.default_rng(41_000)
    hits = 0
    for _ in range(SIMULATIONS):
        orders = rng.poisson(5, 60) + 1.0
        spend = orders * rng.gamma(4, 2.5, 60)
        hits += cluster_ratio(spend, orders).contains(10.0)
    assert hits / SIMULATIONS == pytest.approx(0.95, abs=0.02)
