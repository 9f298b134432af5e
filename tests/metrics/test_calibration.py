"""Calibration metrics against scikit-learn and direct sums."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evalium.metrics.brier_skill import BrierSkill
from evalium.metrics.calibration_more import EceClasswise, Mce, ece_equal_mass
from evalium.metrics.recalibration import CalibrationIntercept, CalibrationSlope
from tests.extras import require_extra
from tests.metrics.classified import Array, only, probabilities

sk = require_extra("sklearn.metrics")
calibration = require_extra("sklearn.calibration")
linear_model = require_extra("sklearn.linear_model")


def units(seed: int, n: int = 600) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    p = rng.beta(2, 2, n)
    return p, (rng.random(n) < p**1.5).astype(int)


def gaps(p: Array, hit: Array, at: Array) -> tuple[Array, Array]:
    found = [(abs(p[at == b].mean() - hit[at == b].mean()), (at == b).mean()) for b in np.unique(at)]
    return np.array([g for g, _ in found]), np.array([w for _, w in found])


@pytest.mark.parametrize("seed", range(5))
def test_equal_mass_and_worst_bin(seed: int) -> None:
    p, y = units(seed)
    frame = probabilities(p, y)
    confidence = np.maximum(p, 1 - p)
    right = ((p > 0.5) == y).astype(float)
    tenth = np.empty(len(p), dtype=int)
    tenth[np.argsort(confidence)] = np.arange(len(p)) * 10 // len(p)
    gap, share = gaps(confidence, right, tenth)
    assert only(ece_equal_mass(scorer="s", n_bins=10), frame).value == pytest.approx(float(gap @ share), rel=1e-9)
    assert only(Mce(scorer="s", n_bins=10, binning="equal_mass"), frame).value == pytest.approx(gap.max(), rel=1e-9)
    gap, _ = gaps(confidence, right, np.ceil(confidence * 10).astype(int))
    assert only(Mce(scorer="s", n_bins=10), frame).value == pytest.approx(gap.max(), rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_classwise_is_the_mean_of_sklearns_reliability_curves(seed: int) -> None:
    p, y = units(seed)
    curve, mean = calibration.calibration_curve(y, p, n_bins=10)
    counts = np.histogram(p, bins=np.linspace(0, 1, 11))[0]
    expected = (np.abs(curve - mean) * counts[counts > 0]).sum() / len(p)
    found = only(EceClasswise(scorer="s", n_bins=10), probabilities(p, y)).value
    assert found == pytest.approx(expected, rel=1e-9)


def test_brier_skill_is_one_minus_the_ratio_to_the_frequencies() -> None:
    p, y = units(7)
    expected = 1 - sk.brier_score_loss(y, p) / sk.brier_score_loss(y, np.full(len(y), y.mean()))
    assert only(BrierSkill(scorer="s"), probabilities(p, y)).value == pytest.approx(expected, rel=1e-9)
    constant = only(BrierSkill(scorer="s"), probabilities(p, np.ones(len(y))))
    assert math.isnan(constant.value) and "one class" in (constant.reason or "")


@pytest.mark.parametrize("seed", range(5))
def test_slope_equals_a_logistic_regression(seed: int) -> None:
    p, y = units(seed)
    x = np.log(p / (1 - p))
    fitted = linear_model.LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000, solver="newton-cholesky")
    expected = float(fitted.fit(x[:, None], y).coef_[0, 0])
    assert only(CalibrationSlope(scorer="s"), probabilities(p, y)).value == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_intercept_makes_the_mean_probability_right(seed: int) -> None:
    p, y = units(seed)
    a = only(CalibrationIntercept(scorer="s"), probabilities(p, y)).value
    moved = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + a)))
    assert moved.mean() == pytest.approx(y.mean(), rel=1e-9)


def test_separated_classes_have_no_slope() -> None:
    frame = probabilities(np.array([0.1, 0.2, 0.7, 0.9]), np.array([0, 0, 1, 1]))
    found = only(CalibrationSlope(scorer="s"), frame)
    assert math.isnan(found.value) and "separated" in (found.reason or "")
    assert math.isnan(only(CalibrationIntercept(scorer="s"), probabilities(np.array([0.1, 0.3]), np.zeros(2))).value)
