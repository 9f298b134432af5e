"""Bootstrap of sums: exact weights, exact moments on every path, shared weights, bounded memory."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.stats import bootstrap_draws, bootstrap_paired, bootstrap_sums, bootstrap_weights


def all_weights(n, B, seed):
    return np.concatenate(list(bootstrap_weights(n, B, seed)))


@given(st.integers(1, 300), st.integers(1, 50), st.integers(0, 2**64 - 1))
def test_weights_are_counts_of_n_draws(n, B, seed):
    weights = all_weights(n, B, seed)
    assert weights.shape == (B, n)
    assert weights.dtype == np.int64
    assert weights.min() >= 0
    assert (weights.sum(axis=1) == n).all()


def test_same_arguments_same_weights_and_a_longer_run_only_continues():
    first, again = all_weights(30_000, 40, 11), all_weights(30_000, 40, 11)
    assert (first == again).all()
    assert (all_weights(30_000, 95, 11)[:40] == first).all()
    assert (all_weights(30_000, 40, 12) != first).any()


def test_weights_have_the_multinomial_moments():
    weights = all_weights(10, 40_000, 3).astype(float)
    np.testing.assert_allclose(weights.mean(axis=0), 1.0, atol=0.03)
    np.testing.assert_allclose(weights.var(axis=0), 0.9, atol=0.04)
    off = np.cov(weights.T)[np.triu_indices(10, 1)]
    np.testing.assert_allclose(off, -0.1, atol=0.03)


def test_the_plain_path_is_weights_times_rows():
    rows = np.random.default_rng(1).normal(size=(500, 3))
    draws = bootstrap_draws(rows, 300, 17)
    assert draws.method == "bootstrap"
    np.testing.assert_allclose(draws.sums, all_weights(500, 300, 17) @ rows, rtol=1e-12)


PATHS = {
    "bootstrap": lambda rng: np.column_stack([rng.normal(2, 1, 800), rng.exponential(size=800), np.ones(800)]),
    "bootstrap:multinomial": lambda rng: np.column_stack([rng.integers(0, 3, 800), rng.integers(0, 2, 800)]),
    "bootstrap:normal_sums": lambda rng: np.column_stack(
        [rng.normal(1e6, 1, 30_000), 1e-6 * rng.exponential(size=30_000), np.ones(30_000)]
    ),
}


@pytest.mark.parametrize("method", PATHS)
def test_every_path_has_the_exact_mean_and_covariance(method):
    rows = PATHS[method](np.random.default_rng(2)).astype(float)
    draws = bootstrap_draws(rows, 20_000, 5)
    assert draws.method == method
    n = len(rows)
    sd = np.sqrt(n) * rows.std(axis=0)
    np.testing.assert_allclose(draws.sums.mean(axis=0), rows.sum(axis=0), atol=5 * sd.max() / math.sqrt(20_000))
    scale = np.where(sd > 1e-6 * np.abs(rows).max(axis=0), sd, 1.0)
    expected = n * np.cov(rows.T, ddof=0) / np.outer(scale, scale)
    np.testing.assert_allclose(np.cov(draws.sums.T) / np.outer(scale, scale), expected, atol=0.04)


def test_a_constant_column_is_constant_on_every_path():
    for make in PATHS.values():
        rows = make(np.random.default_rng(3))
        sums = bootstrap_sums(np.column_stack([rows, np.full(len(rows), 0.25)]), 50, 1)[:, -1]
        np.testing.assert_allclose(sums, 0.25 * len(rows), rtol=1e-12)


def test_multinomial_and_plain_paths_agree_in_distribution():
    flags = np.zeros(400)
    flags[:30] = 1.0
    short = bootstrap_sums(flags, 50_000, 1).ravel()
    plain = (all_weights(400, 20_000, 2) @ flags[:, None]).ravel()
    for q in (0.01, 0.025, 0.5, 0.975, 0.99):
        assert np.quantile(short, q) == pytest.approx(np.quantile(plain, q), abs=1)


def test_rare_events_never_take_the_normal_limit():
    rng = np.random.default_rng(4)
    rows = np.column_stack([rng.normal(size=25_000), np.arange(25_000) < 3])
    draws = bootstrap_draws(rows, 200, 1)
    assert draws.method == "bootstrap"
    assert draws.sums[:, 1].min() == 0.0


def test_order_of_rows_does_not_matter_when_few_are_distinct():
    rows = np.random.default_rng(5).integers(0, 2, (1000, 4)).astype(float)
    np.testing.assert_array_equal(bootstrap_sums(rows, 100, 9), bootstrap_sums(rows[::-1], 100, 9))


def test_paired_blocks_share_weights():
    rng = np.random.default_rng(6)
    for rows in (rng.normal(size=(300, 2)), rng.integers(0, 2, (300, 2)).astype(float), rng.normal(size=(25_000, 2))):
        pair = bootstrap_paired([rows, 3 * rows[:, :1]], 200, 4)
        assert [block.shape for block in pair.blocks] == [(200, 2), (200, 1)]
        np.testing.assert_allclose(pair.blocks[1][:, 0], 3 * pair.blocks[0][:, 0], rtol=1e-6, atol=1e-6)


def test_memory_stays_bounded():
    rows = np.random.default_rng(7).normal(size=(20_000, 4))
    tracemalloc.start()
    bootstrap_sums(rows, 500, 1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * 2**20


def test_edges_and_errors():
    assert bootstrap_sums(np.empty((0, 2)), 5, 1).tolist() == [[0.0, 0.0]] * 5
    assert bootstrap_sums([7.0], 3, 1).tolist() == [[7.0]] * 3
    with pytest.raises(ValueError, match="rows has 1 of 2 rows with nan"):
        bootstrap_sums([[1.0, math.nan], [1.0, 1.0]], 5, 1)
    with pytest.raises(ValueError, match="B must be at least 1 resample, got 0"):
        bootstrap_sums([1.0], 0, 1)
    with pytest.raises(ValueError, match="n must be at least 1 unit, got 0"):
        bootstrap_weights(0, 5, 1)
    with pytest.raises(ValueError, match=r"same number of rows, got \[1, 2\]"):
        bootstrap_paired([[1.0], [1.0, 2.0]], 5, 1)
    with pytest.raises(ValueError, match=r"at least one and have the same number of rows, got \[\]"):
        bootstrap_paired([], 5, 1)
