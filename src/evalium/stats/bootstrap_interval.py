"""Intervals from bootstrap draws of a value: percentile, and BCa where a jackknife is at hand."""

import math

import numpy as np
import numpy.typing as npt

from ._check import check_level, vector
from ._special import Floats, normal_cdf, normal_quantile
from .quantile import quantile
from .result import Interval, undefined_interval


def percentile(draws: npt.ArrayLike, level: float = 0.95, method: str = "bootstrap") -> Interval:
    """The middle `level` of the draws.

    Args:
        draws: [B] values of the metric on the resamples; nan where a resample has no value.
        level: Confidence level in (0, 1).
        method: How the draws were made (`Draws.method`); becomes the method of the interval.

    Returns:
        The interval. Undefined draws are left out, flag `draws_undefined`; none left: nan, flag `undefined`. All equal:
        zero width, flag `degenerate`.

    Raises:
        ValueError: If level lies outside (0, 1).

    Reference: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.

    >>> interval = percentile(range(1001))
    >>> round(interval.low, 6), round(interval.high, 6)
    (25.0, 975.0)
    """
    check_level(level)
    kept, flags = _defined(draws)
    if kept.size == 0:
        return undefined_interval(level, method)
    if kept.min() == kept.max():
        flags = (*flags, "degenerate")
    tail = (1 - level) / 2
    return Interval(quantile(kept, tail), quantile(kept, 1 - tail), level, method, flags)


def bca(
    draws: npt.ArrayLike,
    value: float,
    jackknife_values: npt.ArrayLike,
    level: float = 0.95,
    method: str = "bootstrap",
) -> Interval:
    """Bias-corrected and accelerated interval.

    Second-order exact for smooth statistics of independent units; it does not rescue small samples of heavy tails.

    Args:
        draws: [B] values of the metric on the resamples; nan where a resample has no value.
        value: The metric on the data.
        jackknife_values: [m] values with one unit (or one group of equal size) left out at a time; nan is left out.
        level: Confidence level in (0, 1).
        method: How the draws were made; the interval's method is this with `:bca` added.

    Returns:
        The interval. nan with flag `undefined` when the value lies outside all draws, is nan, or the correction has no
        solution: take `percentile` then. Flags `draws_undefined` and `degenerate` as in `percentile`.

    Raises:
        ValueError: If level lies outside (0, 1).

    Reference: Efron (1987), JASA 82, 171-185.

    >>> interval = bca(range(1001), 500.0, [1.0, 2.0, 3.0])
    >>> round(interval.low, 1), round(interval.high, 1)
    (25.0, 975.0)
    """
    check_level(level)
    name = f"{method}:bca"
    kept, flags = _defined(draws)
    if kept.size == 0 or math.isnan(value):
        return undefined_interval(level, name)
    if kept.min() == kept.max() == value:
        return Interval(value, value, level, name, (*flags, "degenerate"))
    below = (np.count_nonzero(kept < value) + 0.5 * np.count_nonzero(kept == value)) / kept.size
    if not 0 < below < 1:
        return undefined_interval(level, name, *flags, "undefined")
    bias = normal_quantile(below)
    acceleration = _acceleration(jackknife_values)
    bounds = []
    for p in ((1 - level) / 2, (1 + level) / 2):
        shifted = bias + normal_quantile(p)
        if 1 - acceleration * shifted <= 0:
            return undefined_interval(level, name, *flags, "undefined")
        bounds.append(quantile(kept, normal_cdf(bias + shifted / (1 - acceleration * shifted))))
    return Interval(bounds[0], bounds[1], level, name, flags)


def _defined(draws: npt.ArrayLike) -> tuple[Floats, tuple[str, ...]]:
    every = np.asarray(draws, dtype=np.float64)
    kept = every[~np.isnan(every)]
    return vector(kept, "draws", allow_inf=True), () if kept.size == every.size else ("draws_undefined",)


def _acceleration(jackknife_values: npt.ArrayLike) -> float:
    values, _ = _defined(jackknife_values)
    if values.size < 2 or values.min() == values.max():
        return 0.0
    d = values.mean() - values
    d /= np.abs(d).max()
    return float(np.sum(d**3) / (6 * np.sum(d**2) ** 1.5))
