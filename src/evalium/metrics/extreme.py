"""The least and the greatest value of a scorer."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from evalium.stats import Interval

from ._scored import scored_values
from .base import Need, WeightedMetric
from .column import Codes, Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class Extreme(WeightedMetric):
    """Base of `min` and `max`: a fact about this sample, without an interval.

    Attributes:
        scorer: The scorer.
    """

    scorer: str = ""

    sign: ClassVar[float] = 1.0
    fits = ("graded", "binary", "loglikelihood", "probability")
    low = None
    high = None
    higher_is_better = None

    def needs(self) -> tuple[Need, ...]:
        """The value."""
        return (Need("value", self.scorer),)

    def columns(self, frame: Frame) -> tuple[Floats, ...]:
        """The value."""
        return (scored_values(frame, self.scorer, "value", "missing"),)

    def value(self, columns: tuple[Floats, ...], weights: Floats) -> Floats:
        """The extreme of the units with a weight."""
        kept = np.where(weights > 0, self.sign * columns[0], -np.inf).max(axis=-1)
        return np.where(np.isinf(kept), np.nan, self.sign * kept)

    def own_intervals(self, columns: tuple[Floats, ...], clusters: Codes | None, level: float) -> list[Interval]:
        """None can be given."""
        return [Interval(np.nan, np.nan, level, "none")]


@dataclass(frozen=True, kw_only=True)
class Max(Extreme):
    """Greatest value of a scorer; no interval, for no sample bounds what is still to come.

    max of the values of the scored units.

    When not to use it: between runs of different size: more units reach further up.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> estimate(Max(scorer="s"), Frame.from_columns({"s.value": [1, 3, 2]}))["max"].value
        3.0
    """

    name = "max"


@dataclass(frozen=True, kw_only=True)
class Min(Extreme):
    """Least value of a scorer; no interval, for no sample bounds what is still to come.

    min of the values of the scored units.

    When not to use it: between runs of different size: more units reach further down.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> estimate(Min(scorer="s"), Frame.from_columns({"s.value": [1, 3, 2]}))["min"].value
        1.0
    """

    name = "min"
    sign = -1.0
