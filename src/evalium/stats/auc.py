"""Area under the ROC curve with DeLong's variance, by mid-ranks in O(n log n)."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ._check import ascending, check_level, same_length, vector
from ._special import Floats, normal_quantile, two_sided_normal
from .result import Interval, TestResult, undefined_interval


@dataclass(frozen=True, slots=True)
class Placements:
    """AUC and the placement of each score: the share of the other class it beats (ties count half).

    Attributes:
        auc: Their mean, in [0, 1]; nan when a class is empty.
        positive: [m] share of negatives below each positive.
        negative: [n] share of positives above each negative.
    """

    auc: float
    positive: Floats
    negative: Floats


def auc_placements(scores_pos: npt.ArrayLike, scores_neg: npt.ArrayLike) -> Placements:
    """AUC with the placements that carry its variance (their centred values are its influence).

    Args:
        scores_pos: [m] scores of positives, higher means more positive; infinite ones allowed.
        scores_neg: [n] scores of negatives.

    Returns:
        Placements; auc is nan and the placements nan when a class is empty.

    Raises:
        ValueError: If a score is nan.

    Reference: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845; Sun and Xu (2014), IEEE Signal
    Processing Letters 21, 1389-1393.

    >>> auc_placements([3.0, 2.0], [1.0, 2.0]).positive.tolist()
    [1.0, 0.75]
    """
    pos = vector(scores_pos, "scores_pos", allow_inf=True)
    neg = vector(scores_neg, "scores_neg", allow_inf=True)
    if pos.size == 0 or neg.size == 0:
        return Placements(math.nan, np.full(pos.size, math.nan), np.full(neg.size, math.nan))
    positive = _share_below(pos, ascending(neg))
    negative = 1.0 - _share_below(neg, ascending(pos))
    return Placements(float(positive.mean()), positive, negative)


def roc_auc(scores_pos: npt.ArrayLike, scores_neg: npt.ArrayLike) -> float:
    """Chance that a positive scores above a negative, ties counting half.

    Args:
        scores_pos: [m] scores of positives.
        scores_neg: [n] scores of negatives.

    Returns:
        In [0, 1], higher is better, 0.5 is chance; nan when a class is empty.

    Raises:
        ValueError: If a score is nan.

    >>> roc_auc([3.0, 2.0], [1.0, 2.0])
    0.875
    """
    return auc_placements(scores_pos, scores_neg).auc


def delong(scores_pos: npt.ArrayLike, scores_neg: npt.ArrayLike, level: float = 0.95) -> Interval:
    """DeLong's interval of the AUC: normal, cut to [0, 1].

    Args:
        scores_pos: [m] scores of positives.
        scores_neg: [n] scores of negatives.
        level: Confidence level in (0, 1).

    Returns:
        The interval. An empty class: nan, flag `undefined`. A class of one: nan, flag `single`. Perfect or constant
        separation: zero width, flag `degenerate`.

    Raises:
        ValueError: If a score is nan, or level lies outside (0, 1).

    >>> interval = delong([0.9, 0.8, 0.4, 0.7], [0.1, 0.5, 0.3])
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.686, 1.0)
    """
    check_level(level)
    # Where each placement belongs does not matter here, and scores in order are looked up in a fraction of the time.
    pos, neg = vector(scores_pos, "scores_pos", allow_inf=True), vector(scores_neg, "scores_neg", allow_inf=True)
    placed = auc_placements(ascending(pos), ascending(neg))
    if math.isnan(placed.auc):
        return undefined_interval(level, "delong")
    if min(placed.positive.size, placed.negative.size) < 2:
        return undefined_interval(level, "delong", "single")
    variance = _variance(placed.positive, placed.negative)
    if variance == 0:
        return Interval(placed.auc, placed.auc, level, "delong", ("degenerate",))
    half = normal_quantile(0.5 + level / 2) * math.sqrt(variance)
    return Interval(max(0.0, placed.auc - half), min(1.0, placed.auc + half), level, "delong")


def delong_paired(
    first_pos: npt.ArrayLike,
    first_neg: npt.ArrayLike,
    second_pos: npt.ArrayLike,
    second_neg: npt.ArrayLike,
    level: float = 0.95,
) -> TestResult:
    """DeLong's test of two AUCs on the same samples.

    Args:
        first_pos: [m] scores of the first model on the positives.
        first_neg: [n] its scores on the negatives.
        second_pos: [m] scores of the second model on the same positives, in the same order.
        second_neg: [n] its scores on the same negatives.
        level: Confidence level of the interval, in (0, 1).

    Returns:
        TestResult with value = AUC(first) - AUC(second), statistic z and a normal interval. p = 1 when the two models
        place everything alike; p is nan, flag `undefined`, when a class has fewer than 2 members or the difference
        does not vary.

    Raises:
        ValueError: If a score is nan or the lengths differ.

    >>> delong_paired([3.0, 2.0], [1.0, 0.0], [3.0, 2.0], [1.0, 0.0]).p
    1.0
    """
    check_level(level)
    a, b = auc_placements(first_pos, first_neg), auc_placements(second_pos, second_neg)
    same_length(a.positive, b.positive, ("first_pos", "second_pos"))
    same_length(a.negative, b.negative, ("first_neg", "second_neg"))
    n, value = a.positive.size + a.negative.size, a.auc - b.auc
    if min(a.positive.size, a.negative.size) < 2:
        none = undefined_interval(level, "delong:paired")
        return TestResult(math.nan, math.nan, "delong:paired", n, value, interval=none, flags=("undefined",))
    variance = _variance(a.positive - b.positive, a.negative - b.negative)
    if variance == 0:
        p = 1.0 if value == 0 else math.nan
        flat = Interval(value, value, level, "delong:paired", ("degenerate",))
        return TestResult(p, math.nan, "delong:paired", n, value, interval=flat, flags=("degenerate",))
    se = math.sqrt(variance)
    half = normal_quantile(0.5 + level / 2) * se
    interval = Interval(max(-1.0, value - half), min(1.0, value + half), level, "delong:paired")
    return TestResult(two_sided_normal(value / se), value / se, "delong:paired", n, value, interval=interval)


def _share_below(scores: Floats, ordered: Floats) -> Floats:
    below = np.searchsorted(ordered, scores, side="left")
    up_to = np.searchsorted(ordered, scores, side="right")
    share: Floats = (below + up_to) / (2.0 * ordered.size)
    return share


def _variance(positive: Floats, negative: Floats) -> float:
    if np.ptp(positive) == 0 and np.ptp(negative) == 0:
        return 0.0
    return float(positive.var(ddof=1)) / positive.size + float(negative.var(ddof=1)) / negative.size
