"""Metrics of items with several labels each: of whole sets, and means over the sets of units."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from ._label_sets import LabelSetMetric, SetCounts, label_ids, set_counts, universe
from .base import divide
from .column import Floats
from .frame import Frame
from .precision_recall import ZeroDivision


@dataclass(frozen=True, kw_only=True)
class SubsetAccuracy(LabelSetMetric):
    """Share of units whose predicted set is exactly the true one, in [0, 1], higher is better.

    Units with equal sets / units. Equals `sklearn.metrics.accuracy_score` of indicator matrices. Interval: Wilson; CR1
    where clustered.

    When not to use it: with many labels: one label too many costs as much as all of them wrong. Take `jaccard` or
    `f1_samples`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> columns = {"s.value": [1, 0.5], "s.values.hits": [2, 1], "s.values.n_predicted": [2, 1],
        ...            "s.values.n_true": [2, 2]}
        >>> estimate(SubsetAccuracy(scorer="s"), Frame.from_columns(columns))["subset_accuracy"].value
        0.5
    """

    name = "subset_accuracy"
    interval = "mean"
    reference = "sklearn.metrics.accuracy_score"

    def rows(self, frame: Frame) -> Floats:
        """Whether the sets are equal."""
        sets = set_counts(frame, self.scorer, self.unparsed)
        equal = (sets.hits == sets.true) & (sets.hits == sets.predicted)
        return np.where(np.isnan(sets.true), np.nan, equal)


@dataclass(frozen=True, kw_only=True)
class HammingLoss(LabelSetMetric):
    """Share of the decisions, one for each unit and label, that are wrong; in [0, 1], lower is better.

    Wrong decisions / (units * labels). Divided by the number of labels that the scorer was told of; where it was not,
    by that of the labels that occur in the data (flag `labels_from_data`). Equals `sklearn.metrics.hamming_loss`.
    Interval: t; CR1 where clustered.

    When not to use it: where labels are rare: a model that predicts nothing has it low. Take `multilabel_f1` or
    `jaccard`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> columns = {"s.value": [1, 0.5], "s.values.hits": [2, 1], "s.values.n_predicted": [2, 1],
        ...            "s.values.n_true": [2, 2], "s.values.universe": [5, 5]}
        >>> estimate(HammingLoss(scorer="s"), Frame.from_columns(columns))["hamming_loss"].value
        0.1
    """

    name = "hamming_loss"
    interval = "ratio"
    higher_is_better = False
    reference = "Schapire and Singer 2000, https://doi.org/10.1023/A:1007649029923; sklearn.metrics.hamming_loss"

    def rows(self, frame: Frame) -> Floats:
        """Share of the labels that one set has and the other has not."""
        sets = set_counts(frame, self.scorer, self.unparsed)
        size = universe(frame, self.scorer) or len(label_ids(frame, self.scorer))
        return divide(sets.predicted + sets.true - 2 * sets.hits, np.full(frame.n, float(size)))

    def flags(self, frame: Frame) -> tuple[str, ...]:
        """Whether the number of labels is a guess."""
        return () if universe(frame, self.scorer) else ("labels_from_data",)


@dataclass(frozen=True, kw_only=True)
class OfSamples(LabelSetMetric):
    """Base of means over units of a ratio of set sizes. Interval: t; CR1 where clustered.

    Attributes:
        zero_division: What 0 / 0 is for a unit: `undefined` counts it as missing, 0 and 1 as in scikit-learn.
    """

    zero_division: ZeroDivision = "undefined"

    interval = "mean"

    def rows(self, frame: Frame) -> Floats:
        """The ratio of each unit."""
        sets = set_counts(frame, self.scorer, self.unparsed)
        top, bottom = self.ratio(sets)
        found = divide(top, bottom)
        if self.zero_division == "undefined":
            return found
        return np.where(~np.isnan(sets.true) & (bottom == 0), float(self.zero_division), found)

    @abstractmethod
    def ratio(self, sets: SetCounts) -> tuple[Floats, Floats]:
        """Numerator and denominator [n]."""

    def reason(self, sums: Floats) -> str:
        """Which denominator is 0."""
        return f"{self.name}: every unit is 0 / 0 (option zero_division gives it a value)"


@dataclass(frozen=True, kw_only=True)
class Jaccard(OfSamples):
    """Mean over units of the labels in both sets over those in either, in [0, 1], higher is better.

    Labels in both sets / labels in either, averaged over units. Equals
    `sklearn.metrics.jaccard_score(average="samples")`. A unit with two empty sets is 0 / 0.

    When not to use it: where rare labels matter: units count alike, and frequent labels fill them. Take
    `multilabel_f1`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> columns = {"s.value": [1, 0.5], "s.values.hits": [2, 1], "s.values.n_predicted": [2, 1],
        ...            "s.values.n_true": [2, 2]}
        >>> estimate(Jaccard(scorer="s"), Frame.from_columns(columns))["jaccard"].value
        0.75
    """

    name = "jaccard"
    reference = "Jaccard 1912, https://doi.org/10.1111/j.1469-8137.1912.tb05611.x; sklearn.metrics.jaccard_score"

    def ratio(self, sets: SetCounts) -> tuple[Floats, Floats]:
        """Both, either."""
        return sets.hits, sets.predicted + sets.true - sets.hits


@dataclass(frozen=True, kw_only=True)
class PrecisionSamples(OfSamples):
    """Mean over units of the share of predicted labels that are true, in [0, 1], higher is better.

    True labels predicted / labels predicted, averaged over units. Equals
    `sklearn.metrics.precision_score(average="samples")`. A unit with an empty prediction is 0 / 0.

    When not to use it: alone: predicting one sure label scores high; read `recall_samples` beside it.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> columns = {"s.value": [1, 0.5], "s.values.hits": [2, 1], "s.values.n_predicted": [2, 2],
        ...            "s.values.n_true": [2, 1]}
        >>> estimate(PrecisionSamples(scorer="s"), Frame.from_columns(columns))["precision_samples"].value
        0.75
    """

    name = "precision_samples"
    reference = "sklearn.metrics.precision_score"

    def ratio(self, sets: SetCounts) -> tuple[Floats, Floats]:
        """Both, predicted."""
        return sets.hits, sets.predicted


@dataclass(frozen=True, kw_only=True)
class RecallSamples(OfSamples):
    """Mean over units of the share of true labels that are predicted, in [0, 1], higher is better.

    True labels predicted / true labels, averaged over units. Equals `sklearn.metrics.recall_score(average="samples")`.
    A unit without true labels is 0 / 0.

    When not to use it: alone: predicting every label scores 1; read `precision_samples` beside it.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> columns = {"s.value": [1, 0.5], "s.values.hits": [2, 1], "s.values.n_predicted": [2, 1],
        ...            "s.values.n_true": [2, 2]}
        >>> estimate(RecallSamples(scorer="s"), Frame.from_columns(columns))["recall_samples"].value
        0.75
    """

    name = "recall_samples"
    reference = "sklearn.metrics.recall_score"

    def ratio(self, sets: SetCounts) -> tuple[Floats, Floats]:
        """Both, true."""
        return sets.hits, sets.true


@dataclass(frozen=True, kw_only=True)
class F1Samples(OfSamples):
    """Mean over units of the F1 of their sets: 2 both / (predicted + true); in [0, 1], higher is better.

    Equals `sklearn.metrics.f1_score(average="samples")`. A unit with two empty sets is 0 / 0.

    When not to use it: where rare labels matter: units count alike, and frequent labels fill them. Take
    `multilabel_f1`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> columns = {"s.value": [1, 0.5], "s.values.hits": [2, 1], "s.values.n_predicted": [2, 1],
        ...            "s.values.n_true": [2, 3]}
        >>> estimate(F1Samples(scorer="s"), Frame.from_columns(columns))["f1_samples"].value
        0.75
    """

    name = "f1_samples"
    reference = "sklearn.metrics.f1_score"

    def ratio(self, sets: SetCounts) -> tuple[Floats, Floats]:
        """Twice both, the sum of sizes."""
        return 2 * sets.hits, sets.predicted + sets.true
