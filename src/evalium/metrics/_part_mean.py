"""The mean of a further number of a scorer, under a name of its own."""

from dataclasses import dataclass
from typing import Any, ClassVar

from evalium.core import ConfigError

from ._scored import scored_values
from .base import IntervalRule, Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class PartMean(SumMetric):
    """Base: mean over units of `<scorer>.values.<of>`; a unit without that number is missing.

    Interval: Wilson where all numbers are 0 or 1, else t; CR1 where units are clustered.

    Attributes:
        scorer: The scorer.
    """

    scorer: str = ""

    of: ClassVar[str]
    interval: ClassVar[IntervalRule] = "mean"

    def needs(self) -> tuple[Need, ...]:
        """The scorer's further numbers."""
        return (Need("values", self.scorer),)

    def part(self, frame: Frame, of: str) -> Floats:
        """A number [n] of the scorer; nan where it has none."""
        return scored_values(frame, self.scorer, f"values.{of}", "missing")

    def rows(self, frame: Frame) -> Floats:
        """The number."""
        return self.part(frame, self.of)


def check_count(metric: str, option: str, value: Any) -> None:
    """Refuse an option's value that is no whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"metric {metric!r}, option {option!r} must be a whole number of at least 1, got {value!r}")
