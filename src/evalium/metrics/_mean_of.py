"""The mean of one number of a scorer that a metric brings along."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._scored import scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class MeanOf(SumMetric):
    """Base: mean over the units of a number that a scorer gives each.

    Undefined when no unit was scored. Interval: t, or Wilson where all are 0 or 1; CR1 where units are clustered.

    Attributes:
        scorer: The scorer.
    """

    scorer: str = ""

    of: ClassVar[str] = "value"
    interval = "mean"

    def needs(self) -> tuple[Need, ...]:
        """The value, or all of the scorer's further numbers."""
        return (Need(self.of.partition(".")[0], self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The number."""
        column: Floats = np.asarray(scored_values(frame, self.scorer, self.of, "missing"))
        return column
