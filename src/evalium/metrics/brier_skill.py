"""Brier skill score: how much better than the class frequencies."""

from dataclasses import dataclass

import numpy as np

from ._class_probabilities import class_probabilities
from .base import Need, SumMetric, divide
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class BrierSkill(SumMetric):
    """1 - Brier score / Brier score of always answering the class frequencies of the same data; higher is better.

    At most 1; 0 is what those frequencies get, below 0 is worse than knowing nothing of a unit. Undefined where all
    units are of one class. Unlike the Brier score it does not look good for a rare class alone. Interval: bootstrap.

    When not to use it: with few units of a class, whose frequency is then uncertain itself; nor between data sets with
    other frequencies, which are what it measures against.

    Reference: Murphy (1973), Journal of Applied Meteorology 12, 595-600.

    Attributes:
        scorer: The scorer with class probabilities and targets.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("brier_skill", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]).value, 4)
        0.3675
    """

    scorer: str = ""

    name = "brier_skill"
    fits = ("probability",)
    low = None
    reference = "https://doi.org/10.1175/1520-0450(1973)012<0595:ANVPOT>2.0.CO;2"

    def needs(self) -> tuple[Need, ...]:
        """Probabilities and targets."""
        return Need("probabilities", self.scorer), Need("target", self.scorer)

    def rows(self, frame: Frame) -> Floats:
        """Squared error over all classes, and the true class as an indicator."""
        predicted = class_probabilities(frame, self.scorer)
        size = len(predicted.classes)
        truth = (predicted.true[:, None] == np.arange(size)).astype(np.float64)
        squared = ((predicted.probabilities - truth) ** 2).sum(axis=1)
        squared[np.isnan(predicted.true)] = np.nan
        return np.column_stack([squared if size else np.full(frame.n, np.nan), truth])

    def value(self, sums: Floats) -> Floats:
        """1 - mean squared error / sum of p (1 - p) of the classes."""
        counts = sums[..., 1:]
        n = counts.sum(axis=-1)
        return 1 - divide(sums[..., 0], n - divide((counts**2).sum(axis=-1), n))

    def reason(self, sums: Floats) -> str:
        """What does not vary."""
        return "brier_skill is undefined when all units are of one class"
