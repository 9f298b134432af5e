"""Families of tests: statsmodels and scipy as oracles, simulated FWER and FDR."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from evalium.stats import benjamini_hochberg, holm
from tests.extras import require_extra

families = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_equals_statsmodels(size):
    multipletests = require_extra("statsmodels.stats.multitest").multipletests
    p = np.random.default_rng(size).random(size) ** 2
    p[size // 2] = p[0]
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=1e-12)
    np.testing.assert_allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1], rtol=1e-12)


@given(families)
def test_benjamini_hochberg_equals_scipy(p):
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p), rtol=1e-9, atol=1e-300)


@given(families, st.randoms(use_true_random=False))
def test_laws(p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    shuffled = np.array(p)[order]
    for adjust in (holm, benjamini_hochberg):
        adjusted = adjust(p)
        assert (adjusted >= p).all()
        assert (adjusted <= 1).all()
        np.testing.assert_array_equal(adjust(shuffled), adjusted[order])
    assert (benjamini_hochberg(p) <= holm(p) + 1e-15).all()


def test_undefined_tests_stay_undefined_and_do_not_count():
    adjusted = holm([0.01, math.nan, 0.04])
    assert adjusted[[0, 2]].tolist() == pytest.approx([0.02, 0.04])
    assert math.isnan(adjusted[1])
    assert holm([]).size == 0
    assert benjamini_hochberg([]).size == 0


def test_errors():
    with pytest.raises(ValueError, match=r"p-values must lie in \[0, 1\], got 1.5"):
        holm([0.5, 1.5])
    with pytest.raises(ValueError, match="one-dimensional"):
        benjamini_hochberg([[0.5]])


@pytest.mark.slow
def test_family_wise_and_false_discovery_rates_on_a_mixed_null():
    rng = np.random.default_rng(90_000)
    S, nulls, effects = 4000, 15, 5
    any_false = false_share = 0.0
    for _ in range(S):
        z = np.concatenate([rng.normal(size=nulls), rng.normal(3, 1, effects)])
        p = np.array([math.erfc(abs(value) / math.sqrt(2)) for value in z])
        any_false += bool((holm(p)[:nulls] <= 0.05).any())
        found = benjamini_hochberg(p) <= 0.05
        false_share += found[:nulls].sum() / max(found.sum(), 1)
    assert any_false / S <= 0.05 + 0.005
    # BH holds at q * (share of true nulls) exactly for independent tests.
    assert false_share / S == pytest.approx(0.05 * nulls / (nulls + effects), abs=0.008)
