"""The mean of a scorer's value."""

from dataclasses import dataclass, field

from ._scored import Unparsed, scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class Mean(SumMetric):
    """Mean of a scorer's value, in the scorer's unit, range and direction.

    Sum of the values / scored units. Undefined when no unit was scored. Interval: Wilson where all values are 0 or 1,
    else t; CR1 where units are clustered.

    When not to use it: for grades whose steps are not equally wide, or values of which few large ones decide: look at
    the distribution, or at a share above a threshold (`task_completion_rate`).

    Attributes:
        scorer: The scorer.
        of: `value`, or `values.<name>` for a further number of the same scorer.
        unparsed: Whether an answer that could not be read counts as `worst` or as missing.
        worst: What an unparsed answer counts as when it counts.
        unit: Unit of the value.
        low: Least possible value, None when unbounded.
        high: Greatest possible value, None when unbounded.
        higher_is_better: Direction, None where neither is better.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"rouge_l.value": [0.5, 0.25, 0.75]})
        >>> e = estimate(Mean(scorer="rouge_l", unparsed="missing"), frame)["rouge_l"]
        >>> e.value, e.method
        (0.5, 't')
    """

    scorer: str = ""
    of: str = "value"
    unparsed: Unparsed = "missing"
    worst: float = 0.0
    unit: str = field(default="1", compare=False)
    low: float | None = field(default=0.0, compare=False)
    high: float | None = field(default=1.0, compare=False)
    higher_is_better: bool | None = field(default=True, compare=False)

    name = "mean"
    interval = "mean"
    fits = ("binary", "graded", "label", "probability", "loglikelihood")

    @property
    def default_key(self) -> str:
        """The scorer's name: its mean is what it is known by."""
        return self.scorer if self.of == "value" else f"{self.scorer}.{self.of.removeprefix('values.')}"

    def needs(self) -> tuple[Need, ...]:
        """The value, or all of the scorer's further numbers."""
        return (Need(self.of.partition(".")[0], self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The value."""
        return scored_values(frame, self.scorer, self.of, self.unparsed, self.worst)
