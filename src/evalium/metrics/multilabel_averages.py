"""Precision, recall and F1 over the labels of items with several labels each."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from ._label_sets import LabelSetMetric, label_rows
from .averaging import mean_of_defined
from .base import divide
from .class_counts import Counts, class_counts
from .column import Floats
from .frame import Frame
from .precision_recall import ZeroDivision


@dataclass(frozen=True, kw_only=True)
class OfLabels(LabelSetMetric):
    """Base of ratios of label counts. Interval: bootstrap of units.

    Partial sums can be added where the scorer was told all labels; otherwise they are of the labels that each part has.

    Attributes:
        average: `macro` mean over labels, `micro` ratio of the counts of all labels, `weighted` mean weighted by how
            often a label is true.
        zero_division: What 0 / 0 is for a label: `undefined` leaves it out of means (flag `undefined_classes`;
            scikit-learn's `zero_division=nan`), 0 and 1 as in scikit-learn.
    """

    average: Literal["macro", "micro", "weighted"] = "macro"
    zero_division: ZeroDivision = "undefined"

    def source(self) -> str:
        """All of them share their rows."""
        return f"{self.scorer}|labels|{self.unparsed}"

    def rows(self, frame: Frame) -> Floats:
        """Label rows."""
        return label_rows(frame, self.scorer, self.unparsed)

    def value(self, sums: Floats) -> Floats:
        """The ratio, averaged."""
        counts = class_counts(sums)
        if self.average == "micro":
            return self._filled(counts.pooled)[..., 0]
        return mean_of_defined(self._filled(counts), counts.true if self.average == "weighted" else None)

    @abstractmethod
    def ratio(self, counts: Counts) -> tuple[Floats, Floats]:
        """Numerator and denominator, each [..., L]."""

    def _filled(self, counts: Counts) -> Floats:
        top, bottom = self.ratio(counts)
        found = divide(top, bottom)
        return found if self.zero_division == "undefined" else np.where(bottom == 0, self.zero_division, found)

    def cautions(self, sums: Floats) -> tuple[str, ...]:
        """Whether a mean leaves out labels."""
        left_out = self.average != "micro" and np.isnan(self._filled(class_counts(sums))).any()
        return ("undefined_classes",) if left_out else ()

    def reason(self, sums: Floats) -> str:
        """Which denominator is 0."""
        return f"{self.name} is 0 / 0 for every label (option zero_division gives it a value)"


@dataclass(frozen=True, kw_only=True)
class MultilabelPrecision(OfLabels):
    """Share of the predicted labels that are true, over labels, in [0, 1], higher is better.

    Hits / units predicted to have the label, of each label. Equals `sklearn.metrics.precision_score` of indicator
    matrices.

    When not to use it: alone: predicting labels only where they are sure scores high; read `multilabel_recall` beside
    it.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> columns = {"s.value": [1, 0.5], "s.values.predicted": [[0, 1], [1]], "s.values.true": [[0, 1], [0, 1]],
        ...            "s.values.n_true": [2, 2]}
        >>> found = estimate(MultilabelPrecision(scorer="s"), Frame.from_columns(columns))
        >>> found["multilabel_precision"].value
        1.0
    """

    name = "multilabel_precision"
    reference = "sklearn.metrics.precision_score"

    def ratio(self, counts: Counts) -> tuple[Floats, Floats]:
        """Hits, predicted."""
        return counts.hits, counts.predicted


@dataclass(frozen=True, kw_only=True)
class MultilabelRecall(OfLabels):
    """Share of the true labels that are predicted, over labels, in [0, 1], higher is better.

    Hits / units that have the label, of each label. Equals `sklearn.metrics.recall_score` of indicator matrices.

    When not to use it: alone: predicting every label scores 1; read `multilabel_precision` beside it.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> columns = {"s.value": [1, 0.5], "s.values.predicted": [[0, 1], [1]], "s.values.true": [[0, 1], [0, 1]],
        ...            "s.values.n_true": [2, 2]}
        >>> estimate(MultilabelRecall(scorer="s"), Frame.from_columns(columns))["multilabel_recall"].value
        0.75
    """

    name = "multilabel_recall"
    reference = "sklearn.metrics.recall_score"

    def ratio(self, counts: Counts) -> tuple[Floats, Floats]:
        """Hits, true."""
        return counts.hits, counts.true


@dataclass(frozen=True, kw_only=True)
class MultilabelF1(OfLabels):
    """2 hits / (true + predicted) of labels, over labels, in [0, 1], higher is better.

    Equals `sklearn.metrics.f1_score` of indicator matrices.

    When not to use it: with labels that hardly occur, each of which weighs in the macro mean as much as any other: take
    `average: weighted` or `micro`, or leave them out.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> columns = {"s.value": [1, 0.5], "s.values.predicted": [[0, 1], [1]], "s.values.true": [[0, 1], [0, 1]],
        ...            "s.values.n_true": [2, 2]}
        >>> round(estimate(MultilabelF1(scorer="s"), Frame.from_columns(columns))["multilabel_f1"].value, 4)
        0.8333
    """

    name = "multilabel_f1"
    reference = "sklearn.metrics.f1_score"

    def ratio(self, counts: Counts) -> tuple[Floats, Floats]:
        """Twice the hits, true and predicted."""
        return 2 * counts.hits, counts.true + counts.predicted


multilabel_precision_macro = partial(MultilabelPrecision, average="macro")
multilabel_precision_micro = partial(MultilabelPrecision, average="micro")
multilabel_recall_macro = partial(MultilabelRecall, average="macro")
multilabel_recall_micro = partial(MultilabelRecall, average="micro")
multilabel_f1_macro = partial(MultilabelF1, average="macro")
multilabel_f1_micro = partial(MultilabelF1, average="micro")
