"""Expected cost and F-beta as functions of the threshold."""

import msgspec
import numpy as np

from evalium.core import ConfigError, Estimate
from evalium.stats import t_from_moments

from ._class_probabilities import class_probabilities
from .best_threshold import unit_costs
from .column import Floats
from .cost_of_error import Costs
from .curves import MOST_POINTS
from .frame import Frame
from .precision_recall import positive_class


class ThresholdPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One threshold.

    Attributes:
        threshold: Units with at least this probability are called positive.
        value: Mean cost of a unit, or F-beta.
    """

    threshold: float
    value: Estimate


class ThresholdCurve(msgspec.Struct, frozen=True, kw_only=True, tag="threshold_curve"):
    """A number by threshold with a pointwise t band by the delta method.

    Attributes:
        key: Scorer.
        kind: `cost` or `f_beta`.
        positive: The positive class.
        points: From the highest threshold to the lowest, thinned to at most 200.
    """

    key: str
    kind: str
    positive: str
    points: tuple[ThresholdPoint, ...]


def cost_curve(
    frame: Frame,
    scorer: str,
    costs: Costs,
    *,
    positive: str | None = None,
    otherwise: float = 1.0,
    unit: str = "1",
    level: float = 0.95,
) -> ThresholdCurve | None:
    """Mean cost of a unit at each threshold; None without units.

    Costs as in `best_threshold`, whose value is the lowest point of this curve. Counts are of units as they are:
    neither clusters nor sampling weights enter.

    Example:
        >>> p = [{"no": 1 - x, "yes": x} for x in (0.1, 0.4, 0.35, 0.8)]
        >>> frame = Frame.from_columns({"s.probabilities": p, "s.target": ["no", "no", "yes", "yes"]})
        >>> [(q.threshold, q.value.value) for q in cost_curve(frame, "s", {"yes": {"no": 8}}).points]
        [(0.8, 2.0), (0.4, 2.25), (0.35, 0.25), (0.1, 0.5)]
    """
    units = _units(frame, scorer, positive, "cost_curve")
    if units is None:
        return None
    scores, true, classes, name = units
    called, passed = unit_costs("cost_curve", costs, otherwise, classes, name)
    above, order = _above(scores)
    top, square = (_split(called[true] ** k, passed[true] ** k, above, order) for k in (1, 2))
    n = float(len(scores))
    value = top / n
    variance = np.maximum(square / n - value**2, 0.0) * n / max(n - 1, 1.0)
    return _curve(scorer, "cost", name, (scores[order][above - 1], value, np.sqrt(variance), n), unit, level)


def f_beta_curve(
    frame: Frame, scorer: str, *, beta: float = 1.0, positive: str | None = None, level: float = 0.95
) -> ThresholdCurve | None:
    """F-beta of the positive class at each threshold; None without units.

    Raises:
        ConfigError: `beta` is not positive.

    Example:
        >>> p = [{"no": 1 - x, "yes": x} for x in (0.1, 0.4, 0.35, 0.8)]
        >>> frame = Frame.from_columns({"s.probabilities": p, "s.target": ["no", "no", "yes", "yes"]})
        >>> [round(q.value.value, 3) for q in f_beta_curve(frame, "s").points]
        [0.667, 0.5, 0.8, 0.667]
    """
    if not beta > 0:
        raise ConfigError(f"f_beta_curve: beta must be positive, got {beta!r}")
    units = _units(frame, scorer, positive, "f_beta_curve")
    if units is None:
        return None
    scores, true, classes, name = units
    hit = (true == classes.index(name)).astype(np.float64)
    above, order = _above(scores)
    tp = _split(hit, 0 * hit, above, order)
    fp, fn, square, n = above - tp, hit.sum() - tp, beta**2, float(len(scores))
    bottom = (1 + square) * tp + square * fn + fp
    value = (1 + square) * tp / np.where(bottom > 0, bottom, np.nan)
    # Each unit adds (1 + beta²)(1 - F), -beta² F, -F or 0 to the linearised ratio.
    spread = tp * ((1 + square) * (1 - value)) ** 2 + fn * (square * value) ** 2 + fp * value**2
    error = np.sqrt(spread * n / max(n - 1, 1.0)) / bottom
    return _curve(scorer, "f_beta", name, (scores[order][above - 1], value, error * np.sqrt(n), n), "1", level)


def _units(
    frame: Frame, scorer: str, positive: str | None, where: str
) -> "tuple[Floats, np.ndarray[tuple[int], np.dtype[np.int64]], tuple[str, ...], str] | None":
    predicted = class_probabilities(frame, scorer)
    if not predicted.classes:
        return None
    name = positive_class(where, positive, predicted.classes)
    scores = predicted.probabilities[:, predicted.classes.index(name)]
    known = ~np.isnan(scores) & ~np.isnan(predicted.true)
    if not known.any():
        return None
    return scores[known], predicted.true[known].astype(np.int64), predicted.classes, name


def _above(
    scores: Floats,
) -> "tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]":
    """How many units each threshold calls positive, and the order of the units."""
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True)) + 1
    picked = np.unique(np.round(np.linspace(0, len(ends) - 1, min(len(ends), MOST_POINTS))).astype(np.int64))
    return ends[picked], order


def _split(
    called: Floats,
    passed: Floats,
    above: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    order: "np.ndarray[tuple[int], np.dtype[np.int64]]",
) -> Floats:
    """Sum of `called` over the units above each threshold and of `passed` over the others."""
    return np.asarray(np.cumsum((called - passed)[order])[above - 1] + passed.sum(), dtype=np.float64)


def _curve(
    scorer: str, kind: str, positive: str, columns: tuple[Floats, Floats, Floats, float], unit: str, level: float
) -> ThresholdCurve:
    thresholds, values, deviations, n = columns
    points = []
    for threshold, value, deviation in zip(thresholds.tolist(), values.tolist(), deviations.tolist(), strict=True):
        interval = t_from_moments(n, value, deviation, level)
        low, high = interval.low, interval.high
        points.append(
            ThresholdPoint(
                threshold=threshold,
                value=Estimate(
                    value=value,
                    low=max(low, 0.0) if kind == "f_beta" else low,
                    high=min(high, 1.0) if kind == "f_beta" else high,
                    level=level,
                    n=int(n),
                    n_clusters=None,
                    n_missing=0,
                    method="delta",
                    unit=unit,
                    signature=f"threshold_curve:{kind}",
                    flags=interval.flags,
                    higher_is_better=kind == "f_beta",
                ),
            )
        )
    return ThresholdCurve(key=scorer, kind=kind, positive=positive, points=tuple(points))
