"""Sign flips: exact enumeration, scipy as oracle, agreement of the paths, type I error."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from evalium.stats import mcnemar, sign_flip_permutation


@pytest.mark.parametrize("seed", range(5))
def test_small_samples_enumerate_every_pattern(seed):
    d = np.random.default_rng(seed).normal(0.5, 1, 9).round(1)
    flips = np.array(list(itertools.product([-1, 1], repeat=9)))
    expected = np.mean(np.abs(flips @ d) >= abs(d.sum()) - 1e-9)
    # Zeros flip to themselves, so dropping them leaves the share as it is.
    result = sign_flip_permutation(d)
    assert result.method == "sign_flip:exact"
    assert result.p == pytest.approx(expected)


def test_equals_scipy():
    d = np.random.default_rng(1).normal(0.25, 1, 80)
    theirs = stats.permutation_test(
        (d,), np.mean, permutation_type="samples", n_resamples=20_000, rng=np.random.default_rng(2)
    )
    ours = sign_flip_permutation(d, B=20_000, seed=3)
    assert ours.method == "sign_flip"
    assert ours.p == pytest.approx(theirs.pvalue, abs=0.006)
    assert ours.value == pytest.approx(d.mean())


def test_right_or_wrong_differences_are_mcnemars_exact_test():
    d = np.array([1.0] * 40 + [-1.0] * 22 + [0.0] * 500)
    assert sign_flip_permutation(d, B=200_000, seed=1).p == pytest.approx(mcnemar(40, 22, "exact").p, abs=0.002)


def test_normal_limit_agrees_with_random_patterns():
    d = np.random.default_rng(4).exponential(size=25_000) - 1.0
    d -= d.mean() - 0.006
    limit = sign_flip_permutation(d)
    assert limit.method == "sign_flip:normal"
    assert limit.p == pytest.approx(stats.ttest_1samp(d, 0).pvalue, abs=0.01)


def test_one_dominant_difference_never_takes_the_normal_limit():
    d = np.random.default_rng(5).normal(size=21_000)
    d[0] = 1e6
    result = sign_flip_permutation(d, B=1999)
    assert result.method == "sign_flip"
    # A sum is as extreme when the others, all flipped with the giant, add up to what they do here.
    rest = d[1:].sum() / math.sqrt(np.sum(d[1:] ** 2))
    assert result.p == pytest.approx(stats.norm.sf(rest), abs=0.02)


def test_edges_and_laws():
    assert math.isnan(sign_flip_permutation([]).p)
    assert sign_flip_permutation([]).flags == ("undefined",)
    same = sign_flip_permutation(np.zeros(30))
    assert (same.p, same.flags) == (1.0, ("degenerate",))
    d = np.random.default_rng(6).normal(0.4, 1, 50)
    assert sign_flip_permutation(d, seed=1).p == sign_flip_permutation(-7 * d, seed=1).p
    assert sign_flip_permutation(d + 5, B=99).p == 0.01
    with pytest.raises(ValueError, match="differences has 1 nan"):
        sign_flip_permutation([1.0, math.nan])
    with pytest.raises(ValueError, match="B must be at least 1"):
        sign_flip_permutation([1.0], B=0)


@pytest.mark.slow
def test_type_one_error_with_heavy_symmetric_tails():
    rng = np.random.default_rng(80_000)
    S = 2000
    samples = rng.standard_t(2, (S, 40))
    rejected = sum(sign_flip_permutation(row, B=399, seed=i).p <= 0.05 for i, row in enumerate(samples))
    assert rejected / S == pytest.approx(0.05, abs=0.015)
