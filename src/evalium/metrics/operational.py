"""What service a model gives for its money: SLA, error budget, caches, speed, energy, quality per dollar."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from evalium.core import ConfigError, Status

from ._scored import scored_values
from .base import IntervalRule, Need, SumMetric
from .column import Floats
from .frame import HAS_OUTPUT, STATUS_CODE, Frame
from .sla import Bounds, check_bounds, meets
from .timing import flag_cached


@dataclass(frozen=True, kw_only=True)
class SlaAttainment(SumMetric):
    """Share of calls that succeed within a latency and a cost, in [0, 1], higher is better.

    Calls that succeed within the bounds / calls that were made. Failed calls count against it; calls that were never
    made, and successful ones without the number that a bound is on, are missing. Interval: Wilson; CR1 where units are
    clustered.

    When not to use it: where it matters by how much a bound is missed: a millisecond counts as much as no answer. Look
    at `latency_p99` beside it.

    Attributes:
        latency: Most seconds; None for no bound.
        cost: Most USD; None for no bound.

    Raises:
        ConfigError: There is neither bound, or one is not positive.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"latency": [0.5, 3, None, 1], "status": ["ok", "ok", "timeout", "ok"]})
        >>> estimate(SlaAttainment(latency=2.0), frame)["sla_attainment"].value
        0.5
    """

    latency: float | None = None
    cost: float | None = None

    name = "sla_attainment"
    sample: ClassVar[Mapping[str, Any]] = {"latency": 2.0}
    interval = "mean"
    reference = "SLO attainment, Zhong et al. 2024 (DistServe), arXiv 2401.09670"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_bounds(self.key, self.bounds)

    @property
    def bounds(self) -> Bounds:
        """The bounds by column."""
        return {"latency": self.latency, "cost": self.cost}

    def needs(self) -> tuple[Need, ...]:
        """The bounded columns."""
        return (*(Need(column) for column, most in self.bounds.items() if most is not None), Need("cached"))

    def rows(self, frame: Frame) -> Floats:
        """1 where met."""
        return meets(frame, self.bounds)

    def flags(self, frame: Frame) -> tuple[str, ...]:
        """Whether cached answers are among them."""
        return flag_cached(frame)


@dataclass(frozen=True, kw_only=True)
class ErrorBudget(SumMetric):
    """Share of the allowed failures that is used up, at least 0, lower is better; above 1 the objective is missed.

    Share of failed calls / (1 - target), failed being those without an answer: error, timeout, refused by a filter.
    Calls that were never made are missing. Interval: Wilson's of the share of failures, divided likewise; CR1 where
    units are clustered.

    When not to use it: over fewer calls than 1 / (1 - target), where a single failure overspends it; slow answers are
    no failures here (`sla_attainment`).

    Attributes:
        target: Share of calls that must succeed, in (0, 1).

    Raises:
        ConfigError: The target is not in (0, 1).

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"status": ["ok"] * 99 + ["timeout"]})
        >>> round(estimate(ErrorBudget(target=0.95), frame)["error_budget"].value, 4)
        0.2
    """

    target: float = 0.99

    name = "error_budget"
    interval = "mean"
    high = None
    higher_is_better = False
    reference = "Beyer et al. 2016, Site Reliability Engineering, chapter 3"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.target < 1:
            raise ConfigError(f"metric {self.key!r}, option 'target' must lie in (0, 1), got {self.target!r}")

    def rows(self, frame: Frame) -> Floats:
        """1 where failed."""
        never = frame.status == STATUS_CODE[Status.MISSING]
        return np.where(never, np.nan, ~HAS_OUTPUT[frame.status])

    def finish(self, ratio: Floats) -> Floats:
        """The share of failures over the share that is allowed."""
        return ratio / (1 - self.target)


@dataclass(frozen=True, kw_only=True)
class CacheHitRate(SumMetric):
    """Share of calls that the response cache answered, in [0, 1], higher is better.

    Calls answered by the cache / calls with an answer. It says how much of a run was not asked anew. Interval: Wilson;
    CR1 where units are clustered.

    When not to use it: as a fact about a model, of which it says nothing; for the provider's own cache take
    `prompt_cache_rate`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> estimate(CacheHitRate(), Frame.from_columns({"cached": [1, 0, 0, 1]}))["cache_hit_rate"].value
        0.5
    """

    name = "cache_hit_rate"
    interval = "mean"
    reference = "Hennessy and Patterson, Computer Architecture, appendix B (1 - miss rate)"

    def needs(self) -> tuple[Need, ...]:
        """Whether the answer came from the cache."""
        return (Need("cached"),)

    def rows(self, frame: Frame) -> Floats:
        """1 where it did."""
        return frame.number("cached")


@dataclass(frozen=True, kw_only=True)
class PromptCacheRate(SumMetric):
    """Share of the input tokens that the provider served from its prompt cache, in [0, 1], higher is better.

    Cached tokens / input tokens over calls that report both. Undefined without input tokens. Interval: delta method;
    CR1 where units are clustered.

    When not to use it: as a saving: cached tokens are cheaper and not free, and providers differ in what they count.
    Look at `cost_per_call`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"cached_tokens": [50, 0], "input_tokens": [100, 100]})
        >>> estimate(PromptCacheRate(), frame)["prompt_cache_rate"].value
        0.25
    """

    name = "prompt_cache_rate"
    interval = "ratio"

    def needs(self) -> tuple[Need, ...]:
        """Tokens."""
        return Need("cached_tokens"), Need("input_tokens")

    def rows(self, frame: Frame) -> Floats:
        """Cached, all."""
        return np.stack([frame.number("cached_tokens"), frame.number("input_tokens")], axis=1)


@dataclass(frozen=True, kw_only=True)
class QualityPerDollar(SumMetric):
    """Summed value of the answers for each USD spent; higher is better.

    Total of the scorer's value / total cost, over units that have both. Undefined where nothing was spent. Interval:
    delta method; CR1 where units are clustered.

    When not to use it: without a floor under the quality: it prefers a bad model that is cheap enough to a good one.

    Attributes:
        scorer: Whose value is the quality.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"it.value": [1, 0.5], "cost": [0.25, 0.5]})
        >>> estimate(QualityPerDollar(scorer="it"), frame)["quality_per_dollar"].value
        2.0
    """

    scorer: str = ""

    name = "quality_per_dollar"
    interval = "ratio"
    unit = "1/USD"
    low = None
    high = None
    fits = ("binary", "graded", "tool_calls", "trajectory", "conversation")

    def needs(self) -> tuple[Need, ...]:
        """Value and cost."""
        return Need("value", self.scorer), Need("cost"), Need("cached")

    def rows(self, frame: Frame) -> Floats:
        """Value, cost."""
        return np.stack([scored_values(frame, self.scorer, "value", "missing"), frame.number("cost")], axis=1)

    def flags(self, frame: Frame) -> tuple[str, ...]:
        """Whether cached answers are among them."""
        return flag_cached(frame)

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return "nothing was spent"


@dataclass(frozen=True, kw_only=True)
class Energy(SumMetric):
    """Mean energy of a call in watt-hours, at least 0, lower is better.

    Summed watt-hours / calls. Over calls whose provider reports it. Interval: t, flagged where skewed; CR1 where units
    are clustered.

    When not to use it: between providers that measure different things: the accelerator, the machine, or the building
    with its cooling.

    Attributes:
        scorer: An `energy_wh` scorer.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> estimate(Energy(scorer="e"), Frame.from_columns({"e.value": [0.3, 0.5, None]}))["energy"].value
        0.4
    """

    scorer: str = ""

    name = "energy"
    interval: ClassVar[IntervalRule] = "mean"
    unit = "Wh"
    high = None
    higher_is_better = False
    fits = ("energy",)
    scored_by = "energy_wh"
    reference = "energy of a response, Samsi et al. 2023, arXiv 2310.03003"

    def needs(self) -> tuple[Need, ...]:
        """The value."""
        return (Need("value", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """Watt-hours."""
        return scored_values(frame, self.scorer, "value", "missing")


@dataclass(frozen=True, kw_only=True)
class EnergyTotal(Energy):
    """Total energy in watt-hours of the calls whose provider reports it, at least 0, lower is better.

    Sum of the watt-hours. Interval: that of the mean times the number of calls.

    When not to use it: between runs of different size (`energy`), or as that of all calls where only some report it.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> estimate(EnergyTotal(scorer="e"), Frame.from_columns({"e.value": [0.25, 0.5]}))["energy_total"].value
        0.75
    """

    name = "energy_total"
    interval = "total"
    reference = "Samsi et al. 2023, arXiv 2310.03003"

    def value(self, sums: Floats) -> Floats:
        """The sum; nan where nothing was counted."""
        return np.where(sums[..., 1] > 0, sums[..., 0], np.nan)
