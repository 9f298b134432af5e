"""Tasks completed, and what a completed one costs in money and time."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._scored import Unparsed, scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame
from .timing import flag_cached

_KINDS = ("binary", "graded", "tool_calls", "trajectory", "conversation")


@dataclass(frozen=True, kw_only=True)
class OfSuccess(SumMetric):
    """Base: a success is a unit whose value reaches a threshold.

    Attributes:
        scorer: Whose value says what was completed.
        threshold: Value from which a unit is a success.
        unparsed: Whether an answer that could not be read counts as no success or as missing.
    """

    scorer: str = ""
    threshold: float = 1.0
    unparsed: Unparsed = "wrong"

    fits = _KINDS

    def needs(self) -> tuple[Need, ...]:
        """The value."""
        return (Need("value", self.scorer),)

    def successes(self, frame: Frame) -> Floats:
        """1 for a success, 0 for none, nan without a value."""
        values = scored_values(frame, self.scorer, "value", self.unparsed, worst=-np.inf)
        return np.where(np.isnan(values), np.nan, values >= self.threshold)


@dataclass(frozen=True, kw_only=True)
class TaskCompletionRate(OfSuccess):
    """Share of tasks that are completed, in [0, 1], higher is better.

    Tasks whose value is at least `threshold` / scored tasks. A task is completed when the scorer's value reaches the
    threshold. Failed calls and units without a value are missing. Interval: Wilson; CR1 where units are clustered.

    When not to use it: for how reliably one task is completed again and again (`pass_hat_k`), or where half a task is
    worth something (`mean`).

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"it.value": [1.0, 0.8, 0.2]})
        >>> round(estimate(TaskCompletionRate(scorer="it", threshold=0.5), frame)["task_completion_rate"].value, 4)
        0.6667
    """

    name = "task_completion_rate"
    interval = "mean"
    reference = "success rate of agents, as in Zhou et al. 2024 (WebArena), arXiv 2307.13854"

    def rows(self, frame: Frame) -> Floats:
        """1 where completed."""
        return self.successes(frame)


@dataclass(frozen=True, kw_only=True)
class PerSuccess(OfSuccess):
    """Base of the total of a column, failures included, over the number of successes."""

    column: ClassVar[str] = ""
    interval = "ratio"
    high = None
    higher_is_better = False

    def needs(self) -> tuple[Need, ...]:
        """The value and the column."""
        return (*super().needs(), Need(self.column), Need("cached"))

    def rows(self, frame: Frame) -> Floats:
        """Amount, success."""
        return np.stack([frame.number(self.column), self.successes(frame)], axis=1)

    def flags(self, frame: Frame) -> tuple[str, ...]:
        """Whether cached answers are among them."""
        return flag_cached(frame)

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return "no unit is a success"


@dataclass(frozen=True, kw_only=True)
class CostPerSuccess(PerSuccess):
    """USD spent for each completed task, at least 0, lower is better.

    Total cost of all units with a cost and a value, the failed attempts too, over the number of successes. Undefined
    without a success. Interval: delta method; CR1 where units are clustered.

    When not to use it: alone: a model that mostly fails can be the cheapest for each success; put a floor under
    `task_completion_rate` first.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"it.value": [1, 0, 1], "cost": [0.01, 0.02, 0.03]})
        >>> estimate(CostPerSuccess(scorer="it"), frame)["cost_per_success"].value
        0.03
    """

    name = "cost_per_success"
    unit = "USD"
    column = "cost"


@dataclass(frozen=True, kw_only=True)
class TimePerSuccess(PerSuccess):
    """Seconds of work for each completed task, at least 0, lower is better.

    Total latency of all units with a latency and a value, the failed attempts too, over the number of successes.
    Undefined without a success. Interval: delta method; CR1 where units are clustered.

    When not to use it: for how long somebody waits (`latency_p95`): the time of failed attempts is in it, and calls
    that ran side by side are added up.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"it.value": [1, 0, 1], "latency": [1, 2, 3]})
        >>> estimate(TimePerSuccess(scorer="it"), frame)["time_per_success"].value
        3.0
    """

    name = "time_per_success"
    unit = "s"
    column = "latency"
