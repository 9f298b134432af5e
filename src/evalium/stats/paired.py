"""Two runs on the same samples: McNemar and Newcombe for right/wrong, t and clustered t for graded scores."""

import math
from typing import Literal

import numpy.typing as npt

from ._check import check_level, vector
from ._special import binomial_cdf, log_binomial_half, two_sided_normal, two_sided_t
from .cluster import cluster_mean, linear_se
from .mean import t_mean
from .proportion import wilson
from .result import Interval, TestResult, undefined_interval

McNemarMethod = Literal["mid-p", "exact", "asymptotic"]


def mcnemar(b: int, c: int, method: McNemarMethod = "mid-p") -> TestResult:
    """McNemar's test from the discordant pairs.

    Args:
        b: Pairs only the first run got right.
        c: Pairs only the second run got right.
        method: `mid-p` (default: closest to its level), `exact` (conditional binomial, conservative) or `asymptotic`
            (chi-squared without continuity correction).

    Returns:
        TestResult with n = b + c; statistic is (b - c) / sqrt(b + c) for `asymptotic`, else min(b, c). No discordant
        pair: p = 1, flag `degenerate`.

    Raises:
        ValueError: If a count is negative or not whole, or the method is unknown.

    Reference: Fagerland, Lydersen and Laake (2013), BMC Medical Research Methodology 13:91.

    >>> round(mcnemar(1, 7).p, 4), round(mcnemar(1, 7, "exact").p, 4)
    (0.0391, 0.0703)
    """
    name = f"mcnemar:{method}"
    if min(b, c) < 0 or b != int(b) or c != int(c):
        raise ValueError(f"b and c must be whole counts, not negative, got b={b!r} and c={c!r}")
    n, least = int(b + c), int(min(b, c))
    if method not in ("mid-p", "exact", "asymptotic"):
        raise ValueError(f"method must be 'mid-p', 'exact' or 'asymptotic', got {method!r}")
    if n == 0:
        return TestResult(1.0, math.nan, name, 0, flags=("degenerate",))
    if method == "asymptotic":
        z = (b - c) / math.sqrt(n)
        return TestResult(two_sided_normal(z), z, name, n)
    point = math.exp(log_binomial_half(least, n))
    tail = float(binomial_cdf(least, n, 0.5))
    if b == c:
        p = 1.0 if method == "exact" else 1.0 - point / 2
    else:
        p = 2 * tail if method == "exact" else 2 * tail - point
    return TestResult(min(max(p, 0.0), 1.0), float(least), name, n)


def newcombe_paired(a: float, b: float, c: float, d: float, level: float = 0.95) -> Interval:
    """Interval of the difference of two paired proportions, (b - c) / n: square-and-add of Wilson limits.

    Newcombe's method 10: the correlation phi of the two runs enters with his continuity correction.

    Args:
        a: Pairs both runs got right.
        b: Pairs only the first got right.
        c: Pairs only the second got right.
        d: Pairs neither got right.
        level: Confidence level in (0, 1).

    Returns:
        The interval, inside [-1, 1]; nan with flag `undefined` when there are no pairs.

    Raises:
        ValueError: If a count is negative, or level lies outside (0, 1).

    Reference: Newcombe (1998), Statistics in Medicine 17, 2635-2650.

    >>> interval = newcombe_paired(14, 5, 0, 22)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.011, 0.226)
    """
    check_level(level)
    cells = {"a": a, "b": b, "c": c, "d": d}
    for name, count in cells.items():
        if not count >= 0:
            raise ValueError(f"{name} must be a count, not negative, got {count!r}")
    n = a + b + c + d
    if n == 0:
        return undefined_interval(level, "newcombe:paired")
    first, second = wilson(a + b, n, level), wilson(a + c, n, level)
    p1, p2, phi = (a + b) / n, (a + c) / n, _corrected_phi(a, b, c, d)
    down1, up1, down2, up2 = p1 - first.low, first.high - p1, p2 - second.low, second.high - p2
    below = math.sqrt(max(down1**2 - 2 * phi * down1 * up2 + up2**2, 0.0))
    above = math.sqrt(max(up1**2 - 2 * phi * up1 * down2 + down2**2, 0.0))
    value = (b - c) / n
    return Interval(max(-1.0, value - below), min(1.0, value + above), level, "newcombe:paired")


def _corrected_phi(a: float, b: float, c: float, d: float) -> float:
    product = (a + b) * (c + d) * (a + c) * (b + d)
    if product == 0:
        return 0.0
    cross = a * d - b * c
    if cross > 0:
        cross = max(cross - (a + b + c + d) / 2, 0.0)
    return cross / math.sqrt(product)


def paired_t(differences: npt.ArrayLike, level: float = 0.95) -> TestResult:
    """Paired t test that the mean difference is 0.

    Args:
        differences: [n] first minus second, one a sample; finite.
        level: Confidence level of the interval, in (0, 1).

    Returns:
        TestResult with value = mean difference, statistic t, df = n - 1 and the t interval. n < 2: p nan, flag
        `undefined` or `single`. All differences 0: p = 1, flag `degenerate`; all equal and not 0: p nan, `degenerate`.

    Raises:
        ValueError: If a difference is not finite, or level lies outside (0, 1).

    >>> result = paired_t([0.1, 0.3, 0.2, 0.4])
    >>> round(result.value, 2), round(result.p, 4)
    (0.25, 0.0305)
    """
    x = vector(differences, "differences")
    interval = t_mean(x, level)
    value = float(x.mean()) if x.size else math.nan
    se = float(x.std(ddof=1)) / math.sqrt(x.size) if x.size > 1 else math.nan
    return _t_result(value, se, x.size, "paired_t", interval)


def paired_cluster(diff_sums: npt.ArrayLike, counts: npt.ArrayLike, level: float = 0.95) -> TestResult:
    """Clustered paired t test: mean difference with CR1 errors and t(G - 1).

    Args:
        diff_sums: [G] sum of the paired differences of each cluster.
        counts: [G] number of pairs of each cluster.
        level: Confidence level of the interval, in (0, 1).

    Returns:
        TestResult with n = G, value = sum(diff_sums) / sum(counts), df = G - 1 and the interval of `cluster_mean`;
        undefined and degenerate cases as in `paired_t`.

    Raises:
        ValueError: If the lengths differ, a value is not finite or a count is negative.

    >>> result = paired_cluster([0.4, 0.1, 0.3, 0.2], [2, 2, 2, 2])
    >>> round(result.value, 3), round(result.p, 4), result.flags
    (0.125, 0.0305, ('few_clusters',))
    """
    interval = cluster_mean(diff_sums, counts, level)
    sums, n = vector(diff_sums, "diff_sums"), vector(counts, "counts")
    total = float(n.sum())
    value = float(sums.sum()) / total if total else math.nan
    se = linear_se(sums - value * n, total) if sums.size > 1 and total else math.nan
    return _t_result(value, se, sums.size, "paired_cluster:cr1_t", interval)


def _t_result(value: float, se: float, n: int, method: str, interval: Interval) -> TestResult:
    df = float(n - 1) if n > 1 else math.nan
    if "degenerate" in interval.flags:
        p, t = (1.0 if interval.low == 0 else math.nan), math.nan
    elif math.isnan(interval.low):
        p, t = math.nan, math.nan
    else:
        t = value / se
        p = two_sided_t(df, t)
    return TestResult(p, t, method, n, value, df, interval, interval.flags)
