"""Clustered intervals: units of one document, conversation or user are not independent evidence.

CR1 variance (the linearised sandwich times G / (G - 1)) with Student's t on G - 1 degrees of freedom. For a mean and
a ratio it needs only the sums of each cluster.
"""

import math

import numpy as np
import numpy.typing as npt

from ._check import check_level, matrix, same_length, vector
from ._special import Floats, t_quantile
from .result import Interval, undefined_interval

FEW_CLUSTERS = 10
_METHOD = "cluster:cr1_t"


def group_sums(rows: npt.ArrayLike, groups: npt.ArrayLike) -> Floats:
    """Sum rows inside each group.

    Args:
        rows: [n, k], or [n] for one column; finite.
        groups: [n] labels of any sortable kind.

    Returns:
        [G, k] sums, groups in sorted order of their labels.

    Raises:
        ValueError: If the lengths differ or a row is not finite.

    >>> group_sums([1.0, 2.0, 3.0], ["b", "a", "b"]).ravel().tolist()
    [2.0, 4.0]
    """
    table = matrix(rows)
    labels = np.asarray(groups)
    if labels.shape != (len(table),):
        raise ValueError(f"groups must have shape ({len(table)},) like rows, got {labels.shape}")
    names, codes = np.unique(labels, return_inverse=True)
    return np.stack([np.bincount(codes, weights=column, minlength=len(names)) for column in table.T], axis=1)


def cluster_mean(sums: npt.ArrayLike, counts: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Interval of the mean sum(sums) / sum(counts) of clustered values.

    Args:
        sums: [G] sum of the values of each cluster.
        counts: [G] number (or weight) of values of each cluster, not negative.
        level: Confidence level in (0, 1).

    Returns:
        The interval. G < 2 or no counts: nan, flag `undefined`. G < 10: flag `few_clusters`. No variation between
        clusters: zero width, flag `degenerate`. Repeating every item inside its cluster leaves it unchanged.

    Raises:
        ValueError: If the lengths differ, a value is not finite or a count is negative.

    Reference: Cameron and Miller (2015), Journal of Human Resources 50, 317-372; equals the statsmodels OLS
    intercept with `cov_type="cluster"`.

    >>> interval = cluster_mean([3.0, 1.0, 2.0], [4, 4, 4])
    >>> round(interval.low, 3), round(interval.high, 3), interval.flags
    (-0.121, 1.121, ('few_clusters',))
    """
    n = vector(counts, "counts")
    if n.size and n.min() < 0:
        raise ValueError(f"counts must not be negative, got {n.min():g}")
    return cluster_ratio(sums, n, level)


def cluster_ratio(num: npt.ArrayLike, den: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Interval of the ratio of totals sum(num) / sum(den) over independent clusters.

    Args:
        num: [G] numerator total of each cluster.
        den: [G] denominator total of each cluster; may hold zeros, not a zero sum.
        level: Confidence level in (0, 1).

    Returns:
        The interval, cases as in `cluster_mean`; sum(den) = 0 gives nan with flag `undefined`.

    Raises:
        ValueError: If the lengths differ or a value is not finite.

    >>> interval = cluster_ratio([2.0, 3.0, 4.0], [4.0, 6.0, 8.0])
    >>> interval.low, interval.high, interval.flags
    (0.5, 0.5, ('few_clusters', 'degenerate'))
    """
    top, bottom = vector(num, "num"), vector(den, "den")
    same_length(top, bottom, ("num", "den"))
    total = float(bottom.sum())
    if total == 0:
        check_level(level)
        return undefined_interval(level, _METHOD)
    ratio = float(top.sum()) / total
    residuals = top - ratio * bottom
    # Rounding of num - ratio * den is not variation.
    residuals[np.abs(residuals) <= 1e-12 * np.abs(top)] = 0.0
    return cluster_linear(residuals, total, ratio, level)


def cluster_linear(influence: npt.ArrayLike, n: float, estimate: float, level: float = 0.95) -> Interval:
    """Interval of any smooth statistic from the cluster sums of its influence values.

    Args:
        influence: [G] sum of the influence values of each cluster's units, scaled so that
            estimate - truth is about sum(influence) / n. Only its variation counts: it is centred.
        n: The divisor: number of units (or total weight), not 0.
        estimate: The statistic.
        level: Confidence level in (0, 1).

    Returns:
        The interval, cases as in `cluster_mean`.

    Raises:
        ValueError: If an influence value is not finite, or level lies outside (0, 1).

    >>> round(cluster_linear([1.0, -1.0, 0.0], 12, 0.5).high, 3)
    1.121
    """
    check_level(level)
    sums = vector(influence, "influence")
    G = sums.size
    if G < 2 or n == 0 or not math.isfinite(estimate):
        return undefined_interval(level, _METHOD)
    flags = ("few_clusters",) if G < FEW_CLUSTERS else ()
    se = linear_se(sums, n)
    if se == 0:
        return Interval(estimate, estimate, level, _METHOD, (*flags, "degenerate"))
    half = t_quantile(G - 1, 0.5 + level / 2) * se
    return Interval(estimate - half, estimate + half, level, _METHOD, flags)


def linear_se(sums: Floats, n: float) -> float:
    """CR1 standard error sqrt(G / (G - 1) * sum((s - mean(s))**2)) / |n| of centred cluster sums [G], G >= 2."""
    centred = sums - sums.mean()
    return math.sqrt(sums.size / (sums.size - 1) * float(centred @ centred)) / abs(n)
