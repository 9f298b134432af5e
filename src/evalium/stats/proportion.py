"""Intervals of a proportion: Wilson by default, Clopper-Pearson where a promise is made, Jeffreys for comparison."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ._check import check_level
from ._special import Floats, beta_quantile, normal_quantile
from .result import Interval, undefined_interval

Side = Literal["two", "upper", "lower"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lower and upper bounds of many intervals at once, arrays of one shape."""

    low: Floats
    high: Floats


def _counts(successes: npt.ArrayLike, n: npt.ArrayLike) -> tuple[Floats, Floats]:
    s, total = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(n, np.float64))
    # Weighted counts overshoot by rounding; anything larger is a caller's mistake.
    slack = 1e-9 * np.maximum(total, 1.0)
    bad = ~((s >= -slack) & (s <= total + slack) & np.isfinite(total))
    if bad.any():
        where = tuple(np.argwhere(np.atleast_1d(bad))[0])
        raise ValueError(
            f"successes must lie between 0 and n, got successes={np.atleast_1d(s)[where]:g}"
            f" and n={np.atleast_1d(total)[where]:g}"
        )
    return np.clip(s, 0.0, total), total


def wilson_bounds(successes: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Bounds:
    """Wilson score bounds, element by element (slices, coverage tables).

    Args:
        successes: Counts in [0, n], any shape; may be fractional.
        n: Trials, broadcast against `successes`; 0 gives nan.
        level: Confidence level in (0, 1).

    Returns:
        Bounds in [0, 1], exactly 0 where successes = 0 and 1 where successes = n.

    >>> wilson_bounds([0, 5], [10, 10]).high.round(4).tolist()
    [0.2775, 0.7634]
    """
    check_level(level)
    s, total = _counts(successes, n)
    z2 = normal_quantile(0.5 + level / 2) ** 2
    safe = np.where(total > 0, total, math.nan)
    centre = s + z2 / 2
    half = np.sqrt(z2 * (s * (safe - s) / safe + z2 / 4))
    low = np.where(s == 0, np.where(total > 0, 0.0, math.nan), (centre - half) / (safe + z2))
    high = np.where(s == total, np.where(total > 0, 1.0, math.nan), (centre + half) / (safe + z2))
    return Bounds(np.maximum(low, 0.0), np.minimum(high, 1.0))


def clopper_pearson_bounds(
    successes: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95, side: Side = "two"
) -> Bounds:
    """Clopper-Pearson bounds, element by element; see `clopper_pearson`.

    >>> clopper_pearson_bounds([0, 1], 20, side="upper").high.round(4).tolist()
    [0.1391, 0.2161]
    """
    check_level(level)
    if side not in ("two", "upper", "lower"):
        raise ValueError(f"side must be 'two', 'upper' or 'lower', got {side!r}")
    s, total = _counts(successes, n)
    tail = (1 - level) / 2 if side == "two" else 1 - level
    empty = np.where(total > 0, 0.0, math.nan)
    low, high = empty.copy(), empty + 1.0
    if side != "upper":
        at = (s > 0) & (total > 0)
        low = np.where(at, beta_quantile(np.where(at, s, 1.0), np.where(at, total - s + 1, 1.0), tail), low)
    if side != "lower":
        at = (s < total) & (total > 0)
        high = np.where(at, beta_quantile(np.where(at, s + 1, 1.0), np.where(at, total - s, 1.0), 1 - tail), high)
    return Bounds(low, high)


def jeffreys_bounds(successes: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Bounds:
    """Jeffreys bounds, element by element; see `jeffreys`.

    >>> jeffreys_bounds([0, 3], 10).low.round(4).tolist()
    [0.0, 0.0927]
    """
    check_level(level)
    s, total = _counts(successes, n)
    tail = (1 - level) / 2
    empty = np.where(total > 0, 0.0, math.nan)
    low = beta_quantile(s + 0.5, total - s + 0.5, tail)
    high = beta_quantile(s + 0.5, total - s + 0.5, 1 - tail)
    return Bounds(np.where(s > 0, low, 0.0) + empty, np.where(s < total, high, 1.0) + empty)


def _single(bounds: Bounds, level: float, method: str) -> Interval:
    if math.isnan(bounds.low):
        return undefined_interval(level, method)
    return Interval(float(bounds.low), float(bounds.high), level, method)


def wilson(successes: float, n: float, level: float = 0.95) -> Interval:
    """Wilson score interval of a proportion, the default for any rate.

    Close to its level for every p, and sane at 0 and n (the rule of three). Inverts the score test.

    Args:
        successes: Count in [0, n]; fractional for weighted data.
        n: Trials, or the effective number of them.
        level: Confidence level in (0, 1).

    Returns:
        Bounds in [0, 1]; nan with flag `undefined` when n = 0.

    Raises:
        ValueError: If successes lies outside [0, n] or level outside (0, 1).

    Reference: Wilson (1927), JASA 22, 209-212.

    >>> interval = wilson(8, 10)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.4902, 0.9433)
    """
    return _single(wilson_bounds(successes, n, level), level, "wilson")


def clopper_pearson(successes: float, n: float, level: float = 0.95, side: Side = "two") -> Interval:
    """Exact (Clopper-Pearson) interval: never covers less than its level; for safety gates.

    Args:
        successes: Count in [0, n].
        n: Trials.
        level: Confidence level in (0, 1).
        side: `two`; `upper` bounds the rate from above at the whole level (low = 0); `lower` from below (high = 1).

    Returns:
        Bounds in [0, 1]; nan with flag `undefined` when n = 0.

    Raises:
        ValueError: If successes lies outside [0, n], or level or side is unknown.

    Reference: Clopper and Pearson (1934), Biometrika 26, 404-413.

    >>> round(clopper_pearson(0, 299, 0.95, side="upper").high, 4)
    0.01
    """
    method = "clopper_pearson" if side == "two" else f"clopper_pearson:{side}"
    return _single(clopper_pearson_bounds(successes, n, level, side), level, method)


def jeffreys(successes: float, n: float, level: float = 0.95) -> Interval:
    """Jeffreys interval: equal tails of the Beta(1/2, 1/2) posterior, with low = 0 at 0 and high = 1 at n.

    Args:
        successes: Count in [0, n].
        n: Trials.
        level: Confidence level in (0, 1).

    Returns:
        Bounds in [0, 1]; nan with flag `undefined` when n = 0.

    Raises:
        ValueError: If successes lies outside [0, n] or level outside (0, 1).

    Reference: Brown, Cai and DasGupta (2001), Statistical Science 16, 101-133.

    >>> interval = jeffreys(3, 10)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0927, 0.6058)
    """
    return _single(jeffreys_bounds(successes, n, level), level, "jeffreys")
