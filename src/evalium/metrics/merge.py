"""Partial sums of a metric: computed where the data is, added up anywhere else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from evalium.core import ConfigError, Estimate
from evalium.stats import t_from_moments, wilson

from ._create import create
from ._estimate import full_signature
from .base import SumMetric
from .column import Floats
from .compute import NAME, measured
from .units import SumUnits

MOST_COLUMNS = 256
"""Up to so many columns of rows their products are kept, which the interval of the merged value is made of."""


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """The sum of a metric's rows over some units; `msgspec.msgpack.encode` makes it small enough to send.

    Attributes:
        metric: What the metric is made from again.
        signature: Everything that changes the value.
        outputs: Names of its numbers where there are several.
        n: Units with the number.
        n_missing: Units without it.
        independent: Independent rows: units, or clusters; a cluster must not lie in two parts.
        clustered: Whether they are clusters.
        binary: Whether each row is a hit or a miss.
        first: [k] sum of the rows.
        second: [k * k] sum of the products of each two columns; empty where there are too many columns.
    """

    metric: Any
    signature: str
    outputs: tuple[str, ...]
    n: int
    n_missing: int
    independent: int
    clustered: bool
    binary: bool
    first: list[float]
    second: list[float]


def sums(
    name: str,
    predictions: Any = None,
    references: Any = None,
    *,
    cluster: Any = None,
    weights: Any = None,
    columns: Mapping[str, Any] | None = None,
    **options: Any,
) -> Sums:
    """Sum a metric's rows over a part of the data; arguments as of `compute`.

    Raises:
        ConfigError: The metric is no formula on sums (ranks, quantiles), so that parts of it cannot be added.

    Example:
        >>> parts = [sums("accuracy", ["a", "b"], ["a", "a"]), sums("accuracy", ["b"], ["b"])]
        >>> round(merge(parts).value, 4)
        0.6667
    """
    metric, frame = measured(
        name, predictions, references, by=None, cluster=cluster, weights=weights, columns=columns, options=options
    )
    if not isinstance(metric, SumMetric):
        raise ConfigError(f"metric {name!r} is no formula on sums: bring its data together and use compute")
    units = SumUnits.of(metric, frame)
    table = units.independent.dense().table
    small = table.shape[1] <= MOST_COLUMNS
    return Sums(
        metric=metric.spec,
        signature=full_signature(metric, frame),
        outputs=metric.outputs(frame),
        n=units.n,
        n_missing=units.n_missing,
        independent=len(table),
        clustered=units.clusters is not None,
        binary=units.binary and metric.unit == "1" and units.weights is None,
        first=table.sum(axis=0).tolist(),
        second=(table.T @ table).ravel().tolist() if small else [],
    )


def merge(parts: Sequence[Sums], *, level: float = 0.95) -> Estimate | dict[str, Estimate]:
    """Add up partial sums.

    The value is that of all data at once. The interval is Wilson's for a share of independent units, else the delta
    method's with t: the formula linearised at the sums, since the rows themselves are gone.

    Args:
        parts: Of one metric; for metrics of several numbers the parts must have the same ones (classes).
        level: Confidence level in (0, 1).

    Raises:
        ConfigError: There is no part, or parts were made differently.
    """
    if not parts:
        raise ConfigError("merge needs at least one part")
    for part in parts[1:]:
        if (part.signature, part.outputs, len(part.first)) != (
            parts[0].signature,
            parts[0].outputs,
            len(parts[0].first),
        ):
            raise ConfigError(f"parts were made differently:\n  {parts[0].signature}\n  {part.signature}")
    metric = _metric(parts[0].metric)
    first = np.sum([part.first for part in parts], axis=0)
    values = np.atleast_1d(metric.value(first))
    intervals = _intervals(metric, parts, first, values, level)
    found = [
        _estimate(metric, parts, float(value), low, high, method, level)
        for value, (low, high, method) in zip(values, intervals, strict=True)
    ]
    return dict(zip(parts[0].outputs, found, strict=True)) if parts[0].outputs else found[0]


def _metric(spec: Any) -> SumMetric:
    from ._create import ScorerInfo

    made = create(spec, [ScorerInfo(NAME)])[0]
    assert isinstance(made, SumMetric)
    return made


def _intervals(
    metric: SumMetric, parts: Sequence[Sums], first: Floats, values: Floats, level: float
) -> list[tuple[float, float, str]]:
    count = sum(part.independent for part in parts)
    clustered = any(part.clustered for part in parts)
    none = (math.nan, math.nan, "none")
    if count < 2 or metric.interval == "none" or not all(part.second for part in parts):
        return [none] * len(values)
    if metric.interval == "mean" and all(part.binary for part in parts) and not clustered:
        found = wilson(float(first[0]), count, level)
        return [(found.low, found.high, found.method)]
    k = len(first)
    second = np.sum([part.second for part in parts], axis=0).reshape(k, k)
    spread = second - np.outer(first, first) / count
    slopes = _slopes(metric, first, values)
    variances = np.einsum("mk,kl,ml->m", slopes, spread, slopes) * count / (count - 1)
    method = "cluster:delta" if clustered else "delta"
    ends = []
    for value, variance in zip(values, variances, strict=True):
        # t_from_moments takes the spread of single rows, and divides by the root of their number.
        spread_of_one = math.sqrt(max(float(variance), 0.0) * count)
        interval = t_from_moments(count, float(value), spread_of_one, level)
        ends.append((interval.low, interval.high, method))
    return ends


def _slopes(metric: SumMetric, first: Floats, values: Floats) -> Floats:
    """[m, k] derivatives of the formula at the sums, by central differences."""
    k = len(first)
    step = np.maximum(np.abs(first), 1.0) * 1e-6
    up = metric.value(first + np.diag(step))
    down = metric.value(first - np.diag(step))
    slopes = (np.asarray(up).reshape(k, len(values)) - np.asarray(down).reshape(k, len(values))) / (2 * step[:, None])
    return np.nan_to_num(slopes).T


def _estimate(
    metric: SumMetric, parts: Sequence[Sums], value: float, low: float, high: float, method: str, level: float
) -> Estimate:
    clustered = any(part.clustered for part in parts)
    first = np.sum([part.first for part in parts], axis=0)
    undefined = math.isnan(value)
    return Estimate(
        value=value,
        low=math.nan if undefined else _inside(low, metric),
        high=math.nan if undefined else _inside(high, metric),
        level=level,
        n=sum(part.n for part in parts),
        n_clusters=sum(part.independent for part in parts) if clustered else None,
        n_missing=sum(part.n_missing for part in parts),
        method="undefined" if undefined else method,
        unit=metric.unit,
        signature=parts[0].signature,
        reason=metric.reason(first) if undefined else "",
        higher_is_better=metric.higher_is_better,
    )


def _inside(bound: float, metric: SumMetric) -> float:
    if math.isnan(bound):
        return bound
    bound = bound if metric.low is None else max(bound, metric.low)
    return bound if metric.high is None else min(bound, metric.high)
