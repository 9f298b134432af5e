"""The ratio of two sums over independent rows, by the delta method."""

import numpy.typing as npt

from ._check import vector
from .cluster import cluster_ratio
from .mean import SKEWED, skewness
from .result import Interval


def delta_ratio(num: npt.ArrayLike, den: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Interval of sum(num) / sum(den) over independent rows (order value, cost per success, tokens per second).

    The linearised residuals num - ratio * den carry the variance; each row is its own cluster. t with n - 1.

    Args:
        num: [n] numerators.
        den: [n] denominators; may hold zeros, not a zero sum.
        level: Confidence level in (0, 1).

    Returns:
        The interval. n < 2 or sum(den) = 0: nan bounds, flag `single` or `undefined`. Constant ratio: zero width, flag
        `degenerate`. |skewness of the residuals| > 2: flag `skewed`.

    Raises:
        ValueError: If the lengths differ or a value is not finite.

    Reference: Cochran (1977), Sampling Techniques, 6.3; Deng, Knoblich and Lu (2018), KDD, for online experiments.

    >>> interval = delta_ratio([10.0, 20.0, 40.0, 33.0], [1, 2, 4, 3])
    >>> round(interval.low, 2), round(interval.high, 2)
    (9.38, 11.22)
    """
    top, bottom = vector(num, "num"), vector(den, "den")
    interval = cluster_ratio(top, bottom, level)
    flags = tuple(flag for flag in interval.flags if flag != "few_clusters")
    if top.size == 1:
        flags = ("single",)
    elif not flags and abs(skewness(top - top.sum() / bottom.sum() * bottom)) > SKEWED:
        flags = ("skewed",)
    return Interval(interval.low, interval.high, level, "delta", flags)
