"""Brier score: squared error of class probabilities."""

from dataclasses import dataclass

import numpy as np

from ._class_probabilities import class_probabilities
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class Brier(SumMetric):
    """Mean squared difference of probabilities and truth, lower is better.

    Mean of (p - y)², y being 1 for the true class and else 0: with two classes the square of one of them, in [0, 1];
    with more the sum over classes, in [0, 2], as `sklearn.metrics.brier_score_loss`. Interval: t.

    When not to use it: where a class is rare, since always giving it a low probability scores well: take `brier_skill`,
    or `log_loss` where a confident mistake must cost more.

    Reference: Brier (1950), Monthly Weather Review 78, 1-3.

    Attributes:
        scorer: The scorer with class probabilities and targets.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> p = [{"no": 0.9, "yes": 0.1}, {"no": 0.4, "yes": 0.6}]
        >>> frame = Frame.from_columns({"s.probabilities": p, "s.target": ["no", "yes"]})
        >>> round(estimate(Brier(scorer="s"), frame)["brier"].value, 4)
        0.085
    """

    scorer: str = ""

    name = "brier"
    interval = "mean"
    fits = ("probability",)
    high = 2.0
    higher_is_better = False
    reference = "https://doi.org/10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2"

    def needs(self) -> tuple[Need, ...]:
        """Probabilities and targets."""
        return Need("probabilities", self.scorer), Need("target", self.scorer)

    def rows(self, frame: Frame) -> Floats:
        """Squared error of each unit."""
        predicted = class_probabilities(frame, self.scorer)
        classes = len(predicted.classes)
        truth = (predicted.true[:, None] == np.arange(classes)).astype(np.float64)
        truth[np.isnan(predicted.true)] = np.nan
        squared = ((predicted.probabilities - truth) ** 2).sum(axis=1)
        squared[np.isnan(predicted.true)] = np.nan
        return np.asarray(squared / 2 if classes == 2 else squared, dtype=np.float64)
