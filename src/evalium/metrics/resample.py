"""Resampled values of a metric: bootstrap draws, and the delete-a-group jackknife where they would cost too much."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalium.stats import Interval, group_jackknife, t_from_moments

from .base import SumMetric, WeightedMetric
from .column import Floats, Ragged
from .rows import weight_chunks
from .units import ColumnUnits, SumUnits

JACKKNIFE_GROUPS = 100
_MOST_WEIGHTS = 2e8
_BATCH_WEIGHTS = 2_000_000


@dataclass(frozen=True, slots=True)
class Values:
    """Values [B, m] of a metric on resamples, and how they were made."""

    values: Floats
    method: str


def sum_draws(metric: SumMetric, units: SumUnits, B: int, seed: int) -> Values:
    """Values of a sum metric on B bootstrap resamples of its independent units."""
    parts, method = [], "bootstrap"
    for chunk in units.draws(B, seed):
        parts.append(as_columns(metric.value(chunk.sums)))
        method = chunk.method
    return Values(np.concatenate(parts), method)


def column_draws(metric: WeightedMetric, units: ColumnUnits, B: int, seed: int) -> Values:
    """Values of a weighted metric on B bootstrap resamples of its units, or of its clusters."""
    order = metric.order(units.columns)
    if order is not None:
        units = units.kept.take(order)
    parts = [as_columns(metric.value(units.columns, weights)) for weights in unit_weights(units, B, seed)]
    return Values(np.concatenate(parts), "bootstrap")


def unit_weights(units: ColumnUnits, B: int, seed: int) -> Iterator[Floats]:
    """Bootstrap weights [c, n] of the units: of whole clusters where there are clusters, times sampling weights."""
    for chunk in weight_chunks(units.n_clusters or units.n, B, seed):
        weights = chunk if units.clusters is None else chunk[:, units.clusters]
        yield weights if units.weights is None else weights * units.weights


def wants_jackknife(units: ColumnUnits, B: int) -> bool:
    """Whether B resamples of so many units would cost more than they tell."""
    cells = max((_cells(column, units.n) for column in units.columns), default=units.n)
    return cells * B > _MOST_WEIGHTS


def _cells(column: Floats | Ragged, n: int) -> int:
    if isinstance(column, Ragged):
        return max(n, len(column.values))
    return n * (column.shape[1] if column.ndim > 1 else 1)


def left_out_values(metric: WeightedMetric, units: ColumnUnits, seed: int) -> Floats:
    """Values [g, m] with one random group of units (or clusters) left out at a time."""
    size = units.n_clusters or units.n
    kept: list[npt.NDArray[np.bool_]] = []

    def remember(weights: Floats) -> float:
        kept.append(weights > 0)
        return math.nan

    group_jackknife(remember, size, min(JACKKNIFE_GROUPS, size), seed)
    parts = []
    step = max(1, _BATCH_WEIGHTS // units.n)
    for start in range(0, len(kept), step):
        weights = np.array(kept[start : start + step], dtype=np.float64)
        spread = weights if units.clusters is None else weights[:, units.clusters]
        parts.append(
            as_columns(metric.value(units.columns, spread if units.weights is None else spread * units.weights))
        )
    return np.concatenate(parts)


def jackknife_interval(
    metric: WeightedMetric, units: ColumnUnits, values: Floats, level: float, seed: int
) -> list[Interval]:
    """Symmetric t intervals from the delete-a-group jackknife."""
    left_out = left_out_values(metric, units, seed)
    return [jackknife_t(left_out[:, i], float(value), level) for i, value in enumerate(values)]


def jackknife_t(left_out: Floats, value: float, level: float) -> Interval:
    """The t interval around a value from its g values without a group: variance (g - 1) / g * sum of squares."""
    known = left_out[~np.isnan(left_out)]
    g = len(known)
    # t_from_moments divides by sqrt(g); the jackknife's standard error is (g - 1) / sqrt(g) times the spread.
    spread = (g - 1) * float(known.std(ddof=1)) if g > 1 else 0.0
    interval = t_from_moments(g, value, spread, level)
    return Interval(interval.low, interval.high, level, f"jackknife:{g}_groups", interval.flags)


def as_columns(values: Floats) -> Floats:
    """Values [B] or [B, m] as [B, m]."""
    return values[:, None] if values.ndim == 1 else values
