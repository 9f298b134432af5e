"""Quantiles: numpy as oracle, exact coverage of the ranks, clustered coverage by simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from evalium.stats import quantile, quantile_interval


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50), st.floats(0, 1))
def test_equals_numpy(values, q):
    ours = quantile(values, q)
    assert ours == pytest.approx(float(np.quantile(values, q)), rel=1e-12, abs=1e-9)
    assert min(values) <= ours <= max(values)


def test_infinite_values_are_ordinary_and_nan_is_refused():
    assert quantile([1.0, 2.0, math.inf], 0.5) == 2.0
    assert quantile([1.0, math.inf, math.inf], 0.75) == math.inf
    assert math.isnan(quantile([], 0.5))
    with pytest.raises(ValueError, match="values has 1 nan of 2"):
        quantile([1.0, math.nan], 0.5)
    with pytest.raises(ValueError, match=r"q must lie in \[0, 1\], got 95; did you mean 0.95\?"):
        quantile([1.0], 95)


def brute_ranks(n, q, tail):
    """Tightest ranks (1-based, 0 and n + 1 for none) by walking through the binomial."""
    low = max((r for r in range(1, n + 1) if binom.cdf(r - 1, n, q) <= tail), default=0)
    high = min((r for r in range(1, n + 1) if binom.sf(r - 1, n, q) <= tail), default=n + 1)
    return low, high


@pytest.mark.parametrize("q", [0.05, 0.5, 0.9, 0.95])
@pytest.mark.parametrize("n", [1, 2, 5, 13, 40, 100, 250])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_ranks_equal_brute_force_and_cover(n, q, level):
    low, high = brute_ranks(n, q, (1 - level) / 2)
    interval = quantile_interval(np.random.default_rng(n).permutation(np.arange(1.0, n + 1)), q, level)
    assert interval.low == low if low else math.isnan(interval.low)
    assert interval.high == high if high <= n else math.isnan(interval.high)
    assert ("n_too_small" in interval.flags) == (low == 0 or high > n)
    # P(x_(low) <= quantile < x_(high)) for continuous data.
    assert binom.cdf(high - 1, n, q) - binom.cdf(low - 1, n, q) >= level - 1e-12


def test_p99_needs_enough_values():
    assert math.isnan(quantile_interval(np.arange(367.0), 0.99).high)
    assert quantile_interval(np.arange(368.0), 0.99).high == 367.0
    # One-sided at 95 % is two-sided at 90 %: .99**299 = .0495.
    assert quantile_interval(np.arange(298.0), 0.99, 0.9).flags == ("n_too_small",)
    assert quantile_interval(np.arange(299.0), 0.99, 0.9).high == 298.0


def test_degenerate_cases():
    assert quantile_interval([], 0.5).flags == ("undefined",)
    assert quantile_interval([], 0.5, clusters=[]).flags == ("undefined",)
    assert quantile_interval([3.0] * 30, 0.5).flags == ("degenerate",)
    assert quantile_interval([3.0], 0.5).flags == ("n_too_small",)
    assert quantile_interval([1.0, 2.0], 0.5, clusters=["a", "a"]).flags == ("undefined",)
    few = quantile_interval(np.arange(40.0), 0.5, clusters=np.arange(40) % 4)
    assert few.flags[0] == "few_clusters"
    assert quantile_interval(np.arange(1.0, 11.0), 1.0).high != quantile_interval(np.arange(1.0, 11.0), 1.0).high


def test_singleton_clusters_are_no_narrower_and_nearly_the_same():
    x = np.random.default_rng(2).exponential(size=2000)
    plain, alone = quantile_interval(x, 0.9), quantile_interval(x, 0.9, clusters=np.arange(2000))
    assert alone.low <= plain.low
    assert alone.high >= plain.high
    assert alone.width < 1.05 * plain.width
    assert alone.method == "order_statistic:cluster"


def test_copies_inside_a_cluster_bring_no_precision():
    x = np.random.default_rng(3).normal(size=300)
    once = quantile_interval(x, 0.5, clusters=np.arange(300))
    copied = quantile_interval(np.repeat(x, 10), 0.5, clusters=np.repeat(np.arange(300), 10))
    pretended = quantile_interval(np.repeat(x, 10), 0.5)
    assert copied.width == pytest.approx(once.width, rel=0.15)
    assert pretended.width < 0.5 * copied.width


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=80), st.sampled_from([0.1, 0.5, 0.9]))
def test_monotone_maps_and_order_commute(values, q):
    x = np.array(values, dtype=float)
    base, mapped = quantile_interval(x, q), quantile_interval(np.exp(x[::-1] / 10), q)
    for ours, theirs in ((base.low, mapped.low), (base.high, mapped.high)):
        assert theirs == pytest.approx(math.exp(ours / 10), nan_ok=True)


@pytest.mark.slow
@pytest.mark.parametrize("q", [0.5, 0.9, 0.95])
def test_coverage_of_independent_lognormal_latencies(q):
    rng = np.random.default_rng(50_000)
    truth = math.exp(0.8 * {0.5: 0.0, 0.9: 1.2815515655446004, 0.95: 1.6448536269514722}[q])
    hits = [quantile_interval(row, q).contains(truth) for row in rng.lognormal(0, 0.8, (2000, 400))]
    assert 0.945 <= np.mean(hits) <= 0.985


@pytest.mark.slow
@pytest.mark.parametrize(("q", "z"), [(0.5, 0.0), (0.9, 1.2815515655446004)])
def test_coverage_with_clusters(q, z):
    rng = np.random.default_rng(51_000)
    users = np.repeat(np.arange(40), 10)
    hits = naive = 0
    for _ in range(1000):
        x = math.sqrt(0.3) * rng.normal(size=40)[users] + math.sqrt(0.7) * rng.normal(size=400)
        hits += quantile_interval(x, q, clusters=users).contains(z)
        naive += quantile_interval(x, q).contains(z)
    assert 0.93 <= hits / 1000 <= 0.985
    assert naive / 1000 < 0.90
