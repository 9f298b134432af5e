"""The mean of one number of a scorer that a metric brings along."""

from dataclasses import dataclass
from typing import ClassVar

from ._scored import scored_values
from .base import IntervalRule, Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class MeanOf(SumMetric):
    """Base: mean over the units of a number that a scorer gives each; a unit without it is missing.

    Undefined when no unit was scored. Interval: t, or Wilson where all are 0 or 1; CR1 where units are clustered.

    Attributes:
        scorer: The scorer.
    """

    scorer: str = ""

    of: ClassVar[str] = "value"
    interval: ClassVar[IntervalRule] = "mean"

    def needs(self) -> tuple[Need, ...]:
        """The value, or all of the scorer's further numbers."""
        return (Need(self.of.partition(".")[0], self.scorer),)

    def number(self, frame: Frame, of: str) -> Floats:
        """A number [n] of the scorer: `value` or `values.<name>`; nan where it has none."""
        return scored_values(frame, self.scorer, of, "missing")

    def rows(self, frame: Frame) -> Floats:
        """The number."""
        return self.number(frame, self.of)
