"""Areas under curves over a threshold: one class against the rest, or averaged over classes."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ._class_probabilities import class_names, class_probabilities
from ._ranked import Ranked, from_the_top, ranked
from .averaging import mean_of_defined
from .base import Need, WeightedMetric
from .column import Floats, Index
from .frame import Frame
from .precision_recall import positive_class


@dataclass(frozen=True, kw_only=True)
class RankArea(WeightedMetric):
    """Base of ROC-AUC and PR-AUC.

    Attributes:
        scorer: The scorer with class probabilities and targets.
        average: With more than two classes, or two without a `positive`: `binary` takes the positive class (only for
            two), `macro` and `weighted` mean over one-against-rest areas, `per_class` one number a class. `auto` is
            `binary` for two classes and `macro` for more.
        positive: The positive class; None takes the later of two in sorted order.
    """

    scorer: str = ""
    average: Literal["auto", "binary", "macro", "weighted", "per_class"] = "auto"
    positive: str | None = None

    fits = ("probability",)

    def needs(self) -> tuple[Need, ...]:
        """Probabilities and targets."""
        return Need("probabilities", self.scorer), Need("target", self.scorer)

    def outputs(self, frame: Frame) -> tuple[str, ...]:
        """The classes, when each has a number of its own."""
        return class_names(frame, self.scorer) if self.average == "per_class" else ()

    def columns(self, frame: Frame) -> tuple[Floats, ...]:
        """Score of the positive class and 1 for positives; or all probabilities and the true class."""
        predicted = class_probabilities(frame, self.scorer)
        one = self.average == "binary" or (self.average == "auto" and len(predicted.classes) <= 2)
        if not (one or self.positive is not None):
            return predicted.probabilities, predicted.true
        if not predicted.classes:
            return np.full(frame.n, np.nan), np.full(frame.n, np.nan)
        at = predicted.classes.index(positive_class(self.key, self.positive, predicted.classes))
        truth = np.where(np.isnan(predicted.true), np.nan, predicted.true == at)
        return predicted.probabilities[:, at], truth

    def value(self, columns: tuple[Floats, ...], weights: Floats) -> Floats:
        """The area, averaged."""
        scores, true = columns
        if scores.ndim == 1:
            return self.area(ranked(scores, true, weights))
        hits = [(true == c).astype(np.float64) for c in range(scores.shape[1])]
        areas = np.stack([self.area(ranked(scores[:, c], hit, weights)) for c, hit in enumerate(hits)], axis=-1)
        if self.average == "per_class":
            return areas
        if self.average != "weighted":
            return mean_of_defined(areas)
        return mean_of_defined(areas, np.stack([(weights * hit).sum(axis=-1) for hit in hits], axis=-1))

    def order(self, columns: tuple[Floats, ...]) -> Index | None:
        """From the highest score down, where there is one score a unit."""
        return from_the_top(columns[0]) if columns[0].ndim == 1 else None

    @abstractmethod
    def area(self, units: Ranked) -> Floats:
        """The area of one class against the rest."""
