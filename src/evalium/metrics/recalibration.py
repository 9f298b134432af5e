"""Logistic recalibration: slope and intercept that would calibrate probabilities."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._ranked import Ranked
from .column import Floats
from .rank_area import RankArea

EPSILON = 1e-12
_STEPS = 50
_STEEPEST = 1e3


@dataclass(frozen=True, kw_only=True)
class Recalibration(RankArea):
    """Base of the two numbers of logistic recalibration, one class against the rest. Interval: bootstrap.

    Average and positive class as in `roc_auc`. Probabilities are clipped to [1e-12, 1 - 1e-12], so that a certain and
    wrong one weighs much and not infinitely. Undefined where a class is empty; the slope also where a threshold
    separates the classes, for then no finite number fits.
    """

    with_slope: ClassVar[bool] = True

    low = None
    high = None
    higher_is_better = None
    reference = "https://doi.org/10.1186/s12916-019-1466-7"

    def area(self, units: Ranked) -> Floats:
        """The maximum likelihood fit, by Newton's method for all resamples at once."""
        p = np.clip(units.thresholds, EPSILON, 1 - EPSILON)
        x = np.log(p) - np.log1p(-p)
        positive, size = units.positive, units.positive + units.negative
        return _slope(x, positive, size) if self.with_slope else _intercept(x, positive, size)

    def reason(self, columns: tuple[Floats, ...]) -> str:
        """What cannot be fitted."""
        return f"{self.name} is undefined where a class is empty or the classes are separated by a threshold"


@dataclass(frozen=True, kw_only=True)
class CalibrationSlope(Recalibration):
    """Slope b of logit P(positive) = a + b logit(p); 1 is best, below 1 is overconfident, above it too timid.

    Equals an unpenalised logistic regression of the truth on logit(p).

    When not to use it: alone: it sees a straight line of log-odds and nothing else, and 1 is no sign that probabilities
    are right on average. Read `calibration_intercept` and `ece` beside it.

    Reference: Cox (1958), Biometrika 45, 562-565; Van Calster et al. (2019), BMC Medicine 17, 230.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("calibration_slope", [0.1, 0.1, 0.9, 0.9, 0.9], [0, 1, 0, 1, 1]).value.__round__(4)
        0.1577
    """

    name = "calibration_slope"


@dataclass(frozen=True, kw_only=True)
class CalibrationIntercept(Recalibration):
    """Intercept a of logit P(positive) = a + logit(p): calibration in the large; 0 is best, above 0 p is too low.

    In log-odds. Equals a logistic regression with logit(p) as offset: with it the mean probability is the share of
    positives. Undefined only where a class is empty.

    When not to use it: alone: probabilities too high for some units and too low for others cancel. Read
    `calibration_slope` and `ece` beside it.

    Reference: Van Calster et al. (2019), BMC Medicine 17, 230.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("calibration_intercept", [0.5, 0.5, 0.5, 0.5], [0, 1, 1, 1]).value, 4)
        1.0986
    """

    name = "calibration_intercept"
    with_slope = False


def _likelihood(z: Floats, positive: Floats, size: Floats) -> Floats:
    found: Floats = (positive * z - size * np.logaddexp(0.0, z)).sum(axis=-1)
    return found


def _expit(z: Floats) -> Floats:
    found: Floats = 0.5 * (1.0 + np.tanh(0.5 * z))
    return found


def _intercept(x: Floats, positive: Floats, size: Floats) -> Floats:
    """Root of the increasing mean probability, by bisection and then Newton's method."""
    hits, total = positive.sum(axis=-1), size.sum(axis=-1)
    low, high = np.full(hits.shape, -80.0), np.full(hits.shape, 80.0)
    for _ in range(_STEPS):
        a = (low + high) / 2
        short = (size * _expit(x + a[..., None])).sum(axis=-1) < hits
        low, high = np.where(short, a, low), np.where(short, high, a)
    a = (low + high) / 2
    return np.where((hits > 0) & (hits < total), a, np.nan)


def _slope(x: Floats, positive: Floats, size: Floats) -> Floats:
    total = size.sum(axis=-1, keepdims=True)
    centre = np.where(total > 0, (size * x).sum(axis=-1, keepdims=True) / np.where(total > 0, total, 1.0), 0.0)
    away = x - centre
    a, b = np.zeros(total.shape), np.zeros(total.shape)
    current = _likelihood(a + b * away, positive, size)
    done = np.zeros(current.shape, dtype=bool)
    for _ in range(_STEPS):
        step_a, step_b = _newton_step(a + b * away, away, positive, size)
        done |= np.maximum(np.abs(step_a), np.abs(step_b))[..., 0] <= 1e-12 * (1 + np.abs(b[..., 0]))
        if done.all():
            break
        a, b, current = _climbed(a, b, step_a, step_b, current, away, positive, size)
    found = b[..., 0]
    return np.where(done & (np.abs(found) < _STEEPEST) & ~_separated(positive, size), found, np.nan)


def _newton_step(z: Floats, x: Floats, positive: Floats, size: Floats) -> tuple[Floats, Floats]:
    p = _expit(z)
    residual, spread = positive - size * p, size * p * (1 - p)
    ga, gb = residual.sum(axis=-1, keepdims=True), (residual * x).sum(axis=-1, keepdims=True)
    haa, hab, hbb = ((spread * x**k).sum(axis=-1, keepdims=True) for k in range(3))
    determinant = haa * hbb - hab**2
    regular = determinant > 1e-14 * haa * hbb
    safe = np.where(regular, determinant, 1.0)
    nan = np.where(regular, 0.0, np.nan)
    return (hbb * ga - hab * gb) / safe + nan, (haa * gb - hab * ga) / safe + nan


def _climbed(
    a: Floats, b: Floats, step_a: Floats, step_b: Floats, current: Floats, x: Floats, positive: Floats, size: Floats
) -> tuple[Floats, Floats, Floats]:
    """Newton's step, halved until the likelihood does not fall; no step where it is undefined."""
    step_a, step_b = np.nan_to_num(step_a), np.nan_to_num(step_b)
    share = np.ones(a.shape)
    reached = current
    for _ in range(30):
        reached = _likelihood(a + share * step_a + (b + share * step_b) * x, positive, size)
        worse = reached < current - 1e-9 * np.abs(current)
        if not worse.any():
            break
        share = np.where(worse[..., None], share / 2, share)
    return a + share * step_a, b + share * step_b, reached


def _separated(positive: Floats, size: Floats) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """Whether every positive scores at least as high as every negative, or the reverse (highest score first)."""
    negative = size - positive
    index = np.arange(positive.shape[-1])

    def ends(weight: Floats) -> tuple[Floats, Floats]:
        there = weight > 0
        first = np.where(there, index, len(index)).min(axis=-1)
        last = np.where(there, index, -1).max(axis=-1)
        return first, last

    (p_first, p_last), (n_first, n_last) = ends(positive), ends(negative)
    return np.asarray((p_last <= n_first) | (n_last <= p_first))
