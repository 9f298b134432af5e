"""From prepared units to an `Estimate`: value, interval by the statistical contract, and the degenerate cases."""

import math
from dataclasses import dataclass, replace

import numpy as np
from msgspec import structs

from evalium.core import Estimate
from evalium.stats import Interval, stable_seed

from .base import FrameMetric, How, Metric, SumMetric, WeightedMetric
from .column import Floats
from .frame import Frame
from .intervals import NO_INTERVAL, column_intervals, sum_intervals
from .units import ColumnUnits, SumUnits

Units = SumUnits | ColumnUnits | Frame
TIMES = ("latency", "ttft", "itl")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A metric with its units of one frame.

    Attributes:
        metric: The metric.
        units: Its rows, its columns or the frame itself.
        names: Names of its outputs, empty for one number.
        signature: The metric's and its scorer's.
        flags: What the metric warns of about this frame.
    """

    metric: Metric
    units: Units
    names: tuple[str, ...]
    signature: str
    flags: tuple[str, ...]

    def estimate(self, how: How, where: str = "", units: Units | None = None) -> dict[str, Estimate]:
        """Estimates by key: one, or one for each output as `key[output]`.

        Args:
            how: How intervals are made.
            where: Name of the slice, part of the seed.
            units: The units of a slice; None takes all.
        """
        units = self.units if units is None else units
        metric = self.metric
        if isinstance(units, Frame):
            assert isinstance(metric, FrameMetric)
            measured = metric.measure(units, how)
            return {metric.key: _with(measured, self)}
        seed = stable_seed(*how.seed, metric.source(), where)
        if isinstance(units, SumUnits):
            assert isinstance(metric, SumMetric)
            values, intervals, reason = _from_sums(metric, units, how, seed)
            cautions = metric.cautions(units.total)
        else:
            assert isinstance(metric, WeightedMetric)
            values, intervals, reason = _from_columns(metric, units, how, seed)
            cautions = ()
        keys = [f"{metric.key}[{name}]" for name in self.names] if self.names else [metric.key]
        if units.n == 0:
            return {key: self._undefined(units, how, "no unit has this number") for key in keys}
        pairs = zip(keys, values, intervals, strict=True)
        return {
            key: self._estimate(units, how, float(value), _cautious(interval, cautions), reason)
            for key, value, interval in pairs
        }

    def _undefined(self, units: SumUnits | ColumnUnits, how: How, reason: str) -> Estimate:
        return Estimate(
            value=math.nan, low=math.nan, high=math.nan, level=how.level, n=units.n, n_clusters=units.n_clusters,
            n_missing=units.n_missing, method="undefined", unit=self.metric.unit, signature=self.signature,
            reason=reason, flags=self.flags, higher_is_better=self.metric.higher_is_better,
        )  # fmt: skip

    def _estimate(
        self, units: SumUnits | ColumnUnits, how: How, value: float, interval: Interval, reason: str
    ) -> Estimate:
        if math.isnan(value):
            return self._undefined(units, how, reason)
        metric = self.metric
        return Estimate(
            value=value,
            low=_clipped(interval.low, metric),
            high=_clipped(interval.high, metric),
            level=how.level,
            n=units.n,
            n_clusters=units.n_clusters,
            n_missing=units.n_missing,
            method=interval.method,
            unit=metric.unit,
            signature=self.signature,
            flags=tuple(dict.fromkeys((*interval.flags, *self.flags))),
            higher_is_better=metric.higher_is_better,
        )


def prepare(metric: Metric, frame: Frame) -> Prepared:
    """Make a metric's rows or columns of a frame, once for all slices."""
    units: Units
    if isinstance(metric, SumMetric):
        units = SumUnits.of(metric, frame)
    elif isinstance(metric, WeightedMetric):
        units = ColumnUnits.of(metric, frame)
    else:
        units = frame.only(need.column for need in metric.needs())
    return prepared_with(metric, frame, units)


def prepared_with(metric: Metric, frame: Frame, units: Units) -> Prepared:
    """A metric with units that another one of the same source has made already."""
    return Prepared(metric, units, metric.outputs(frame), full_signature(metric, frame), metric.flags(frame))


def full_signature(metric: Metric, frame: Frame) -> str:
    """The metric's signature, that of the scores it reads, and for times whether answers were streamed."""
    parts = [metric.signature]
    if frame.streamed is not None and any(n.column in TIMES and not n.scorer for n in metric.needs()):
        parts.append(f"stream:{'yes' if frame.streamed else 'no'}")
    scorer = metric.options.get("scorer", "")
    if scorer:
        parts.append(f"scorer:[{frame.signatures.get(scorer) or scorer}]")
    return "|".join(parts)


def estimate(metric: Metric, frame: Frame, how: How | None = None) -> dict[str, Estimate]:
    """Estimate one metric on one frame.

    Args:
        metric: What to measure.
        frame: The units.
        how: How intervals are made; None takes 95 % and 2000 resamples.

    Returns:
        Estimates by key; several for a metric with several outputs.

    Example:
        >>> from evalium.metrics import Frame, ScorerInfo, create
        >>> frame = Frame.from_columns({"exact.value": [1, 1, 0, 1]})
        >>> e = estimate(create("exact.accuracy", [ScorerInfo("exact")])[0], frame)["exact.accuracy"]
        >>> e.value, e.method, e.n
        (0.75, 'wilson', 4)
    """
    return prepare(metric, frame).estimate(how or How())


def _from_sums(metric: SumMetric, units: SumUnits, how: How, seed: int) -> tuple[Floats, list[Interval], str]:
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.atleast_1d(metric.value(units.total))
        intervals = sum_intervals(metric, units, values, how, seed)
    return values, intervals, metric.reason(units.total)


def _from_columns(
    metric: WeightedMetric, units: ColumnUnits, how: How, seed: int
) -> tuple[Floats, list[Interval], str]:
    if units.n == 0:
        return np.array([math.nan]), [NO_INTERVAL], ""
    weights = np.ones(units.n) if units.weights is None else units.weights
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.atleast_1d(metric.value(units.columns, weights))
        intervals = column_intervals(metric, units, values, how, seed)
    return values, intervals, metric.reason(units.columns)


def _clipped(bound: float, metric: Metric) -> float:
    if math.isnan(bound):
        return bound
    if metric.low is not None:
        bound = max(bound, metric.low)
    return bound if metric.high is None else min(bound, metric.high)


def _cautious(interval: Interval, cautions: tuple[str, ...]) -> Interval:
    return replace(interval, flags=(*interval.flags, *cautions)) if cautions else interval


def _with(measured: Estimate, prepared: Prepared) -> Estimate:
    flags = tuple(dict.fromkeys((*measured.flags, *prepared.flags)))
    return structs.replace(measured, signature=prepared.signature, flags=flags)
