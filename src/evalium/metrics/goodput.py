"""Requests per second that are served as promised, and tokens per second of a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from evalium.core import Estimate

from .base import FrameMetric, How, Need, SumMetric
from .column import Floats
from .frame import Frame
from .sla import Bounds, check_bounds, meets
from .throughput import TIMES, rate
from .timing import flag_cached


@dataclass(frozen=True, kw_only=True)
class Goodput(FrameMetric):
    """Calls per second of the run's busy span that keep within a latency and a cost; higher is better.

    Calls within the bounds / seconds of the busy span. As `throughput`, but only calls that meet the SLA count; failed
    ones never do. Calls that take long enough to miss it still fill the span. Interval: t over 20 equal parts of the
    span, none with fewer than 40 calls.

    When not to use it: to compare models that were run at different concurrency, or with bounds that no user asked for:
    it says as much of both as of the model.

    Reference: Zhong et al. 2024, DistServe, arXiv:2401.09670.

    Attributes:
        latency: Most seconds; None for no bound.
        cost: Most USD; None for no bound.

    Raises:
        ConfigError: There is neither bound, or one is not positive.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"started_at": [10, 11, 12, 13], "latency": [1, 1, 1, 2]})
        >>> estimate(Goodput(latency=1.5), frame)["goodput"].value
        0.6
    """

    latency: float | None = None
    cost: float | None = None

    name = "goodput"
    sample: ClassVar[Mapping[str, Any]] = {"latency": 2.0}
    unit = "call/s"
    high = None
    reference = "https://arxiv.org/abs/2401.09670"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_bounds(self.key, self.bounds)

    @property
    def bounds(self) -> Bounds:
        """The bounds by column."""
        return {"latency": self.latency, "cost": self.cost}

    def needs(self) -> tuple[Need, ...]:
        """Times, and cost where it is bounded."""
        return TIMES if self.cost is None else (*TIMES, Need("cost"))

    def measure(self, frame: Frame, how: How) -> Estimate:
        """The rate over the busy span."""
        return rate(self, frame, np.nan_to_num(meets(frame, self.bounds)), how)


@dataclass(frozen=True, kw_only=True)
class TokensPerSecond(SumMetric):
    """Output tokens per second of a call's time, at least 0, higher is better.

    Total output tokens / total seconds over calls that report both: what one user sees, while `token_throughput` is
    what the run as a whole received. Tokens are the provider's. Undefined where no time passed. Interval: delta method;
    CR1 where units are clustered.

    When not to use it: between models with different tokenizers; nor for how soon an answer begins (`ttft_p95`).

    Attributes:
        over: The whole `latency`, or the time of `generation`: latency less the time to the first token, which only
            streamed calls have.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"output_tokens": [100, 50], "latency": [2, 1], "ttft": [1, 0.5]})
        >>> metrics = TokensPerSecond(), TokensPerSecond(over="generation")
        >>> [estimate(m, frame)["tokens_per_second"].value for m in metrics]
        [50.0, 100.0]
    """

    over: Literal["latency", "generation"] = "latency"

    name = "tokens_per_second"
    interval = "ratio"
    unit = "token/s"
    high = None
    reference = "output tokens per second of a request, as LLMPerf (ray-project/llmperf)"

    def needs(self) -> tuple[Need, ...]:
        """Tokens and times."""
        times = ("latency",) if self.over == "latency" else ("latency", "ttft")
        return (Need("output_tokens"), *(Need(time) for time in times), Need("cached"))

    def rows(self, frame: Frame) -> Floats:
        """Tokens, seconds."""
        seconds = frame.number("latency")
        if self.over == "generation":
            seconds = np.maximum(seconds - frame.number("ttft"), 0.0)
        return np.stack([frame.number("output_tokens"), seconds], axis=1)

    def flags(self, frame: Frame) -> tuple[str, ...]:
        """Whether cached answers are among them."""
        return flag_cached(frame)

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return "no time passed"
