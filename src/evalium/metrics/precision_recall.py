"""Precision, recall and F-beta: of each class, or averaged over classes."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from evalium.core import ConfigError, did_you_mean

from .averaging import mean_of_defined
from .base import divide
from .class_counts import ClassMetric, Counts, class_counts, class_rows, one_class_rows
from .column import Floats
from .frame import Frame
from .rows import Coded

Average = Literal["macro", "micro", "weighted", "per_class", "binary"]
ZeroDivision = Literal["undefined", 0, 1]


@dataclass(frozen=True, kw_only=True)
class ClassRatio(ClassMetric):
    """Base of ratios of class counts, of each class or averaged.

    Means run over the classes that occur as a target or as a prediction, as scikit-learn's do.

    Attributes:
        average: `macro` mean over classes; `micro` ratio of the counts of all classes; `weighted` mean weighted by true
            counts; `per_class` one number a class; `binary` that of the `positive` class.
        positive: The positive class of `binary`; None takes the later of two in sorted order.
        zero_division: What 0 / 0 is for a class that occurs: `undefined` leaves it out of means (flag
            `undefined_classes`; scikit-learn's `zero_division=nan`), 0 and 1 as in scikit-learn.
    """

    average: Average = "macro"
    positive: str | None = None
    zero_division: ZeroDivision = "undefined"

    def source(self) -> str:
        """Shared by all class metrics, but for those of one class against the rest."""
        return f"{super().source()}|{self.positive}" if self.average == "binary" else super().source()

    def outputs(self, frame: Frame) -> tuple[str, ...]:
        """The classes, when each has a number of its own."""
        return frame.category(f"{self.scorer}.target").values if self.average == "per_class" else ()

    def rows(self, frame: Frame) -> Coded:
        """Class rows; of the positive class only for `binary`."""
        if self.average != "binary":
            return class_rows(frame, self.scorer, self.unparsed)
        classes = frame.category(f"{self.scorer}.target").values
        return one_class_rows(frame, self.scorer, self.unparsed, positive_class(self.key, self.positive, classes))

    @abstractmethod
    def ratio(self, counts: Counts) -> tuple[Floats, Floats]:
        """Numerator and denominator, each [..., C]."""

    def of_counts(self, counts: Counts) -> Floats:
        """The ratio, averaged."""
        if self.average in {"micro", "binary"}:
            return self._filled(counts.pooled)[..., 0]
        each = self._filled(counts)
        if self.average == "per_class":
            return each
        return mean_of_defined(each, counts.true if self.average == "weighted" else None)

    def _filled(self, counts: Counts) -> Floats:
        top, bottom = self.ratio(counts)
        if self.zero_division == "undefined":
            return divide(top, bottom)
        return np.where(counts.present & (bottom == 0), float(self.zero_division), divide(top, bottom))

    def unit_share(self, sums: Floats) -> tuple[Floats, Floats] | None:
        """The units that the ratio of one class, or of all units together, is a share of; None for a mean."""
        if self.average in {"macro", "weighted"}:
            return None
        counts = class_counts(sums)
        return self.of_units(counts if self.average == "per_class" else counts.pooled)

    def of_units(self, counts: Counts) -> tuple[Floats, Floats] | None:
        """Hits and trials [..., C] where the ratio is (a function of) a share of units."""
        return None

    def reason(self, sums: Floats) -> str:
        """Which denominator is 0."""
        return f"{self.name} of a class without {self.denominator} is 0 / 0 (option zero_division gives it a value)"

    def cautions(self, sums: Floats) -> tuple[str, ...]:
        """Whether a mean leaves out classes."""
        counts = class_counts(sums)
        left_out = counts.present & np.isnan(self._filled(counts))
        return ("undefined_classes",) if self.average in {"macro", "weighted"} and left_out.any() else ()

    @property
    def denominator(self) -> str:
        """What a class must have for the ratio to be defined, in words."""
        return "predictions"


@dataclass(frozen=True, kw_only=True)
class Precision(ClassRatio):
    """Share of the units predicted to be of a class that are, in [0, 1], higher is better.

    Hits of the class / units predicted to be of it. Undefined for a class that is never predicted. Equals
    `sklearn.metrics.precision_score`. Interval of a class (and of `micro`): Wilson on the units predicted to be of it,
    while the estimate's n counts the units of all classes; CR1 over the clusters with such units where units are
    clustered. Of means over classes: bootstrap.

    When not to use it: alone: predicting a class only where it is certain scores high, so read `recall` beside it; nor
    between data sets with other shares of the class.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"s.label": ["a", "a", "b"], "s.target": ["a", "b", "b"]})
        >>> estimate(Precision(scorer="s", average="per_class"), frame)["precision[a]"].value
        0.5
    """

    name = "precision"
    interval = "share"
    reference = "van Rijsbergen 1979, Information Retrieval, chapter 7; sklearn.metrics.precision_score"

    def of_units(self, counts: Counts) -> tuple[Floats, Floats]:
        """The predicted units that are right."""
        return self.ratio(counts)

    def ratio(self, counts: Counts) -> tuple[Floats, Floats]:
        """Hits, predicted."""
        return counts.hits, counts.predicted


@dataclass(frozen=True, kw_only=True)
class Recall(ClassRatio):
    """Share of the units of a class that are predicted to be, in [0, 1], higher is better.

    Hits of the class / units of it. Undefined for a class that no unit is of. Equals `sklearn.metrics.recall_score`.
    Interval of a class (and of `micro`): Wilson on the units of it, while the estimate's n counts the units of all
    classes; CR1 over the clusters with such units where units are clustered. Of means over classes: bootstrap.

    When not to use it: alone: always predicting the class scores 1; read `precision` beside it.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"s.label": ["a", "a", "b"], "s.target": ["a", "b", "b"]})
        >>> estimate(Recall(scorer="s", average="per_class"), frame)["recall[b]"].value
        0.5
    """

    name = "recall"
    interval = "share"
    reference = "van Rijsbergen 1979, Information Retrieval, chapter 7; sklearn.metrics.recall_score"

    def of_units(self, counts: Counts) -> tuple[Floats, Floats]:
        """The units of the class that are found."""
        return self.ratio(counts)

    def ratio(self, counts: Counts) -> tuple[Floats, Floats]:
        """Hits, true."""
        return counts.hits, counts.true

    @property
    def denominator(self) -> str:
        """What a class must have."""
        return "targets"


@dataclass(frozen=True, kw_only=True)
class FBeta(ClassRatio):
    """Weighted harmonic mean of precision and recall, in [0, 1], higher is better.

    (1 + beta²) hits / (beta² true + predicted); undefined only for a class that does not occur at all. Equals
    `sklearn.metrics.fbeta_score`.

    When not to use it: where the costs of errors are known (`expected_cost`), or to compare values of different beta;
    true negatives are ignored.

    Attributes:
        beta: How much more recall counts than precision.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"s.label": ["a", "a", "b"], "s.target": ["a", "b", "b"]})
        >>> round(estimate(FBeta(scorer="s", beta=2.0), frame)["f_beta"].value, 4)
        0.6944
    """

    beta: float = 1.0

    name = "f_beta"
    reference = "van Rijsbergen 1979, Information Retrieval, chapter 7; sklearn.metrics.fbeta_score"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.beta > 0:
            raise ConfigError(f"metric {self.key!r}, option 'beta' must be positive, got {self.beta!r}")

    def ratio(self, counts: Counts) -> tuple[Floats, Floats]:
        """(1 + beta²) hits, beta² true + predicted."""
        square = self.beta**2
        return (1 + square) * counts.hits, square * counts.true + counts.predicted

    @property
    def denominator(self) -> str:
        """What a class must have."""
        return "targets and predictions"


@dataclass(frozen=True, kw_only=True)
class F1(ClassRatio):
    """Harmonic mean of precision and recall, in [0, 1], higher is better.

    2 hits / (true + predicted); undefined only for a class that does not occur at all. Equals
    `sklearn.metrics.f1_score`. Interval: bootstrap. Where a class is never or always right, so that no resample
    differs, it is 2 J / (1 + J) of the Wilson interval of J, the share of hits among the units that are of the class
    or predicted to be.

    When not to use it: where true negatives count, which it ignores; where one kind of error is dearer (`f_beta`,
    `expected_cost`); nor between data sets with other shares of the class.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"s.label": ["a", "a", "b"], "s.target": ["a", "b", "b"]})
        >>> round(estimate(F1(scorer="s"), frame)["f1"].value, 4)
        0.6667
    """

    name = "f1"
    reference = "van Rijsbergen 1979, Information Retrieval, chapter 7; sklearn.metrics.f1_score"

    def ratio(self, counts: Counts) -> tuple[Floats, Floats]:
        """2 hits, true + predicted."""
        return 2 * counts.hits, counts.true + counts.predicted

    def of_units(self, counts: Counts) -> tuple[Floats, Floats] | None:
        """Hits among the units that are of the class or predicted to be; None where pooling would count some twice."""
        return None if self.average == "micro" else (counts.hits, counts.true + counts.predicted - counts.hits)

    def finish(self, ratio: Floats) -> Floats:
        """F1 of the share J of hits: 2 J / (1 + J)."""
        return 2 * ratio / (1 + ratio)

    @property
    def denominator(self) -> str:
        """What a class must have."""
        return "targets and predictions"


def positive_class(metric: str, positive: str | None, classes: tuple[str, ...]) -> str:
    """The positive class: the one named, or the later of two.

    Raises:
        ConfigError: It does not occur, or none is named among more or fewer than two classes.

    Example:
        >>> positive_class("f1", None, ("ham", "spam"))
        'spam'
    """
    if positive is not None:
        if positive not in classes:
            hint = did_you_mean(positive, classes)
            raise ConfigError(f"metric {metric!r}, option 'positive': the data has no class {positive!r}.{hint}")
        return positive
    if len(classes) > 2:
        shown = ", ".join(classes[:10])
        raise ConfigError(
            f"metric {metric!r} needs the option 'positive' to choose among {len(classes)} classes: {shown}"
        )
    return classes[-1] if classes else ""


precision_macro = partial(Precision, average="macro")
precision_micro = partial(Precision, average="micro")
precision_weighted = partial(Precision, average="weighted")
precision_per_class = partial(Precision, average="per_class")
recall_macro = partial(Recall, average="macro")
recall_micro = partial(Recall, average="micro")
recall_weighted = partial(Recall, average="weighted")
recall_per_class = partial(Recall, average="per_class")
f1_macro = partial(F1, average="macro")
f1_micro = partial(F1, average="micro")
f1_weighted = partial(F1, average="weighted")
f1_per_class = partial(F1, average="per_class")
