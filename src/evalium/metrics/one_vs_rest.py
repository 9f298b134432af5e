"""Rates of a class against the rest that count true negatives."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ._scored import scored_classes
from .averaging import mean_of_defined
from .base import divide
from .class_counts import ClassMetric, Counts, class_counts, class_rows
from .column import Floats
from .frame import Frame
from .precision_recall import positive_class
from .rows import Coded

RateAverage = Literal["auto", "binary", "macro", "micro", "weighted", "per_class"]


@dataclass(frozen=True, slots=True)
class Cells:
    """The four cells of each class against the rest, each [..., C]."""

    hits: Floats
    alarms: Floats
    misses: Floats
    rejections: Floats

    @classmethod
    def of(cls, counts: Counts) -> "Cells":
        """From class counts; an unparsed answer is called negative."""
        alarms, misses = counts.predicted - counts.hits, counts.true - counts.hits
        return cls(counts.hits, alarms, misses, counts.n[..., None] - counts.hits - alarms - misses)

    @property
    def pooled(self) -> "Cells":
        """The sums over all classes, [..., 1]."""
        return Cells(*(c.sum(axis=-1, keepdims=True) for c in (self.hits, self.alarms, self.misses, self.rejections)))


@dataclass(frozen=True, kw_only=True)
class OneVsRest(ClassMetric):
    """Base of rates of a class against the rest.

    Undefined for a class whose denominator is 0; means leave such classes out. Interval: Wilson on the denominator for
    one class; bootstrap for means over classes.

    Attributes:
        average: `binary` takes the positive class, `macro`, `micro` and `weighted` (by true counts) average over
            classes, `per_class` gives one number a class; `auto` is `binary` for two classes or where `positive` is
            named, else `macro`.
        positive: The positive class; None takes the later of two in sorted order.
    """

    average: RateAverage = "auto"
    positive: str | None = None

    interval = "share"

    def source(self) -> str:
        """Shared by the rates of one positive class, or of all classes."""
        return f"{super().source()}|rates|{self.average in {'auto', 'binary'}}|{self.positive}"

    def outputs(self, frame: Frame) -> tuple[str, ...]:
        """The classes, when each has a number of its own."""
        return frame.category(f"{self.scorer}.target").values if self.average == "per_class" else ()

    def rows(self, frame: Frame) -> Coded:
        """Class rows; of the positive class and the rest where only it counts."""
        classes = frame.category(f"{self.scorer}.target").values
        one = self.average == "binary" or (self.average == "auto" and (len(classes) <= 2 or self.positive is not None))
        if not one:
            return class_rows(frame, self.scorer, self.unparsed)
        return _two_class_rows(frame, self, positive_class(self.key, self.positive, classes))

    def of_counts(self, counts: Counts) -> Floats:
        """The rate, averaged."""
        cells = Cells.of(counts)
        if self._of_one(counts):
            return divide(*self.rate(cells))[..., -1]
        if self.average == "micro":
            return divide(*self.rate(cells.pooled))[..., 0]
        each = np.where(counts.present, divide(*self.rate(cells)), np.nan)
        if self.average == "per_class":
            return each
        return mean_of_defined(each, counts.true if self.average == "weighted" else None)

    def _of_one(self, counts: Counts) -> bool:
        return self.average == "binary" or (self.average == "auto" and counts.true.shape[-1] <= 2)

    @abstractmethod
    def rate(self, cells: Cells) -> tuple[Floats, Floats]:
        """Numerator and denominator, each [..., C]."""

    def unit_share(self, sums: Floats) -> tuple[Floats, Floats] | None:
        """The units that the rate of one class is a share of; None for a mean."""
        counts = class_counts(sums)
        top, bottom = self.rate(Cells.of(counts))
        if self._of_one(counts):
            return top[..., -1:], bottom[..., -1:]
        return (top, bottom) if self.average == "per_class" else None

    def reason(self, sums: Floats) -> str:
        """Which denominator is 0."""
        return f"{self.name} is 0 / 0: no unit is {self.denominator}"

    @property
    def denominator(self) -> str:
        """What the units of the denominator are, in words."""
        return "negative"


def _two_class_rows(frame: Frame, metric: ClassMetric, positive: str) -> Coded:
    """Rows of 6: the rest is class 0, the positive class is class 1."""
    true, predicted, classes = scored_classes(frame, metric.scorer, metric.unparsed)
    at = classes.index(positive) if positive in classes else -2
    t, p = (true == at).astype(np.int32), (predicted == at).astype(np.int32)
    codes = np.where(true < 0, -1, 2 * t + p).astype(np.int32)
    both = np.array([4, -1, -1, 5])
    return Coded.one_hot(codes, [np.array([0, 0, 1, 1]), np.array([2, 3, 2, 3]), both], 6)


@dataclass(frozen=True, kw_only=True)
class Specificity(OneVsRest):
    """Share of the negatives that are called negative (true negative rate), in [0, 1], higher is better.

    Negatives called negative / negatives. Equals recall of the negative class.

    When not to use it: alone: calling nothing positive gives 1, and where positives are rare any model has it high;
    look at `recall` beside it.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("specificity", [0, 0, 1, 1], [0, 0, 0, 1], ci=None).value.__round__(4)
        0.6667
    """

    name = "specificity"
    reference = "Altman and Bland 1994, https://doi.org/10.1136/bmj.308.6943.1552"

    def rate(self, cells: Cells) -> tuple[Floats, Floats]:
        """Rejections, negatives."""
        return cells.rejections, cells.rejections + cells.alarms


@dataclass(frozen=True, kw_only=True)
class Npv(OneVsRest):
    """Negative predictive value: share of the units called negative that are; in [0, 1], higher is better.

    Negatives called negative / units called negative.

    When not to use it: where positives are rarer or more frequent in use than in the data, on which it depends; where
    they are rare it is high for any model.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("npv", [0, 0, 1, 1], [0, 1, 0, 1], ci=None).value
        0.5
    """

    name = "npv"
    reference = "Altman and Bland 1994, https://doi.org/10.1136/bmj.309.6947.102"

    def rate(self, cells: Cells) -> tuple[Floats, Floats]:
        """Rejections, called negative."""
        return cells.rejections, cells.rejections + cells.misses

    @property
    def denominator(self) -> str:
        """What the units of the denominator are."""
        return "called negative"


@dataclass(frozen=True, kw_only=True)
class Fpr(OneVsRest):
    """False positive rate: share of the negatives that are called positive; in [0, 1], lower is better.

    Negatives called positive / negatives = 1 - specificity.

    When not to use it: alone, where positives are rare: with 99.5 % negatives, 1 % of them is twice as many false
    alarms as there are positives. Look at `precision` beside it.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("fpr", [0, 1, 1, 1], [0, 0, 1, 1], ci=None).value
        0.5
    """

    name = "fpr"
    higher_is_better = False
    reference = "Fawcett 2006, https://doi.org/10.1016/j.patrec.2005.10.010"

    def rate(self, cells: Cells) -> tuple[Floats, Floats]:
        """Alarms, negatives."""
        return cells.alarms, cells.rejections + cells.alarms


@dataclass(frozen=True, kw_only=True)
class Fnr(OneVsRest):
    """False negative rate: share of the positives that are called negative; in [0, 1], lower is better.

    Positives called negative / positives = 1 - recall.

    When not to use it: alone: calling everything positive gives 0; look at `fpr` or `precision` beside it.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("fnr", [0, 0, 1, 1], [0, 1, 1, 1], ci=None).value.__round__(4)
        0.3333
    """

    name = "fnr"
    higher_is_better = False
    reference = "Fawcett 2006, https://doi.org/10.1016/j.patrec.2005.10.010"

    def rate(self, cells: Cells) -> tuple[Floats, Floats]:
        """Misses, positives."""
        return cells.misses, cells.hits + cells.misses

    @property
    def denominator(self) -> str:
        """What the units of the denominator are."""
        return "positive"
