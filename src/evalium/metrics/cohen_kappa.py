"""Cohen's kappa: agreement beyond chance."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ._scored import scored_classes
from .base import divide
from .class_counts import ClassMetric, Counts, class_counts, class_rows
from .column import Floats
from .frame import Frame
from .rows import Coded, Dense


@dataclass(frozen=True, kw_only=True)
class CohenKappa(ClassMetric):
    """Agreement of predicted with true classes beyond chance, in [-1, 1], higher is better, 0 is chance.

    (p_o - p_e) / (1 - p_e), with p_o the share that agrees and p_e what the two sides' class frequencies give by
    chance; with weights both are weighted. Undefined when chance agreement is perfect (one class only). An unparsed
    answer that counts as wrong agrees with no class and, with weights, is as far from the truth as can be. Equals
    `sklearn.metrics.cohen_kappa_score`.

    When not to use it: between data sets with other class frequencies: where one class is very common it is low at the
    same accuracy.

    Reference: Cohen (1960), Educational and Psychological Measurement 20, 37-46.

    Attributes:
        weights: `none`; `linear` or `quadratic` in the distance of ordered classes (numbers by size, other names in
            alphabetical order).

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"s.label": ["1", "2", "2", "3"], "s.target": ["1", "2", "3", "3"]})
        >>> round(estimate(CohenKappa(scorer="s", weights="quadratic"), frame)["cohen_kappa"].value, 4)
        0.8
    """

    weights: Literal["none", "linear", "quadratic"] = "none"

    name = "cohen_kappa"
    low = -1.0
    reference = "https://doi.org/10.1177/001316446002000104"

    def source(self) -> str:
        """Shared with the other class metrics when unweighted."""
        return super().source() + ("" if self.weights == "none" else f"|{self.weights}")

    def rows(self, frame: Frame) -> Coded | Dense:
        """Class rows; with weights followed by each unit's disagreement."""
        rows = class_rows(frame, self.scorer, self.unparsed)
        if self.weights == "none":
            return rows
        true, predicted, classes = scored_classes(frame, self.scorer, self.unparsed)
        distance = np.abs(predicted - true).astype(np.float64)
        distance[predicted == len(classes)] = max(len(classes) - 1, 0)
        graded = np.where(true < 0, np.nan, distance**self._power)
        return rows.beside(Dense(graded[:, None]))

    @property
    def _power(self) -> int:
        return 2 if self.weights == "quadratic" else 1

    def value(self, sums: Floats) -> Floats:
        """1 - observed / expected disagreement."""
        if self.weights == "none":
            return self.of_counts(class_counts(sums))
        counts = class_counts(sums[..., :-1])
        classes = counts.true.shape[-1]
        apart = np.abs(np.subtract.outer(np.arange(classes), np.arange(classes))).astype(np.float64) ** self._power
        nowhere = counts.n - counts.predicted.sum(axis=-1)
        expected = ((counts.true @ apart) * counts.predicted).sum(axis=-1)
        expected = expected + nowhere * counts.n * float(max(classes - 1, 0)) ** self._power
        return 1.0 - divide(sums[..., -1] * counts.n, expected)

    def of_counts(self, counts: Counts) -> Floats:
        """(observed - chance) / (1 - chance)."""
        n = counts.n
        chance = (counts.true * counts.predicted).sum(axis=-1)
        return divide(counts.hits.sum(axis=-1) * n - chance, n**2 - chance)

    def reason(self, sums: Floats) -> str:
        """What does not vary."""
        return "cohen_kappa is undefined when targets and predictions are all of one class"
