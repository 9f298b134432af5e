"""The smallest difference that n could have seen, printed next to every "no difference"."""

import math

from ._check import check_level
from ._special import noncentral_t_shift, normal_quantile, t_quantile


def mde_paired(n: float, sd_of_differences: float, alpha: float = 0.05, power: float = 0.8) -> float:
    """Minimum detectable mean difference of a two-sided paired t test.

    From the non-central t with n - 1 degrees of freedom; for large n (z_{1-alpha/2} + z_power) * sd / sqrt(n). The
    chance to reject in the wrong direction is left out, so power is a chance to see the right sign.
    For paired right/wrong scores sd**2 = (b + c) / n - ((b - c) / n)**2.

    Args:
        n: Number of pairs (clusters: give the effective number).
        sd_of_differences: Standard deviation of the paired differences, not negative.
        alpha: Two-sided error of the first kind in (0, 1).
        power: Chance to detect it, in (0, 1).

    Returns:
        A difference >= 0 in the unit of the scores (0 when power <= alpha / 2); nan when n < 2 or the standard
        deviation is nan.

    Raises:
        ValueError: If the standard deviation is negative, or alpha or power lies outside (0, 1).

    Reference: Miller (2024), Adding Error Bars to Evals, section 5 (arXiv:2411.00640).

    >>> round(mde_paired(1000, 0.5), 3)
    0.044
    """
    check_level(alpha, "alpha")
    check_level(power, "power")
    if sd_of_differences < 0:
        raise ValueError(f"sd_of_differences must not be negative, got {sd_of_differences!r}")
    if n < 2:
        return math.nan
    shift = noncentral_t_shift(n - 1, 1 - power, t_quantile(n - 1, 1 - alpha / 2))
    return max(shift, 0.0) * sd_of_differences / math.sqrt(n)


def mde_two_proportions(
    baseline: float, n_first: float, n_second: float, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Minimum detectable difference of two independent proportions (two-sided z test, pooled under no difference).

    Searched from the baseline towards the middle, where it is the larger of the two directions.

    Args:
        baseline: Proportion of the first group, in [0, 1].
        n_first: Size of the first group.
        n_second: Size of the second group.
        alpha: Two-sided error of the first kind in (0, 1).
        power: Chance to detect it, in (0, 1).

    Returns:
        A difference in (0, 1]; nan when either group is empty or even the largest difference would be missed.

    Raises:
        ValueError: If baseline lies outside [0, 1], or alpha or power outside (0, 1).

    Reference: Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 4.2 (no continuity
    correction).

    >>> round(mde_two_proportions(0.5, 1000, 1000), 3)
    0.062
    """
    check_level(alpha, "alpha")
    check_level(power, "power")
    if not 0 <= baseline <= 1:
        raise ValueError(f"baseline must lie in [0, 1], got {baseline!r}")
    if min(n_first, n_second) <= 0:
        return math.nan
    p1 = min(baseline, 1 - baseline)
    z_alpha, z_power = normal_quantile(1 - alpha / 2), normal_quantile(power)

    def missing(difference: float) -> float:
        p2 = p1 + difference
        pooled = (n_first * p1 + n_second * p2) / (n_first + n_second)
        null = pooled * (1 - pooled) * (1 / n_first + 1 / n_second)
        own = p1 * (1 - p1) / n_first + p2 * (1 - p2) / n_second
        return z_alpha * math.sqrt(null) + z_power * math.sqrt(max(own, 0.0)) - difference

    low, high = 0.0, 1 - p1
    if missing(high) > 0:
        return math.nan
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if missing(middle) > 0 else (low, middle)
    return high
