"""AUC: scikit-learn and brute force as oracles, ties, symmetry, coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.stats import auc_placements, delong, delong_paired, roc_auc
from tests.extras import require_extra

scores = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=25)


def brute(pos, neg):
    wins = (np.subtract.outer(pos, neg) > 0) + 0.5 * (np.subtract.outer(pos, neg) == 0)
    return wins, wins.mean()


@given(scores, scores)
def test_equals_every_pair_counted(pos, neg):
    wins, auc = brute(np.array(pos), np.array(neg))
    placed = auc_placements(pos, neg)
    assert placed.auc == pytest.approx(auc, abs=1e-12)
    np.testing.assert_allclose(placed.positive, wins.mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(placed.negative, wins.mean(axis=0), atol=1e-12)
    variance = wins.mean(axis=1).var(ddof=1) / len(pos) + wins.mean(axis=0).var(ddof=1) / len(neg)
    interval = delong(pos, neg)
    half = 1.959963984540054 * math.sqrt(variance)
    assert interval.low == pytest.approx(max(0, auc - half), abs=1e-9)
    assert interval.high == pytest.approx(min(1, auc + half), abs=1e-9)


@given(scores, scores)
def test_laws(pos, neg):
    base = delong(pos, neg)
    flipped = delong(neg, pos)
    assert (1 - flipped.high, 1 - flipped.low) == pytest.approx((base.low, base.high), abs=1e-9)
    stretched = delong(np.exp(pos), np.exp(neg))
    assert (stretched.low, stretched.high) == pytest.approx((base.low, base.high), abs=1e-12)


def test_equals_scikit_learn():
    metrics = require_extra("sklearn.metrics")
    rng = np.random.default_rng(1)
    labels, values = rng.integers(0, 2, 3000), rng.normal(size=3000).round(1)
    values += 0.5 * labels
    assert roc_auc(values[labels == 1], values[labels == 0]) == pytest.approx(metrics.roc_auc_score(labels, values))


def test_saturating_scores_and_infinities_keep_their_order():
    assert roc_auc([50.0, 31.0], [30.0, 60.0]) == 0.5
    assert roc_auc([math.inf, 1.0], [-math.inf, 0.0]) == 1.0


def test_degenerate_cases():
    assert math.isnan(roc_auc([], [1.0]))
    assert delong([], [1.0]).flags == ("undefined",)
    assert delong([1.0], [0.0, 2.0]).flags == ("single",)
    perfect = delong([3.0, 4.0], [1.0, 2.0])
    assert (perfect.low, perfect.high, perfect.flags) == (1.0, 1.0, ("degenerate",))
    with pytest.raises(ValueError, match="scores_pos has 1 nan of 2"):
        roc_auc([1.0, math.nan], [0.0])


def test_paired_difference_equals_the_direct_covariance():
    rng = np.random.default_rng(2)
    pos, neg = rng.normal(1, 1, (2, 60)), rng.normal(0, 1, (2, 90))
    pos[1] = 0.7 * pos[0] + 0.5 * pos[1]
    wins = [brute(pos[i], neg[i])[0] for i in range(2)]
    s10 = np.cov([w.mean(axis=1) for w in wins])
    s01 = np.cov([w.mean(axis=0) for w in wins])
    covariance = s10 / 60 + s01 / 90
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    result = delong_paired(pos[0], neg[0], pos[1], neg[1])
    assert result.value == pytest.approx(wins[0].mean() - wins[1].mean())
    assert result.statistic == pytest.approx(result.value / math.sqrt(variance))
    assert (result.p < 0.05) == (not result.interval.contains(0.0))


def test_paired_edges():
    x, y = [3.0, 1.0, 2.0], [0.0, 2.5]
    assert delong_paired(x, y, x, y).p == 1.0
    assert math.isnan(delong_paired([1.0], y, [1.0], y).p)
    assert math.isnan(delong_paired([3.0, 4.0], [1.0, 2.0], [1.0, 2.0], [3.0, 4.0]).p)
    with pytest.raises(ValueError, match="first_pos and second_pos must have the same length"):
        delong_paired(x, y, x[:2], y)


@pytest.mark.slow
def test_coverage_of_a_binormal_auc():
    rng = np.random.default_rng(97_000)
    truth = 0.5 * math.erfc(-1 / 2)  # P(N(1, 1) > N(0, 1)) = Phi(1 / sqrt(2))
    S = 2000
    pos, neg = rng.normal(1, 1, (S, 60)), rng.normal(0, 1, (S, 90))
    hits = sum(delong(p, n).contains(truth) for p, n in zip(pos, neg, strict=True))
    assert hits / S == pytest.approx(0.95, abs=0.015)


@pytest.mark.slow
def test_type_one_error_of_the_paired_test():
    rng = np.random.default_rng(98_000)
    S, rejected = 2000, 0
    for _ in range(S):
        shared_pos, shared_neg = rng.normal(1, 1, 80), rng.normal(0, 1, 80)
        pos, neg = shared_pos + rng.normal(0, 0.6, (2, 80)), shared_neg + rng.normal(0, 0.6, (2, 80))
        rejected += delong_paired(pos[0], neg[0], pos[1], neg[1]).p < 0.05
    assert rejected / S == pytest.approx(0.05, abs=0.015)
