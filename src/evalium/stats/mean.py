"""Student's t interval of a mean."""

import math

import numpy as np
import numpy.typing as npt

from ._check import check_level, vector
from ._special import t_quantile
from .result import Interval, undefined_interval

SKEWED = 2.0


def skewness(values: npt.ArrayLike) -> float:
    """Skewness g1 = m3 / m2**1.5 (population moments, no correction).

    Args:
        values: Finite numbers [n].

    Returns:
        Any real number, 0 for a symmetric sample; nan when n < 2 or nothing varies.

    >>> round(skewness([0, 0, 0, 1]), 4)
    1.1547
    """
    x = vector(values)
    if x.size < 2 or x.min() == x.max():
        return math.nan
    d = x - x.mean()
    d /= np.abs(d).max()
    square = d * d
    return float(np.mean(square * d) / np.mean(square) ** 1.5)


def t_mean(values: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Student's t interval of the mean of independent values.

    Args:
        values: Finite numbers [n].
        level: Confidence level in (0, 1).

    Returns:
        The interval around the mean. n = 0: nan, flag `undefined`. n = 1: nan, flag `single`. All equal: zero width,
        flag `degenerate`. |skewness| > 2: flag `skewed`, the interval covers less than it says (for a lognormal with
        sigma 1, 86 % at n = 20 and 93 % at n = 400 instead of 95 %), and resampling does not rescue it.

    Raises:
        ValueError: If a value is nan or infinite, or level lies outside (0, 1).

    >>> interval = t_mean([1.0, 2.0, 3.0, 4.0])
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.446, 4.554)
    """
    x = vector(values)
    if x.size == 0:
        check_level(level)
        return undefined_interval(level, "t")
    varies = bool(x.min() < x.max())
    mean = float(x.mean()) if varies else float(x[0])
    sd = float(x.std(ddof=1)) if x.size > 1 and varies else 0.0
    interval = t_from_moments(x.size, mean, sd, level)
    if varies and abs(skewness(x)) > SKEWED:
        return Interval(interval.low, interval.high, level, "t", (*interval.flags, "skewed"))
    return interval


def t_from_moments(n: float, mean: float, sd: float, level: float = 0.95) -> Interval:
    """Student's t interval from the count, mean and standard deviation (ddof = 1).

    Args:
        n: Number of values; fractional for an effective sample size above 1.
        mean: Their mean.
        sd: Their standard deviation with n - 1 in the denominator.
        level: Confidence level in (0, 1).

    Returns:
        The interval; the cases n = 0, n = 1 and sd = 0 as in `t_mean`.

    Raises:
        ValueError: If n or sd is negative, or level lies outside (0, 1).

    >>> round(t_from_moments(25, 10.0, 2.0).low, 3)
    9.174
    """
    check_level(level)
    if n < 0 or sd < 0:
        raise ValueError(f"n and sd must not be negative, got n={n!r} and sd={sd!r}")
    if n == 0 or math.isnan(mean):
        return undefined_interval(level, "t")
    if n <= 1:
        return undefined_interval(level, "t", "single")
    if sd == 0:
        return Interval(mean, mean, level, "t", ("degenerate",))
    half = t_quantile(n - 1, 0.5 + level / 2) * sd / math.sqrt(n)
    return Interval(mean - half, mean + half, level, "t")
