"""The sufficient statistics of every classification metric: how often each class was true, predicted, both."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ._scored import Unparsed, scored_classes
from .base import Need, SumMetric
from .column import Codes, Floats
from .frame import Frame
from .rows import Coded, Dense

_SMALL_SPACE = 1_000_000
"""Up to so many possible pairs of classes are counted in a table instead of being sorted."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Class counts, each [..., C].

    Attributes:
        true: Units of the class.
        predicted: Units predicted to be of it; an unparsed answer is predicted to be of none.
        hits: Both.
    """

    true: Floats
    predicted: Floats
    hits: Floats

    @property
    def n(self) -> Floats:
        """Number of units, [...]."""
        total: Floats = self.true.sum(axis=-1)
        return total

    @property
    def pooled(self) -> "Counts":
        """The sums over all classes, as if of one, [..., 1]."""
        return Counts(*(c.sum(axis=-1, keepdims=True) for c in (self.true, self.predicted, self.hits)))

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """Whether the class occurs, as the truth or as a prediction."""
        occurs: npt.NDArray[np.bool_] = (self.true > 0) | (self.predicted > 0)
        return occurs


def class_counts(sums: Floats) -> Counts:
    """Read sums [..., 3 C] of class rows."""
    classes = sums.shape[-1] // 3
    return Counts(sums[..., :classes], sums[..., classes : 2 * classes], sums[..., 2 * classes :])


def class_rows(frame: Frame, scorer: str, unparsed: Unparsed) -> Coded:
    """One row of 3 C for each unit: its true class, its predicted class, and both where they agree."""
    true, predicted, classes = scored_classes(frame, scorer, unparsed)
    size = len(classes)
    found, codes = _distinct_pairs(true, predicted, size + 1)
    t, p = found // (size + 1), found % (size + 1)
    columns = [t, np.where(p < size, size + p, -1), np.where(t == p, 2 * size + t, -1)]
    return Coded.one_hot(codes, columns, 3 * size)


def _distinct_pairs(first: Codes, second: Codes, width: int) -> tuple[npt.NDArray[np.int64], Codes]:
    """The distinct pairs, as first * width + second, and which of them each unit is; -1 where first is."""
    if width * width > _SMALL_SPACE:
        pairs = np.where(first < 0, -1, first.astype(np.int64) * width + second)
        found, inverse = np.unique(pairs, return_inverse=True)
        missing = int(len(found) > 0 and found[0] < 0)
        return found[missing:], (inverse - missing).astype(np.int32)
    pairs = first * np.int32(width) + second
    pairs[first < 0] = width * width
    found = np.flatnonzero(np.bincount(pairs, minlength=width * width)[: width * width])
    position = np.full(width * width + 1, -1, dtype=np.int32)
    position[found] = np.arange(len(found))
    return found, position[pairs]


@dataclass(frozen=True, kw_only=True)
class ClassMetric(SumMetric):
    """Base of metrics of a class confusion. Interval: bootstrap.

    Attributes:
        scorer: The scorer with labels and targets.
        unparsed: Whether an answer without a readable class counts as wrong or as missing.
    """

    scorer: str = ""
    unparsed: Unparsed = "wrong"

    fits = ("label", "probability")

    def needs(self) -> tuple[Need, ...]:
        """Labels and targets."""
        return Need("label", self.scorer), Need("target", self.scorer)

    def source(self) -> str:
        """All class metrics of one scorer share their rows."""
        return f"{self.scorer}|classes|{self.unparsed}"

    def rows(self, frame: Frame) -> Coded | Dense:
        """Class rows."""
        return class_rows(frame, self.scorer, self.unparsed)

    def value(self, sums: Floats) -> Floats:
        """The formula on class counts."""
        return self.of_counts(class_counts(sums))

    @abstractmethod
    def of_counts(self, counts: Counts) -> Floats:
        """The formula: counts [..., C] to values [...], or [..., m]."""


def one_class_rows(frame: Frame, scorer: str, unparsed: Unparsed, positive: str) -> Coded:
    """One row of 3 for each unit: whether it is of one class, predicted to be, and both."""
    true, predicted, classes = scored_classes(frame, scorer, unparsed)
    at = classes.index(positive) if positive in classes else -2
    codes = np.where(true < 0, -1, 2 * (true == at) + (predicted == at)).astype(np.int32)
    columns = [np.array([-1, -1, 0, 0]), np.array([-1, 1, -1, 1]), np.array([-1, -1, -1, 2])]
    return Coded.one_hot(codes, columns, 3)
