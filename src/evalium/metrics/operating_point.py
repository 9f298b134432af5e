"""What a classifier reaches at an operating point of its ROC or precision-recall curve."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._ranked import Ranked
from .base import check_share, divide
from .column import Floats
from .rank_area import RankArea


@dataclass(frozen=True, slots=True)
class Points:
    """Rates when units with at least each threshold are called positive, each [..., g], highest threshold first."""

    precision: Floats
    recall: Floats
    fpr: Floats

    @classmethod
    def of(cls, units: Ranked) -> "Points":
        """The points of ranked units; thresholds at which no unit is called positive have precision nan."""
        hits, alarms = np.cumsum(units.positive, axis=-1), np.cumsum(units.negative, axis=-1)
        return cls(divide(hits, hits + alarms), divide(hits, hits[..., -1:]), divide(alarms, alarms[..., -1:]))


@dataclass(frozen=True, kw_only=True)
class OperatingPoint(RankArea):
    """Base of rates at an operating point. Interval: bootstrap, in which the point is chosen anew each time.

    The point is chosen on the very units it is measured on, so the value flatters with few positives. Average and
    positive class as in `roc_auc`.
    """

    limit: ClassVar[str] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(self.key, self.limit, getattr(self, self.limit))

    def reason(self, columns: tuple[Floats, ...]) -> str:
        """Which class is empty."""
        return f"{self.name} is undefined without units of both classes"


@dataclass(frozen=True, kw_only=True)
class RecallAtPrecision(OperatingPoint):
    """Greatest recall at a threshold with at least a given precision, in [0, 1], higher is better.

    max of recall over the thresholds with precision >= `precision`. 0 where no threshold reaches the precision: then
    nothing may be called positive. Undefined without positives. Equals torchmetrics' `BinaryRecallAtFixedPrecision`.

    When not to use it: where positives are rarer or more frequent in use, on which precision depends; nor for what a
    threshold that is fixed beforehand does (`recall`).

    Attributes:
        precision: The floor, in [0, 1].

    Example:
        >>> from evalium.metrics import compute
        >>> compute("recall_at_precision", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], precision=0.9).value
        0.5
    """

    precision: float = 0.9

    name = "recall_at_precision"
    limit = "precision"
    reference = "torchmetrics BinaryRecallAtFixedPrecision"

    def area(self, units: Ranked) -> Floats:
        """The greatest recall."""
        points = Points.of(units)
        return _best(points.recall, points.precision >= self.precision)


@dataclass(frozen=True, kw_only=True)
class PrecisionAtRecall(OperatingPoint):
    """Greatest precision at a threshold with at least a given recall, in [0, 1], higher is better.

    max of precision over the thresholds with recall >= `recall`. Undefined without positives. Equals torchmetrics'
    `BinaryPrecisionAtFixedRecall`.

    When not to use it: where positives are rarer or more frequent in use, on which precision depends; nor for what a
    threshold that is fixed beforehand does (`precision`).

    Attributes:
        recall: The floor, in [0, 1].

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("precision_at_recall", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], recall=0.9).value, 4)
        0.6667
    """

    recall: float = 0.9

    name = "precision_at_recall"
    limit = "recall"
    reference = "torchmetrics BinaryPrecisionAtFixedRecall"

    def area(self, units: Ranked) -> Floats:
        """The greatest precision."""
        points = Points.of(units)
        best = _best(np.nan_to_num(points.precision), points.recall >= self.recall)
        return np.where(np.isnan(points.recall[..., -1]), np.nan, best)


@dataclass(frozen=True, kw_only=True)
class TprAtFpr(OperatingPoint):
    """Greatest true positive rate at a threshold with at most a given false positive rate, in [0, 1], higher is better.

    max of true positives / positives over the thresholds with false positives / negatives <= `fpr`. 0 where even the
    highest score has more false positives. Undefined without positives or without negatives.

    When not to use it: at rates below 1 / negatives, which cannot be told from 0; nor for what a threshold that is
    fixed beforehand does (`recall`).

    Attributes:
        fpr: The ceiling, in [0, 1].

    Example:
        >>> from evalium.metrics import compute
        >>> compute("tpr_at_fpr", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], fpr=0.1).value
        0.5
    """

    fpr: float = 0.01

    name = "tpr_at_fpr"
    limit = "fpr"
    reference = "TPR at low FPR, Carlini et al. 2022, arXiv 2112.03570"

    def area(self, units: Ranked) -> Floats:
        """The greatest true positive rate."""
        points = Points.of(units)
        best = _best(points.recall, points.fpr <= self.fpr)
        return np.where(np.isnan(points.fpr[..., -1]), np.nan, best)


@dataclass(frozen=True, kw_only=True)
class FprAtTpr(OperatingPoint):
    """Least false positive rate at a threshold with at least a given true positive rate, in [0, 1], lower is better.

    min of false positives / negatives over the thresholds with true positives / positives >= `tpr`. FPR95 of
    out-of-distribution detection with `tpr` .95. Undefined without positives or without negatives.

    When not to use it: with few positives, a handful of which set the threshold; nor for what a threshold that is fixed
    beforehand does (`fpr`).

    Attributes:
        tpr: The floor, in [0, 1].

    Example:
        >>> from evalium.metrics import compute
        >>> compute("fpr_at_tpr", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], tpr=0.95).value
        0.5
    """

    tpr: float = 0.95

    name = "fpr_at_tpr"
    limit = "tpr"
    higher_is_better = False
    reference = "FPR at 95 % TPR, Liang, Li and Srikant 2018 (ODIN), arXiv 1706.02690"

    def area(self, units: Ranked) -> Floats:
        """The least false positive rate."""
        points = Points.of(units)
        return 1 - _best(1 - points.fpr, points.recall >= self.tpr) + 0 * points.recall[..., -1]


def _best(values: Floats, allowed: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> Floats:
    """Greatest allowed value [...], 0 where none is; nan where the value is undefined throughout."""
    best: Floats = np.where(allowed & ~np.isnan(values), values, 0.0).max(axis=-1)
    return np.where(np.isnan(values[..., -1]), np.nan, best)
