"""Quantiles with order-statistic intervals: no assumption about the shape, so right for latency and cost."""

import math

import numpy as np
import numpy.typing as npt

from ._check import ascending, check_level, vector
from ._special import Floats, binomial_cdf, normal_cdf, t_quantile
from .cluster import FEW_CLUSTERS, group_sums, linear_se
from .result import Interval, undefined_interval


def quantile(values: npt.ArrayLike, q: float) -> float:
    """The q-quantile by linear interpolation between order statistics (numpy's default, Hyndman-Fan type 7).

    Args:
        values: [n] numbers; infinite ones are allowed (a timeout is longer than anything), nan is not.
        q: In [0, 1].

    Returns:
        A number between the smallest and largest value; nan when n = 0.

    Raises:
        ValueError: If a value is nan or q lies outside [0, 1].

    >>> quantile([1.0, 2.0, 4.0], 0.75)
    3.0
    """
    _check_q(q)
    return _interpolate(ascending(vector(values, allow_inf=True)), q)


def quantile_interval(
    values: npt.ArrayLike, q: float, level: float = 0.95, clusters: npt.ArrayLike | None = None
) -> Interval:
    """Distribution-free interval of a quantile from two order statistics.

    The ranks are the tightest with at most (1 - level) / 2 of binomial probability outside on each side, so independent
    values are covered at least at `level`. With clusters the binomial uses the effective number of values
    n / design effect (Woodruff), the design effect of the share of values up to the quantile, never below 1, and a
    tail widened from normal to t with G - 1 degrees of freedom.

    Args:
        values: [n] numbers; infinite ones allowed, nan not.
        q: In [0, 1].
        level: Confidence level in (0, 1).
        clusters: [n] labels of the document, conversation or user of each value, or None for independent values.

    Returns:
        Bounds that are values of the sample. A bound the sample is too small for is nan, flag `n_too_small` (the upper
        bound of p99 at 95 % needs 368 values). n = 0 or fewer than 2 clusters: both nan, flag `undefined`; fewer than
        10 clusters: flag `few_clusters`. All equal: flag `degenerate`.

    Raises:
        ValueError: If a value is nan, q or level is out of range, or `clusters` has another length.

    Reference: David and Nagaraja (2003), Order Statistics, 7.1; Woodruff (1952), JASA 47, 635-646.

    >>> interval = quantile_interval(range(1, 101), 0.5)
    >>> interval.low, interval.high
    (40.0, 61.0)
    """
    _check_q(q)
    check_level(level)
    unsorted = vector(values, allow_inf=True)
    x = ascending(unsorted)
    n = n_effective = x.size
    tail, method = (1 - level) / 2, "order_statistic"
    flags: tuple[str, ...] = ()
    if clusters is not None:
        method = "order_statistic:cluster"
        indicator = (unsorted <= _interpolate(x, q)).astype(np.float64)
        tables = group_sums(np.column_stack([indicator, np.ones(n)]), clusters)
        if len(tables) < 2:
            return undefined_interval(level, method)
        n_effective = _effective_size(tables[:, 0], tables[:, 1])
        tail = normal_cdf(-t_quantile(len(tables) - 1, 0.5 + level / 2))
        flags = ("few_clusters",) if len(tables) < FEW_CLUSTERS else ()
    if n == 0:
        return undefined_interval(level, method)
    return _from_ranks(x, q, n_effective, tail, Interval(math.nan, math.nan, level, method, flags))


def _from_ranks(x: Floats, q: float, n_effective: int, tail: float, blank: Interval) -> Interval:
    low_rank = _quantile_below(n_effective, q, tail) + 1
    high_rank = n_effective - _quantile_below(n_effective, 1 - q, tail)
    # Ranks of the effective sample keep their expected position i / (n + 1) in the whole one.
    scale = (x.size + 1) / (n_effective + 1)
    low = float(x[math.floor(low_rank * scale) - 1]) if low_rank >= 1 else math.nan
    high = float(x[math.ceil(high_rank * scale) - 1]) if high_rank <= n_effective else math.nan
    flags = blank.flags
    if math.isnan(low) or math.isnan(high):
        flags = (*flags, "n_too_small")
    if x.size > 1 and x[0] == x[-1]:
        flags = (*flags, "degenerate")
    return Interval(low, high, blank.level, blank.method, flags)


def _quantile_below(n: int, q: float, p: float) -> int:
    """Largest k in [-1, n] with P(Bin(n, q) <= k) <= p; -1 when there is none."""
    below, above = -1, n
    while above - below > 1:
        middle = (below + above) // 2
        if float(binomial_cdf(middle, n, q)) <= p:
            below = middle
        else:
            above = middle
    return below


def _effective_size(hits: Floats, counts: Floats) -> int:
    n = float(counts.sum())
    share = float(hits.sum()) / n
    if share in (0.0, 1.0):
        return len(counts)
    independent = share * (1 - share) / (n - 1)
    effect = linear_se(hits - share * counts, n) ** 2 / independent
    return max(1, int(n / max(effect, 1.0)))


def _interpolate(x: Floats, q: float) -> float:
    if x.size == 0:
        return math.nan
    position = (x.size - 1) * q
    index = min(math.floor(position), x.size - 1)
    low, high = float(x[index]), float(x[min(index + 1, x.size - 1)])
    share = position - index
    if share == 0 or low == high:
        return low
    # From the nearer end, as numpy does, so that the result never leaves [low, high].
    return high - (high - low) * (1 - share) if share >= 0.5 else low + (high - low) * share


def _check_q(q: float) -> None:
    if not 0.0 <= q <= 1.0:
        hint = f"; did you mean {q / 100:g}?" if 1.0 < q <= 100.0 else ""
        raise ValueError(f"q must lie in [0, 1], got {q!r}{hint}")
