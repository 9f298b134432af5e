"""ROC and precision-recall curves and the reliability diagram, with pointwise bands."""

import numpy as np

from evalium.core import Estimate
from evalium.stats import t_mean

from ._class_probabilities import class_probabilities
from ._ranked import ranked
from .column import Floats
from .ece import Ece
from .frame import Frame
from .precision_recall import positive_class
from .share import shares
from .tables import Curve, CurvePoint, Reliability, ReliabilityBin

MOST_POINTS = 200


def curve(frame: Frame, scorer: str, kind: str, positive: str | None = None, level: float = 0.95) -> Curve | None:
    """A ROC (`kind="roc"`) or precision-recall (`"pr"`) curve; None with more than two classes and no `positive`.

    Counts are of units as they are: neither clusters nor sampling weights enter the band.

    Example:
        >>> p = [{"no": 1 - x, "yes": x} for x in (0.1, 0.4, 0.35, 0.8)]
        >>> frame = Frame.from_columns({"s.probabilities": p, "s.target": ["no", "no", "yes", "yes"]})
        >>> [(point.x.value, point.y.value) for point in curve(frame, "s", "roc").points]
        [(0.0, 0.5), (0.5, 0.5), (0.5, 1.0), (1.0, 1.0)]
    """
    predicted = class_probabilities(frame, scorer)
    if not predicted.classes or (positive is None and len(predicted.classes) > 2):
        return None
    name = positive_class(kind, positive, predicted.classes)
    at = predicted.classes.index(name)
    scores = predicted.probabilities[:, at]
    known = ~np.isnan(scores) & ~np.isnan(predicted.true)
    if not known.any():
        return None
    units = ranked(scores[known], (predicted.true[known] == at).astype(np.float64), np.ones(int(known.sum())))
    hits, alarms = np.cumsum(units.positive), np.cumsum(units.negative)
    picked = _thinned(len(hits))
    positives, negatives = np.full(len(picked), hits[-1]), np.full(len(picked), alarms[-1])
    hits, alarms = hits[picked], alarms[picked]
    if kind == "roc":
        x, y = shares(alarms, negatives, level, "roc:fpr"), shares(hits, positives, level, "roc:tpr")
    else:
        x, y = shares(hits, positives, level, "pr:recall"), shares(hits, hits + alarms, level, "pr:precision")
    points = zip(units.thresholds[picked].tolist(), x, y, strict=True)
    return Curve(
        key=scorer,
        kind=kind,
        positive=name,
        positives=round(float(units.positive.sum())),
        negatives=round(float(units.negative.sum())),
        points=tuple(CurvePoint(threshold=t, x=x, y=y) for t, x, y in points),
    )


def _thinned(n: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.unique(np.round(np.linspace(0, n - 1, min(n, MOST_POINTS))).astype(np.int64))


def reliability(frame: Frame, scorer: str, n_bins: int = 15, level: float = 0.95) -> Reliability:
    """Mean confidence and accuracy of bins of equal width.

    Example:
        >>> p = [{"no": 0.9, "yes": 0.1}, {"no": 0.4, "yes": 0.6}]
        >>> frame = Frame.from_columns({"s.probabilities": p, "s.target": ["no", "no"]})
        >>> [(b.count, b.accuracy.value) for b in reliability(frame, "s", 10).bins]
        [(1, 0.0), (1, 1.0)]
    """
    confidence, correct = Ece(scorer=scorer, n_bins=n_bins).columns(frame)
    known = ~np.isnan(confidence) & ~np.isnan(correct)
    confidence, correct = confidence[known], correct[known]
    edges = np.linspace(0, 1, n_bins + 1)
    at = np.minimum(np.searchsorted(edges[1:-1], confidence, side="left"), n_bins - 1)
    bins = []
    for b in np.unique(at):
        inside = at == b
        accuracy = shares([correct[inside].sum()], [inside.sum()], level, "reliability:accuracy", higher_is_better=True)
        bins.append(
            ReliabilityBin(
                low=float(edges[b]),
                high=float(edges[b + 1]),
                count=int(inside.sum()),
                confidence=_mean(confidence[inside], level),
                accuracy=accuracy[0],
            )
        )
    return Reliability(key=scorer, bins=tuple(bins))


def _mean(values: Floats, level: float) -> Estimate:
    interval = t_mean(values, level)
    low, high = np.clip([interval.low, interval.high], 0.0, 1.0).tolist()
    return Estimate(
        value=float(values.mean()),
        low=low,
        high=high,
        level=level,
        n=len(values),
        n_clusters=None,
        n_missing=0,
        method=interval.method,
        unit="1",
        signature="reliability:confidence",
        flags=interval.flags,
    )
