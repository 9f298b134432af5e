"""Means: scipy as oracle, degenerate cases, coverage and the known under-coverage of skewed data."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from evalium.stats import skewness, t_from_moments, t_mean

SIMULATIONS = 2000
NOMINAL = 3 * math.sqrt(0.95 * 0.05 / SIMULATIONS)


def coverage(samples, truth):
    hits = [t_mean(row).contains(truth) for row in samples]
    return sum(hits) / len(hits)


@pytest.mark.parametrize("n", [2, 5, 400])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_equals_scipy(n, level):
    x = np.random.default_rng(n).normal(3, 2, n)
    theirs = stats.ttest_1samp(x, 0).confidence_interval(level)
    ours = t_mean(x, level)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=1e-9)


def test_skewness_equals_scipy():
    x = np.random.default_rng(1).lognormal(size=300)
    assert skewness(x) == pytest.approx(stats.skew(x), rel=1e-12)
    assert math.isnan(skewness([2.0, 2.0]))
    assert math.isnan(skewness([]))


def test_degenerate_cases():
    assert t_mean([]).flags == ("undefined",)
    assert math.isnan(t_mean([]).low)
    assert t_mean([4.0]).flags == ("single",)
    assert math.isnan(t_mean([4.0]).high)
    constant = t_mean([0.1] * 10)
    assert (constant.low, constant.high, constant.flags) == (0.1, 0.1, ("degenerate",))
    assert t_from_moments(0, math.nan, 0.0).flags == ("undefined",)
    assert t_from_moments(1, 2.0, 0.0).flags == ("single",)


def test_heavy_tail_is_flagged_and_even_data_is_not():
    assert t_mean([0.0] * 99 + [1.0]).flags == ("skewed",)
    assert t_mean([0.0, 1.0] * 50).flags == ()


def test_nan_is_refused_with_a_count():
    with pytest.raises(ValueError, match="values has 2 nan or infinite of 3"):
        t_mean([1.0, math.nan, math.inf])
    with pytest.raises(ValueError, match=r"must be one-dimensional, got shape \(1, 2\)"):
        t_mean([[1.0, 2.0]])
    with pytest.raises(ValueError, match="must not be negative"):
        t_from_moments(3, 0.0, -1.0)


@pytest.mark.slow
@pytest.mark.parametrize("n", [20, 100, 400])
def test_coverage_of_a_bounded_mean(n):
    samples = np.random.default_rng(20_000 + n).beta(2, 5, (SIMULATIONS, n))
    assert coverage(samples, 2 / 7) == pytest.approx(0.95, abs=max(NOMINAL, 0.02 if n == 20 else 0.0))


@pytest.mark.slow
@pytest.mark.parametrize(("n", "known"), [(20, 0.862), (100, 0.918), (400, 0.935)])
def test_known_under_coverage_of_a_lognormal_mean(n, known):
    samples = np.random.default_rng(30_000 + n).lognormal(0, 1, (SIMULATIONS, n))
    assert coverage(samples, math.exp(0.5)) == pytest.approx(known, abs=0.02)


numbers = st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=40)


@given(numbers, st.floats(0.001, 1000), st.floats(-1000, 1000), st.randoms(use_true_random=False))
def test_moves_scales_and_ignores_order(values, factor, shift, random):
    x = np.array(values, dtype=np.float64)
    assume(np.ptp(x) > 1e-3 * (1 + np.abs(x).max()))
    base = t_mean(x)
    moved = t_mean(x * factor + shift)
    tolerance = 1e-6 * (base.width * factor + abs(shift) + factor * np.abs(x).max())
    assert moved.low == pytest.approx(base.low * factor + shift, abs=tolerance)
    assert moved.high == pytest.approx(base.high * factor + shift, abs=tolerance)
    shuffled = list(x)
    random.shuffle(shuffled)
    assert t_mean(shuffled).high == pytest.approx(base.high, rel=1e-9, abs=1e-9 * np.abs(x).max())


@given(numbers)
def test_moments_carry_everything(values):
    x = np.array(values, dtype=np.float64)
    assume(np.ptp(x) > 1e-3 * (1 + np.abs(x).max()))
    moments = t_from_moments(x.size, float(x.mean()), float(x.std(ddof=1)))
    assert t_mean(x).low == pytest.approx(moments.low, rel=1e-12)
