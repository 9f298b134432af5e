"""Smallest detectable differences: statsmodels as oracle, and the promised power by simulation."""

import math

import numpy as np
import pytest

from evalium.stats import mde_paired, mde_two_proportions, paired_t
from tests.extras import require_extra


@pytest.mark.parametrize("n", [10, 30, 1000])
@pytest.mark.parametrize("power", [0.8, 0.95])
def test_paired_equals_the_noncentral_t(n, power):
    solver = require_extra("statsmodels.stats.power").TTestPower()
    exact = 2.5 * solver.solve_power(nobs=n, alpha=0.05, power=power)
    assert mde_paired(n, 2.5, power=power) == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize("p1", [0.05, 0.5, 0.9])
def test_two_proportions_inverts_the_published_sample_size(p1):
    size = require_extra("statsmodels.stats.proportion").samplesize_proportions_2indep_onetail
    difference = mde_two_proportions(p1, 400, 400)
    # statsmodels: size of one group for a one-tailed alpha / 2 test, null variance pooled.
    sign = -1 if p1 > 0.5 else 1
    n = size(sign * difference, p1, 0.8, ratio=1, alpha=0.05, alternative="two-sided")
    assert n == pytest.approx(400, rel=1e-4)


def test_shrinks_with_n_and_grows_with_demands():
    assert mde_paired(400, 1.0) == pytest.approx(mde_paired(100, 1.0) / 2, rel=0.02)
    assert mde_paired(10_000_000, 1.0) == pytest.approx(2.8015852 / math.sqrt(10_000_000), rel=1e-5)
    assert mde_paired(100, 1.0, power=0.01) == 0.0
    assert mde_paired(100, 1.0, alpha=0.01) > mde_paired(100, 1.0) > mde_paired(100, 1.0, power=0.5)
    assert mde_two_proportions(0.3, 200, 900) == pytest.approx(mde_two_proportions(0.7, 200, 900))
    assert mde_two_proportions(0.3, 500, 500) < mde_two_proportions(0.3, 500, 50)


def test_edges_and_errors():
    assert math.isnan(mde_paired(1, 1.0))
    assert mde_paired(50, 0.0) == 0.0
    assert math.isnan(mde_paired(50, math.nan))
    assert math.isnan(mde_two_proportions(0.5, 2, 2))
    assert math.isnan(mde_two_proportions(0.5, 0, 10))
    with pytest.raises(ValueError, match=r"power must lie strictly between 0 and 1, got 80; did you mean 0\.8"):
        mde_paired(10, 1.0, power=80)
    with pytest.raises(ValueError, match=r"baseline must lie in \[0, 1\], got 2"):
        mde_two_proportions(2, 10, 10)
    with pytest.raises(ValueError, match="sd_of_differences must not be negative"):
        mde_paired(10, -1.0)


@pytest.mark.slow
@pytest.mark.parametrize("n", [20, 200])
def test_the_promised_power_is_kept(n):
    rng = np.random.default_rng(95_000 + n)
    difference = mde_paired(n, 1.0)
    found = [paired_t(row).p < 0.05 for row in rng.normal(difference, 1.0, (4000, n))]
    assert np.mean(found) == pytest.approx(0.8, abs=0.02)


@pytest.mark.slow
def test_the_promised_power_of_two_proportions():
    rng = np.random.default_rng(96_000)
    p1, n = 0.3, 500
    p2 = p1 + mde_two_proportions(p1, n, n)
    x, y = rng.binomial(n, p1, 20_000) / n, rng.binomial(n, p2, 20_000) / n
    pooled = (x + y) / 2
    z = (y - x) / np.sqrt(pooled * (1 - pooled) * 2 / n)
    assert np.mean(np.abs(z) > 1.959963984540054) == pytest.approx(0.8, abs=0.02)
