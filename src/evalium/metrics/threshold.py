"""The threshold that reaches a given precision, recall or false positive rate."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._class_probabilities import class_names
from ._ranked import Ranked, ranked
from .base import Need, WeightedMetric, check_share
from .column import Floats
from .frame import Frame
from .operating_point import Points
from .roc_auc import RocAuc


@dataclass(frozen=True, kw_only=True)
class ThresholdMetric(WeightedMetric):
    """Base of metrics of a threshold: units with at least this probability of the positive class are called positive.

    Where several thresholds do equally well, the highest is meant. Choose a threshold on other data than it is judged
    on. Interval: bootstrap, in which the threshold is chosen anew: a wide one says that the data does not settle it.

    Attributes:
        scorer: The scorer with class probabilities and targets.
        positive: The positive class; None takes the later of two in sorted order, and each in turn of more than two.
    """

    scorer: str = ""
    positive: str | None = None

    fits = ("probability",)

    def needs(self) -> tuple[Need, ...]:
        """Probabilities and targets."""
        return Need("probabilities", self.scorer), Need("target", self.scorer)

    def outputs(self, frame: Frame) -> tuple[str, ...]:
        """The classes, when there are more than two and none is named."""
        names = class_names(frame, self.scorer)
        return names if self.positive is None and len(names) > 2 else ()

    def columns(self, frame: Frame) -> tuple[Floats, ...]:
        """Probability of the positive class and 1 for positives; or all probabilities and the true class."""
        return RocAuc(scorer=self.scorer, positive=self.positive).columns(frame)


@dataclass(frozen=True, kw_only=True)
class ThresholdAt(ThresholdMetric):
    """Base of thresholds at a given rate."""

    limit: ClassVar[str] = ""

    high = None
    higher_is_better = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share(self.key, self.limit, getattr(self, self.limit))

    def value(self, columns: tuple[Floats, ...], weights: Floats) -> Floats:
        """The threshold of the positive class, or of each."""
        scores, true = columns
        if scores.ndim == 1:
            return self.chosen(ranked(scores, true, weights))
        hits = [(true == c).astype(np.float64) for c in range(scores.shape[1])]
        return np.stack([self.chosen(ranked(scores[:, c], hit, weights)) for c, hit in enumerate(hits)], axis=-1)

    def chosen(self, units: Ranked) -> Floats:
        """The allowed threshold with the greatest gain; nan where none is."""
        gain = self.gain(Points.of(units))
        # A score that no unit of a resample has is no threshold of it.
        gain = np.where(units.positive + units.negative > 0, gain, -np.inf)
        best = gain.argmax(axis=-1)
        reached = np.take_along_axis(gain, np.expand_dims(best, -1), axis=-1)[..., 0]
        return np.where(np.isneginf(reached), np.nan, units.thresholds[best])

    @abstractmethod
    def gain(self, points: Points) -> Floats:
        """What is maximised [..., g]; minus infinity where a threshold is not allowed."""

    def reason(self, columns: tuple[Floats, ...]) -> str:
        """That nothing satisfies the rule."""
        return f"{self.name}: no threshold has {self.limit} {getattr(self, self.limit):g}, or a class is empty"


@dataclass(frozen=True, kw_only=True)
class ThresholdAtPrecision(ThresholdAt):
    """The threshold with the greatest recall among those with at least a given precision.

    A probability; neither direction is better. Undefined where no threshold reaches the precision.

    When not to use it: where positives are rarer or more frequent in use, on which precision depends. Judge the
    threshold on other data than it was chosen on.

    Attributes:
        precision: The floor, in [0, 1].

    Example:
        >>> from evalium.metrics import compute
        >>> compute("threshold_at_precision", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], precision=0.6).value
        0.35
    """

    precision: float = 0.9

    name = "threshold_at_precision"
    limit = "precision"
    reference = "torchmetrics BinaryRecallAtFixedPrecision (its threshold)"

    def gain(self, points: Points) -> Floats:
        """The recall, where precision is high enough."""
        return np.where(points.precision >= self.precision, np.nan_to_num(points.recall, nan=-np.inf), -np.inf)


@dataclass(frozen=True, kw_only=True)
class ThresholdAtRecall(ThresholdAt):
    """The highest threshold with at least a given recall.

    A probability; neither direction is better. Undefined without positives.

    When not to use it: with few positives, a handful of which set it. Judge the threshold on other data than it was
    chosen on.

    Attributes:
        recall: The floor, in [0, 1].

    Example:
        >>> from evalium.metrics import compute
        >>> compute("threshold_at_recall", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], recall=0.5).value
        0.8
    """

    recall: float = 0.9

    name = "threshold_at_recall"
    limit = "recall"
    reference = "torchmetrics BinaryPrecisionAtFixedRecall (its threshold)"

    def gain(self, points: Points) -> Floats:
        """0 where recall is high enough: the first is the highest."""
        return np.where(points.recall >= self.recall, 0.0, -np.inf)


@dataclass(frozen=True, kw_only=True)
class ThresholdAtFpr(ThresholdAt):
    """The threshold with the greatest true positive rate among those with at most a given false positive rate.

    A probability; neither direction is better. Undefined where even the highest score has more false positives.

    When not to use it: with few negatives: below 1 / negatives no rate can be kept. Judge the threshold on other data
    than it was chosen on.

    Attributes:
        fpr: The ceiling, in [0, 1].

    Example:
        >>> from evalium.metrics import compute
        >>> compute("threshold_at_fpr", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], fpr=0.1).value
        0.8
    """

    fpr: float = 0.01

    name = "threshold_at_fpr"
    limit = "fpr"
    reference = "Fawcett 2006, https://doi.org/10.1016/j.patrec.2005.10.010"

    def gain(self, points: Points) -> Floats:
        """The true positive rate, where there are few enough false positives."""
        return np.where(points.fpr <= self.fpr, np.nan_to_num(points.recall, nan=-np.inf), -np.inf)
