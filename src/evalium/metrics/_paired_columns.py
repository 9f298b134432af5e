"""Paired differences of weighted metrics: the same resampling weights on both sides."""

import math

import numpy as np

from evalium.stats import Interval

from ._paired_sums import Contrast, draw_contrast
from .base import How, WeightedMetric
from .column import Floats
from .intervals import flagged
from .resample import as_columns, jackknife_t, left_out_values, unit_weights, wants_jackknife
from .units import ColumnUnits


def column_contrasts(metric: WeightedMetric, a: ColumnUnits, b: ColumnUnits, how: How, seed: int) -> list[Contrast]:
    """One contrast for each output; `a` and `b` hold the same units, none missing."""
    if a.n < 2 or (a.n_clusters or a.n) < 2:
        blank = Interval(math.nan, math.nan, how.level, "none", ("single",))
        return [Contrast(blank, math.nan, "none", math.nan)]
    if a.weights is None and a.clusters is None:
        own = metric.own_contrast(a.columns, b.columns, how.level)
        if own is not None and own.interval is not None:
            se = abs(own.value / own.statistic) if own.statistic else math.nan
            return [Contrast(own.interval, own.p, own.method, se)]
    if wants_jackknife(a, how.bootstrap):
        left_out = left_out_values(metric, a, seed) - left_out_values(metric, b, seed)
        values = _values(metric, a) - _values(metric, b)
        return [_jackknife(column, float(v), how.level, a) for column, v in zip(left_out.T, values, strict=True)]
    parts = []
    for weights in unit_weights(a, how.bootstrap, seed):
        first, second = metric.value(a.columns, weights), metric.value(b.columns, weights)
        parts.append(as_columns(first) - as_columns(second))
    return [draw_contrast(draws, how.level, "bootstrap", a.n_clusters) for draws in np.concatenate(parts).T]


def _values(metric: WeightedMetric, units: ColumnUnits) -> Floats:
    weights = np.ones(units.n) if units.weights is None else units.weights
    return np.atleast_1d(metric.value(units.columns, weights))


def _jackknife(left_out: Floats, value: float, level: float, units: ColumnUnits) -> Contrast:
    from scipy.special import stdtr

    interval = flagged(jackknife_t(left_out, value, level), units.n_clusters)
    known = left_out[~np.isnan(left_out)]
    g = len(known)
    se = (g - 1) / math.sqrt(g) * float(known.std(ddof=1)) if g > 1 else math.nan
    p = 2 * float(stdtr(g - 1, -abs(value) / se)) if se > 0 else (1.0 if value == 0 else math.nan)
    return Contrast(interval, p, interval.method, se)
