"""Top-k accuracy."""

from dataclasses import dataclass

import numpy as np

from ._class_probabilities import class_probabilities
from .base import Need, SumMetric, check_count
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class TopKAccuracy(SumMetric):
    """Share of units whose true class is among the k likeliest, in [0, 1], higher is better.

    Units with the true class among the k / units. k / C is chance. At a tie the later class (in sorted order) comes
    first, but for two classes and k = 1, where the second class needs more than one half: as
    `sklearn.metrics.top_k_accuracy_score` has it. Interval: Wilson; CR1 where clustered.

    When not to use it: where one answer is given (`accuracy`); with k of at least the number of classes it is 1 and
    says nothing.

    Attributes:
        scorer: The scorer with class probabilities and targets.
        k: How many classes count.

    Example:
        >>> from evalium.metrics import compute
        >>> p = [[0.5, 0.2, 0.2], [0.3, 0.4, 0.2], [0.2, 0.4, 0.3], [0.7, 0.2, 0.1]]
        >>> compute("top_k_accuracy", p, [0, 1, 2, 2], classes=[0, 1, 2], k=2).value
        0.75
    """

    scorer: str = ""
    k: int = 2

    name = "top_k_accuracy"
    interval = "mean"
    fits = ("probability",)
    reference = "sklearn.metrics.top_k_accuracy_score"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.key, "k", self.k)

    def needs(self) -> tuple[Need, ...]:
        """Probabilities and targets."""
        return Need("probabilities", self.scorer), Need("target", self.scorer)

    def rows(self, frame: Frame) -> Floats:
        """Whether fewer than k classes come before the true one."""
        predicted = class_probabilities(frame, self.scorer)
        size = len(predicted.classes)
        known = ~np.isnan(predicted.true)
        if size:
            known &= ~np.isnan(predicted.probabilities).any(axis=1)
        found = np.full(frame.n, np.nan)
        if not known.any():
            return found
        p, true = predicted.probabilities[known], predicted.true[known].astype(int)
        own = p[np.arange(len(p)), true][:, None]
        later = np.arange(size) > true[:, None]
        if size == 2 and self.k == 1:
            later = ~later & (np.arange(size) != true[:, None])
        found[known] = ((p > own) | ((p == own) & later)).sum(axis=1) < self.k
        return found
