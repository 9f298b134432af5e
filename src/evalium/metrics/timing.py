"""Latency and the times around it: means and quantiles in seconds."""

from dataclasses import dataclass
from functools import partial
from re import fullmatch

import numpy as np

from evalium.stats import Interval, quantile_interval

from .base import Factory, Need, SumMetric, WeightedMetric
from .column import Codes, Floats, Index
from .frame import Frame

TIMES = ("latency", "ttft", "itl", "queue_time", "retry_time", "service_time")
"""`latency` from sending to the last byte, `ttft` to the first token, `itl` between tokens; see `Record`."""
STATISTICS = ("mean", "p50", "p90", "p95", "p99")


def flag_cached(frame: Frame) -> tuple[str, ...]:
    """The flag of numbers that answers from the response cache are part of."""
    return ("includes_cached",) if np.any(frame.number("cached") == 1) else ()


@dataclass(frozen=True, kw_only=True)
class TimeMean(SumMetric):
    """Mean of one of the times of a call, in seconds, lower is better.

    Summed seconds / calls. `latency` is from sending the request that succeeded to its last byte, `ttft` from sending
    to the first token, `itl` the mean between tokens after the first, `queue_time` the wait for a slot, `retry_time`
    failed attempts and the waits between them, `service_time` what the provider says it worked. Over calls that have
    it: failed calls have no latency, unstreamed ones no time to first token. An answer from the response cache keeps
    the time that its call took originally (flag `includes_cached`). Interval: t, flagged where skewed, as latencies
    mostly are; CR1 where units are clustered.

    When not to use it: for what the slow calls are like: times are skewed, and a mean is neither the usual call nor the
    slow one. Take p50 and p95.

    Attributes:
        column: Which time.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"latency": [0.5, 1.5, None]})
        >>> e = estimate(TimeMean(column="latency"), frame)["latency_mean"]
        >>> e.value, e.n, e.n_missing
        (1.0, 2, 1)
    """

    column: str = "latency"

    interval = "mean"
    unit = "s"
    high = None
    higher_is_better = False
    reference = "ttft, itl and end-to-end latency as LLMPerf (ray-project/llmperf)"

    @property
    def name(self) -> str:
        """The time's name and `mean`."""
        return f"{self.column}_mean"

    @property
    def options(self) -> dict[str, object]:
        """None: the name says it all."""
        return {}

    def needs(self) -> tuple[Need, ...]:
        """The time, and whether it comes from the cache."""
        return Need(self.column), Need("cached")

    def source(self) -> str:
        """The column."""
        return f"times|{self.column}"

    def rows(self, frame: Frame) -> Floats:
        """The time."""
        return frame.number(self.column)

    def flags(self, frame: Frame) -> tuple[str, ...]:
        """Whether cached answers are among them."""
        return flag_cached(frame)


@dataclass(frozen=True, kw_only=True)
class TimeQuantile(WeightedMetric):
    """Quantile of one of the times of a call, in seconds, lower is better.

    The time at place 1 + (n - 1) q in rising order, between two of them by linear interpolation (numpy's default).
    `latency` is from sending the request that succeeded to its last byte, `ttft` from sending to the first token, `itl`
    the mean between tokens after the first, `queue_time` the wait for a slot, `retry_time` failed attempts and the
    waits between them, `service_time` what the provider says it worked. Over calls that have it, as the mean. Interval:
    order statistics, free of any assumption about the shape; with the design effect where units are clustered. A bound
    that the sample is too small for is nan, flag `n_too_small`.

    When not to use it: far in the tail of few calls: one or two of them decide a p99 of a hundred. Quantiles of parts
    cannot be averaged into that of the whole.

    Reference: David and Nagaraja (2003), Order Statistics, 7.1.

    Attributes:
        column: Which time.
        q: In (0, 1): 0.95 for p95.

    Example:
        >>> from evalium.metrics import Frame, create, estimate
        >>> frame = Frame.from_columns({"latency": [x / 10 for x in range(1, 102)]})
        >>> round(estimate(create("latency_p95")[0], frame)["latency_p95"].value, 3)
        9.6
    """

    column: str = "latency"
    q: float = 0.5

    unit = "s"
    high = None
    higher_is_better = False
    reference = "Hyndman and Fan 1996, type 7, https://doi.org/10.2307/2684934"

    @property
    def name(self) -> str:
        """The time's name and the percentage."""
        return f"{self.column}_p{self.q * 100:g}"

    @property
    def options(self) -> dict[str, object]:
        """None: the name says it all."""
        return {}

    def needs(self) -> tuple[Need, ...]:
        """The time, and whether it comes from the cache."""
        return Need(self.column), Need("cached")

    def source(self) -> str:
        """The column."""
        return f"times|{self.column}|quantiles"

    def columns(self, frame: Frame) -> tuple[Floats, ...]:
        """The time."""
        return (frame.number(self.column),)

    def order(self, columns: tuple[Floats, ...]) -> Index | None:
        """From the shortest time up."""
        times = columns[0]
        return None if np.all(times[1:] >= times[:-1]) else np.argsort(times, kind="stable")

    def value(self, columns: tuple[Floats, ...], weights: Floats) -> Floats:
        """The quantile."""
        return weighted_quantile(columns[0], weights, self.q)

    def own_intervals(self, columns: tuple[Floats, ...], clusters: Codes | None, level: float) -> list[Interval]:
        """Order statistics."""
        return [quantile_interval(columns[0], self.q, level, clusters)]

    def flags(self, frame: Frame) -> tuple[str, ...]:
        """Whether cached answers are among them."""
        return flag_cached(frame)


def weighted_quantile(values: Floats, weights: Floats, q: float) -> Floats:
    """Quantile by linear interpolation of values [n] repeated by weights [..., n]; nan where the weights sum to 0.

    Example:
        >>> float(weighted_quantile(np.array([1.0, 2.0, 4.0]), np.array([1.0, 1.0, 2.0]), 0.5))
        3.0
    """
    if np.ndim(weights) == 1 and np.all(weights == 1.0):
        return np.asarray(np.quantile(values, q)) if len(values) else np.asarray(np.nan)
    order = np.argsort(values, kind="stable")
    ordered, filled = values[order], np.cumsum(np.atleast_2d(weights)[:, order], axis=-1)
    found = np.full(len(filled), np.nan)
    for b, row in enumerate(filled):
        if row[-1] > 0:
            position = max(row[-1] - 1.0, 0.0) * q
            below = np.floor(position + 1e-9)
            low, high = ordered[np.minimum(np.searchsorted(row, [below, below + 1.0], side="right"), len(row) - 1)]
            found[b] = low + (high - low) * max(position - below, 0.0)
    return found.reshape(np.shape(weights)[:-1])


def by_name(name: str) -> Factory | None:
    """The factory of `<time>_mean` or `<time>_p<percent>`, or None.

    Example:
        >>> by_name("ttft_p99.9")().q
        0.999
    """
    found = fullmatch(rf"({'|'.join(TIMES)})_(?:(mean)|p(\d{{1,2}}(?:\.\d+)?))", name)
    if found is None:
        return None
    column, mean, percent = found.groups()
    return partial(TimeMean, column=column) if mean else partial(TimeQuantile, column=column, q=float(f"{percent}e-2"))


def __getattr__(name: str) -> Factory:
    factory = by_name(name)
    if factory is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return factory
