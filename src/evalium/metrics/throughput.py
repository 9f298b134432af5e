"""Calls and output tokens per second, and what a machine by the hour comes to a call."""

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from evalium.core import ConfigError, Estimate
from evalium.stats import t_mean

from .base import FrameMetric, How, Need
from .busy import BATCHES, busy_span
from .column import Floats
from .frame import Frame

TIMES = (Need("started_at"), Need("latency"), Need("queue_time"), Need("retry_time"), Need("cached"))


@dataclass(frozen=True, kw_only=True)
class Throughput(FrameMetric):
    """Calls, or output tokens, per second of the run's busy span; higher is better.

    Finished calls, or their output tokens, / seconds of the busy span. The busy span is the time during which at least
    one call was under way, from entering the queue to the last byte, so a pause between two halves of a resumed run
    does not count. Failed calls and answers from the response cache are left out. Interval: t over 20 equal parts of
    the span, none with fewer than 40 calls. Undefined when no call has its times.

    When not to use it: between runs of different concurrency, for it measures the run as much as the model; tokens do
    not compare between tokenizers.

    Attributes:
        of: `calls` or `output_tokens`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"started_at": [10, 11], "latency": [2, 3]})
        >>> estimate(Throughput(), frame)["throughput"].value
        0.5
    """

    of: Literal["calls", "output_tokens"] = "calls"

    high = None
    reference = "completions / time, Denning and Buzen 1978, https://doi.org/10.1145/356733.356735"

    @property
    def name(self) -> str:
        """`throughput` or `token_throughput`."""
        return "throughput" if self.of == "calls" else "token_throughput"

    @property
    def unit(self) -> str:
        """Calls or tokens per second."""
        return "call/s" if self.of == "calls" else "token/s"

    @property
    def options(self) -> dict[str, object]:
        """None: the name says it all."""
        return {}

    def needs(self) -> tuple[Need, ...]:
        """Times, and tokens where they are counted."""
        return TIMES if self.of == "calls" else (*TIMES, Need("output_tokens"))

    def measure(self, frame: Frame, how: How) -> Estimate:
        """The rate over the busy span."""
        amounts = np.ones(frame.n) if self.of == "calls" else np.nan_to_num(frame.number("output_tokens"))
        return rate(self, frame, amounts, how)


@dataclass(frozen=True, kw_only=True)
class MachineCost(FrameMetric):
    """USD of a machine that is paid by the hour, shared out by measured throughput; lower is better.

    Price per hour / 3600 / calls per second of the busy span: what a call costs while the machine is kept as busy as it
    was in this run. Interval: that of the throughput, turned round. The total is the price of the busy span itself and
    has no interval. Undefined when the model has no price per hour.

    When not to use it: for a machine that will be kept busier, or less busy, in use than in this run; for a model that
    is paid by the token take `cost_per_call`.

    Attributes:
        per: What it is the cost of: a `call`, `1000` calls, or the run in `total`.
        per_hour: USD per hour of all machines that serve the model; None takes the price of the model in the plan.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"started_at": [10, 11], "latency": [2, 3]})
        >>> estimate(MachineCost(per_hour=3.6), frame)["machine_cost_per_call"].value
        0.002
    """

    per: Literal["call", "1000", "total"] = "call"
    per_hour: float | None = None

    unit = "USD"
    high = None
    higher_is_better = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.per_hour is not None and not self.per_hour >= 0:
            raise ConfigError(f"metric {self.key!r}, option 'per_hour' must not be negative, got {self.per_hour!r}")

    @property
    def name(self) -> str:
        """`machine_cost_per_call`, `machine_cost_per_1000` or `machine_cost_total`."""
        return "machine_cost_total" if self.per == "total" else f"machine_cost_per_{self.per}"

    @property
    def options(self) -> dict[str, object]:
        """The price, where it is given here; the rest is in the name."""
        return {} if self.per_hour is None else {"per_hour": self.per_hour}

    def needs(self) -> tuple[Need, ...]:
        """Times."""
        return TIMES

    def measure(self, frame: Frame, how: How) -> Estimate:
        """The price of a second over the calls in it."""
        hourly = frame.hourly_price if self.per_hour is None else self.per_hour
        if hourly is None:
            reason = "the model has no price per hour"
            return Estimate.undefined(reason, unit="USD", signature=self.signature, level=how.level, n_missing=frame.n)
        per_second = rate(self, frame, np.ones(frame.n), how)
        if not per_second.defined:
            return per_second
        price = hourly / 3600 * (1000 if self.per == "1000" else 1)
        if self.per == "total":
            seconds = busy_span(frame).seconds
            return _estimate(self, how, per_second.n, per_second.n_missing, price * seconds, np.nan, np.nan, ())
        ends = [price / end if end > 0 else np.nan for end in (per_second.value, per_second.high, per_second.low)]
        return _estimate(self, how, per_second.n, per_second.n_missing, ends[0], ends[1], ends[2], per_second.flags)


def rate(metric: FrameMetric, frame: Frame, amounts: Floats, how: How) -> Estimate:
    """Amounts [n] of the calls over the seconds in which any was under way, with its interval."""
    span = busy_span(frame)
    n = int(np.count_nonzero(~np.isnan(span.ended)))
    missing = frame.n - n
    if not span.seconds > 0:
        return Estimate.undefined(
            "no call has a start and a latency of its own",
            unit=metric.unit,
            signature=metric.signature,
            level=how.level,
            n_missing=missing,
        )
    value = float(amounts[~np.isnan(span.ended)].sum()) / span.seconds
    if n < 2 * BATCHES:
        return _estimate(metric, how, n, missing, value, np.nan, np.nan, ("n_too_small",))
    interval = t_mean(span.batches(amounts) * BATCHES / span.seconds, how.level)
    return _estimate(metric, how, n, missing, value, max(interval.low, 0.0), interval.high, interval.flags)


def _estimate(
    metric: FrameMetric, how: How, n: int, missing: int, value: float, low: float, high: float, flags: tuple[str, ...]
) -> Estimate:
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=how.level,
        n=n,
        n_clusters=None,
        n_missing=missing,
        method="batch_means",
        unit=metric.unit,
        signature=metric.signature,
        flags=flags,
        higher_is_better=metric.higher_is_better,
    )


token_throughput = partial(Throughput, of="output_tokens")
machine_cost_per_call = partial(MachineCost, per="call")
machine_cost_per_1000 = partial(MachineCost, per="1000")
machine_cost_total = partial(MachineCost, per="total")
