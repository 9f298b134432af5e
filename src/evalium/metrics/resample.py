"""Resampled values of a metric: bootstrap draws, and the delete-a-group jackknife where they would cost too much."""

import math
from dataclasses import dataclass

import numpy as np

from evalium.stats import Interval, t_from_moments

from .base import SumMetric, WeightedMetric
from .column import Floats
from .rows import weight_chunks
from .units import ColumnUnits, SumUnits

JACKKNIFE_GROUPS = 100
_MOST_WEIGHTS = 2e8


@dataclass(frozen=True, slots=True)
class Values:
    """Values [B, m] of a metric on resamples, and how they were made."""

    values: Floats
    method: str


def sum_draws(metric: SumMetric, units: SumUnits, B: int, seed: int) -> Values:
    """Values of a sum metric on B bootstrap resamples of its independent units."""
    parts, method = [], "bootstrap"
    for chunk in units.draws(B, seed):
        value = metric.value(chunk.sums)
        parts.append(value[:, None] if value.ndim == 1 else value)
        method = chunk.method
    return Values(np.concatenate(parts), method)


def unit_weights(units: ColumnUnits, B: int, seed: int) -> "list[Floats] | object":
    """Bootstrap weights [c, n] of the units: of whole clusters where there are clusters, times sampling weights."""
    size = units.n_clusters or units.n
    for chunk in weight_chunks(size, B, seed):
        weights = chunk if units.clusters is None else chunk[:, units.clusters]
        yield weights if units.weights is None else weights * units.weights
