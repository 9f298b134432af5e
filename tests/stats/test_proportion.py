"""Proportions: exact coverage by summing the binomial, published oracles, and the laws of an interval."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from evalium.stats import clopper_pearson, clopper_pearson_bounds, jeffreys, jeffreys_bounds, wilson, wilson_bounds
from tests.extras import require_extra

GRID = np.linspace(0.005, 0.995, 397)
METHODS = {"wilson": wilson_bounds, "clopper_pearson": clopper_pearson_bounds, "jeffreys": jeffreys_bounds}
PUBLISHED_NAMES = {"wilson": "wilson", "clopper_pearson": "beta", "jeffreys": "jeffreys"}


def exact_coverage(low, high, n):
    """Coverage at each p of the grid: the binomial probability of the counts whose interval holds p."""
    p = GRID[:, None]
    return (binom.pmf(np.arange(n + 1), n, p) * ((low <= p) & (p <= high))).sum(axis=1)


@pytest.mark.parametrize(
    ("method", "n", "least", "mean"),
    [
        ("wilson", 20, 0.860, 0.953),
        ("wilson", 100, 0.910, 0.950),
        ("wilson", 500, 0.939, 0.951),
        ("clopper_pearson", 20, 0.958, 0.977),
        ("clopper_pearson", 100, 0.952, 0.965),
        ("jeffreys", 20, 0.894, 0.951),
    ],
)
def test_exact_coverage_at_95_percent(method, n, least, mean):
    bounds = METHODS[method](np.arange(n + 1), n)
    coverage = exact_coverage(bounds.low, bounds.high, n)
    assert coverage.min() == pytest.approx(least, abs=0.001)
    assert coverage.mean() == pytest.approx(mean, abs=0.001)


@pytest.mark.parametrize(("n", "least", "mean"), [(20, 0.095, 0.852), (100, 0.394, 0.928), (500, 0.871, 0.945)])
def test_the_grid_reproduces_the_collapse_of_the_wald_interval(n, least, mean):
    share = np.arange(n + 1) / n
    half = 1.959963984540054 * np.sqrt(share * (1 - share) / n)
    coverage = exact_coverage(share - half, share + half, n)
    assert coverage.min() == pytest.approx(least, abs=0.001)
    assert coverage.mean() == pytest.approx(mean, abs=0.001)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("n", [1, 7, 50, 299])
def test_clopper_pearson_never_covers_less_than_its_level(n, level):
    for side in ("two", "upper", "lower"):
        bounds = clopper_pearson_bounds(np.arange(n + 1), n, level, side)
        assert exact_coverage(bounds.low, bounds.high, n).min() >= level - 1e-12


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_equals_statsmodels(method, level):
    published = require_extra("statsmodels.stats.proportion").proportion_confint
    for n in (1, 5, 33, 1319):
        bounds = METHODS[method](np.arange(n + 1), n, level)
        low, high = published(np.arange(n + 1), n, alpha=1 - level, method=PUBLISHED_NAMES[method])
        inner = slice(1, n)  # our Jeffreys bounds are 0 and 1 at the ends, as Brown, Cai and DasGupta advise
        np.testing.assert_allclose(bounds.low[inner], np.asarray(low)[inner], rtol=1e-9)
        np.testing.assert_allclose(bounds.high[inner], np.asarray(high)[inner], rtol=1e-9)


@pytest.mark.parametrize(("successes", "n"), [(0, 9), (3, 9), (9, 9), (286, 1319)])
def test_equals_scipy(successes, n):
    test = binomtest(successes, n)
    for ours, name in ((wilson, "wilson"), (clopper_pearson, "exact")):
        theirs = test.proportion_ci(0.95, method=name)
        interval = ours(successes, n)
        assert interval.low == pytest.approx(theirs.low, abs=1e-12)
        assert interval.high == pytest.approx(theirs.high, abs=1e-12)
    upper = binomtest(successes, n, alternative="less").proportion_ci(0.99)
    assert clopper_pearson(successes, n, 0.99, side="upper").high == pytest.approx(upper.high, abs=1e-12)


def test_no_violation_in_299_bounds_the_rate_at_one_percent():
    assert clopper_pearson(0, 298, 0.95, side="upper").high > 0.01
    assert clopper_pearson(0, 299, 0.95, side="upper").high <= 0.01
    assert clopper_pearson(0, 299, 0.95, side="upper").method == "clopper_pearson:upper"


def test_no_trials_is_undefined():
    for method in (wilson, clopper_pearson, jeffreys):
        interval = method(0, 0)
        assert math.isnan(interval.low)
        assert math.isnan(interval.high)
        assert interval.flags == ("undefined",)


def test_ends_are_exact():
    for method in (wilson, clopper_pearson, jeffreys):
        assert method(0, 12).low == 0.0
        assert method(12, 12).high == 1.0
        assert 0 < method(0, 12).high < 1


def test_empty_and_filled_slices_together():
    bounds = wilson_bounds([0, 3, 0], [0, 4, 4])
    assert np.isnan(bounds.low).tolist() == [True, False, False]
    assert bounds.high[1] == pytest.approx(wilson(3, 4).high)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: wilson(11, 10), "successes=11 and n=10"),
        (lambda: wilson(-1, 10), "successes=-1"),
        (lambda: wilson(1, 10, 95), "did you mean 0.95"),
        (lambda: jeffreys(math.nan, 10), "between 0 and n"),
        (lambda: clopper_pearson(1, 10, side="left"), "side must be 'two', 'upper' or 'lower', got 'left'"),
    ],
)
def test_errors_name_the_argument_and_the_way_out(call, words):
    with pytest.raises(ValueError, match=words):
        call()


counts = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.floats(0, n), st.just(n)))


@given(counts, st.sampled_from([0.8, 0.95, 0.999]))
def test_laws(sample, level):
    s, n = sample
    for method in (wilson, clopper_pearson, jeffreys):
        interval = method(s, n, level)
        assert 0 <= interval.low < interval.high <= 1
        if method is not jeffreys or s == round(s):
            assert interval.low - 1e-9 <= s / n <= interval.high + 1e-9
        mirrored = method(n - s, n, level)
        assert mirrored.low == pytest.approx(1 - interval.high, abs=1e-9)
        wider = method(s, n, 0.9999)
        assert wider.low <= interval.low + 1e-12
        assert interval.high <= wider.high + 1e-12
