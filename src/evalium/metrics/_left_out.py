"""Intervals and contrasts by leaving units out, where a resample with repeated units would be another corpus."""

import math

import numpy as np

from evalium.stats import Interval, TestResult, stable_seed

from .base import Columns, WeightedMetric
from .column import Codes
from .resample import jackknife_interval, jackknife_t, left_out_values
from .units import ColumnUnits


def left_out_intervals(
    metric: WeightedMetric, columns: Columns, clusters: Codes | None, level: float
) -> list[Interval]:
    """One delete-a-group jackknife interval for each value; groups of whole clusters where there are some."""
    from .intervals import flagged

    units = _units(columns, clusters)
    values = np.atleast_1d(metric.value(units.columns, np.ones(units.n)))
    found = jackknife_interval(metric, units, values, level, stable_seed(metric.name))
    return [flagged(interval, units.n_clusters) for interval in found]


def left_out_contrast(metric: WeightedMetric, a: Columns, b: Columns, level: float) -> TestResult:
    """The difference of two runs, with the same groups left out of both."""
    from scipy.special import stdtr

    first, second = _units(a, None), _units(b, None)
    seed = stable_seed(metric.name)
    left_out = (left_out_values(metric, first, seed) - left_out_values(metric, second, seed))[:, 0]
    ones = np.ones(first.n)
    value = float(np.atleast_1d(metric.value(a, ones) - metric.value(b, ones))[0])
    interval = jackknife_t(left_out, value, level)
    known = left_out[~np.isnan(left_out)]
    g = len(known)
    se = (g - 1) / math.sqrt(g) * float(known.std(ddof=1)) if g > 1 else math.nan
    statistic = value / se if se > 0 else math.nan
    p = 2 * float(stdtr(g - 1, -abs(statistic))) if se > 0 else (1.0 if value == 0 else math.nan)
    return TestResult(p, statistic, interval.method, first.n, value, g - 1, interval)


def _units(columns: Columns, clusters: Codes | None) -> ColumnUnits:
    n = len(columns[0])
    return ColumnUnits(columns, np.ones(n, dtype=np.bool_), clusters, None)
