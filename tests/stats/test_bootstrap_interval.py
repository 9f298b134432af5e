"""Percentile and BCa: scipy as oracle on its own draws, undefined cases, coverage of a corpus metric."""

import math

import numpy as np
import pytest
from scipy import stats

from evalium.stats import bca, bootstrap_sums, group_jackknife, jackknife_sums, percentile


def mean_of(sums):
    return sums[:, 0] / sums[:, 1]


def f1_of(sums):
    true_positive, predicted, actual = sums.T
    return 2 * true_positive / (predicted + actual)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_bca_and_percentile_equal_scipy_on_the_same_draws(level):
    x = np.random.default_rng(1).exponential(size=60)
    rows = np.column_stack([x, np.ones(60)])
    for method in ("BCa", "percentile"):
        theirs = stats.bootstrap(
            (x,), np.mean, n_resamples=3000, confidence_level=level, method=method, rng=np.random.default_rng(2)
        )
        draws = theirs.bootstrap_distribution
        if method == "BCa":
            ours = bca(draws, x.mean(), mean_of(jackknife_sums(rows)), level)
        else:
            ours = percentile(draws, level)
        low, high = theirs.confidence_interval
        assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-9)


def test_method_names():
    assert percentile([1.0, 2.0], method="bootstrap:multinomial").method == "bootstrap:multinomial"
    assert bca([1.0, 2.0, 3.0], 2.0, [1.0, 2.0], method="bootstrap:normal_sums").method == "bootstrap:normal_sums:bca"


def test_undefined_draws_are_left_out_and_flagged():
    interval = percentile([math.nan, *range(1001)])
    assert interval.flags == ("draws_undefined",)
    assert interval.high == pytest.approx(975.0)
    assert percentile([math.nan] * 3).flags == ("undefined",)
    assert percentile([]).flags == ("undefined",)
    assert bca([math.nan], 1.0, [1.0]).flags == ("undefined",)
    assert bca([math.nan, 1.0, 2.0, 3.0], 2.0, [1.0, math.nan, 2.0]).flags == ("draws_undefined",)


def test_degenerate_and_unsolvable_cases():
    flat = bca([2.0] * 50, 2.0, [2.0] * 5)
    assert (flat.low, flat.high, flat.flags) == (2.0, 2.0, ("degenerate",))
    assert percentile([2.0] * 50).flags == ("degenerate",)
    outside = bca(np.arange(50.0), 99.0, [1.0, 2.0])
    assert outside.flags == ("undefined",)
    assert math.isnan(outside.low)
    assert bca(np.arange(50.0), math.nan, [1.0, 2.0]).flags == ("undefined",)
    wild = bca(np.arange(1000.0), 998.0, [0.0] * 30 + [-1e9], 0.999999)
    assert wild.flags == ("undefined",)


def test_bca_counts_half_of_the_ties_as_scipy_does():
    x = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 3.0, 0.0, 1.0])
    theirs = stats.bootstrap((x,), np.mean, n_resamples=2000, method="BCa", rng=np.random.default_rng(5))
    jackknife = mean_of(jackknife_sums(np.column_stack([x, np.ones(8)])))
    ours = bca(theirs.bootstrap_distribution, x.mean(), jackknife)
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs.confidence_interval), rel=1e-9)
    centred = bca([0.0] * 10 + [1.0] * 80 + [2.0] * 10, 1.0, [1.0, 2.0, 3.0])
    assert (centred.low, centred.high) == (0.0, 2.0)


def test_group_jackknife_with_one_unit_a_group_is_the_jackknife():
    x = np.random.default_rng(3).exponential(size=40)
    values = group_jackknife(lambda w: float(w @ x / w.sum()), 40, 40, seed=1)
    leave_one_out = mean_of(jackknife_sums(np.column_stack([x, np.ones(40)])))
    np.testing.assert_allclose(np.sort(values), np.sort(leave_one_out), rtol=1e-12)


def test_group_jackknife_splits_evenly_and_covers_every_unit_once():
    seen = []
    group_jackknife(lambda w: float(seen.append(w.copy()) or 0.0), 23, 5, seed=2)
    left_out = 1 - np.array(seen)
    assert (left_out.sum(axis=0) == 1).all()
    assert sorted(left_out.sum(axis=1).tolist()) == [4, 4, 5, 5, 5]
    with pytest.raises(ValueError, match="groups must lie between 2 and n = 3, got 4"):
        group_jackknife(lambda w: 0.0, 3, 4, seed=1)


def test_group_jackknife_finds_the_acceleration_of_a_skewed_mean():
    x = np.random.default_rng(4).exponential(size=2000)
    rows = np.column_stack([x, np.ones(2000)])
    draws = mean_of(bootstrap_sums(rows, 2000, 1))
    exact = bca(draws, x.mean(), mean_of(jackknife_sums(rows)))
    cheap = bca(draws, x.mean(), group_jackknife(lambda w: float(w @ x / w.sum()), 2000, 50, seed=1))
    assert cheap.low == pytest.approx(exact.low, abs=0.1 * exact.width)
    assert cheap.high == pytest.approx(exact.high, abs=0.1 * exact.width)


@pytest.mark.slow
def test_coverage_of_f1_from_sums():
    rng = np.random.default_rng(60_000)
    truth = 2 * (0.3 * 0.7) / (0.3 + 0.3 * 0.7 + 0.7 * 0.2)
    hits, S = 0, 1000
    for seed in range(S):
        actual = rng.random(300) < 0.3
        predicted = rng.random(300) < np.where(actual, 0.7, 0.2)
        rows = np.column_stack([actual & predicted, predicted, actual]).astype(float)
        draws = f1_of(bootstrap_sums(rows, 1000, seed))
        hits += percentile(draws).contains(truth)
    assert hits / S == pytest.approx(0.95, abs=0.021)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "known"), [(20, 0.864), (100, 0.915), (400, 0.931)])
def test_bca_does_not_rescue_a_lognormal_mean(n, known):
    rng = np.random.default_rng(61_000 + n)
    hits, S = 0, 1000
    for seed in range(S):
        x = rng.lognormal(0, 1, n)
        rows = np.column_stack([x, np.ones(n)])
        draws = bootstrap_sums(x, 1000, seed).ravel() / n
        hits += bca(draws, x.mean(), mean_of(jackknife_sums(rows))).contains(math.exp(0.5))
    assert hits / S == pytest.approx(known, abs=0.03)
