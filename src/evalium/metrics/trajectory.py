"""How the steps of agents compare with the expected ones, how many they take and how they recover."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ._scored import scored_values
from .base import IntervalRule, Need, SumMetric
from .column import Floats
from .frame import Frame

Mode = Literal["exact", "in_order", "any_order", "subset"]


@dataclass(frozen=True, kw_only=True)
class OfTrajectory(SumMetric):
    """Base of metrics of one of the numbers of a `trajectory` scorer.

    Attributes:
        scorer: A `trajectory` scorer.
    """

    scorer: str = ""

    of: ClassVar[str] = ""
    interval: ClassVar[IntervalRule] = "mean"
    fits = ("trajectory",)
    scored_by = "trajectory"

    def needs(self) -> tuple[Need, ...]:
        """The scorer's numbers."""
        return (Need("values", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The number."""
        return scored_values(frame, self.scorer, f"values.{self.of}", "missing")


@dataclass(frozen=True, kw_only=True)
class TrajectoryMatch(OfTrajectory):
    """Share of traces whose steps match the expected ones, in [0, 1], higher is better.

    Traces that match by `mode` / traces. Interval: Wilson; CR1 where units are clustered.

    When not to use it: for tasks with several good ways, which it judges too harshly: take `mode: any_order`, or
    `task_completion_rate`.

    Attributes:
        scorer: A `trajectory` scorer.
        mode: `exact`: the same steps in the same order. `in_order`: the expected steps occur in this order, others
            between them are allowed. `any_order`: they occur, in any order, others allowed. `subset`: no step was
            taken that is not expected.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"t.value": [1, 0], "t.values.exact": [1, 0], "t.values.in_order": [1, 1]})
        >>> estimate(TrajectoryMatch(scorer="t", mode="in_order"), frame)["trajectory_match"].value
        1.0
    """

    mode: Mode = "exact"

    name = "trajectory_match"
    reference = "Google Vertex AI, Evaluate agents: trajectory metrics"

    def rows(self, frame: Frame) -> Floats:
        """1 where the steps match."""
        return scored_values(frame, self.scorer, f"values.{self.mode}", "missing")


@dataclass(frozen=True, kw_only=True)
class TrajectoryPrecision(OfTrajectory):
    """Share of the steps taken that are expected, in [0, 1], higher is better; the mean over traces.

    Steps taken that are expected / steps taken, of each trace. A trace without steps has none and is missing. Interval:
    t; CR1 where units are clustered.

    When not to use it: alone: a trace of one expected step scores 1; read `trajectory_recall` beside it.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"t.value": [1, 0, 0], "t.values.precision": [1, 0.5, None]})
        >>> estimate(TrajectoryPrecision(scorer="t"), frame)["trajectory_precision"].value
        0.75
    """

    name = "trajectory_precision"
    of = "precision"
    reference = "Google Vertex AI, Evaluate agents: trajectory metrics"


@dataclass(frozen=True, kw_only=True)
class TrajectoryRecall(OfTrajectory):
    """Share of the expected steps that were taken, in [0, 1], higher is better; the mean over traces.

    Expected steps that were taken / expected steps, of each trace. A trace of which no step is expected is missing.
    Interval: t; CR1 where units are clustered.

    When not to use it: alone: needless steps cost nothing; read `trajectory_precision` beside it.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"t.value": [1, 0], "t.values.recall": [1, 0.5]})
        >>> estimate(TrajectoryRecall(scorer="t"), frame)["trajectory_recall"].value
        0.75
    """

    name = "trajectory_recall"
    of = "recall"
    reference = "Google Vertex AI, Evaluate agents: trajectory metrics"


@dataclass(frozen=True, kw_only=True)
class Steps(OfTrajectory):
    """Mean number of steps of a trace, at least 0, lower is better among agents that complete as much.

    Summed steps / traces. Interval: t; CR1 where units are clustered.

    When not to use it: between agents that complete different shares: one that gives up at once takes fewest.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"t.value": [1, 0], "t.values.steps": [3, 4]})
        >>> estimate(Steps(scorer="t"), frame)["steps"].value
        3.5
    """

    name = "steps"
    of = "steps"
    unit = "step"
    high = None
    higher_is_better = False


@dataclass(frozen=True, kw_only=True)
class RecoveryRate(OfTrajectory):
    """Share of the traces with a failed step that succeed all the same, in [0, 1], higher is better.

    Traces that succeed / traces, both with a failed step. Traces without a failed step do not count. Undefined where no
    step failed: that is no recovery of 0, nor of 1. Interval: Wilson on the traces with a failed step; CR1 where units
    are clustered.

    When not to use it: alone, to compare agents: each is judged on the traces where it failed itself, which are others
    for each. Read `task_completion_rate` beside it.

    Attributes:
        scorer: A `trajectory` scorer.
        success: A scorer whose value is 1 for a trace that succeeds; empty takes the `success` that the trajectory
            scorer found in the record.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns(
        ...     {"t.value": [1, 0, 0], "t.values.failed_steps": [0, 1, 2], "t.values.success": [1, 1, 0]})
        >>> estimate(RecoveryRate(scorer="t"), frame)["recovery_rate"].value
        0.5
    """

    success: str = ""

    name = "recovery_rate"
    interval = "share"

    def needs(self) -> tuple[Need, ...]:
        """The scorer's numbers, and who says what succeeded."""
        return (*super().needs(), *([Need("value", self.success)] if self.success else []))

    def rows(self, frame: Frame) -> Floats:
        """Recovered, had a failed step."""
        failed = scored_values(frame, self.scorer, "values.failed_steps", "missing")
        if self.success:
            succeeded = scored_values(frame, self.success, "value", "wrong")
        else:
            succeeded = scored_values(frame, self.scorer, "values.success", "missing")
        had = np.where(np.isnan(failed), np.nan, failed > 0)
        return np.stack([had * (succeeded >= 1), np.where(np.isnan(succeeded), np.nan, had)], axis=1)

    def unit_share(self, sums: Floats) -> tuple[Floats, Floats]:
        """Recovered traces, traces with a failed step."""
        return sums[..., 0], sums[..., 1]

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return "no trace has a failed step"
