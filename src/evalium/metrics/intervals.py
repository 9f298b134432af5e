"""The statistical contract: which interval belongs to which kind of number."""

import math
from dataclasses import replace

import numpy as np

from evalium.stats import (
    Interval,
    bca,
    cluster_ratio,
    delta_ratio,
    percentile,
    t_mean,
    wilson,
    wilson_bounds,
)

from .base import How, SumMetric, WeightedMetric
from .column import Floats
from .resample import as_columns, column_draws, jackknife_interval, sum_draws, wants_jackknife
from .units import ColumnUnits, SumUnits

NO_INTERVAL = Interval(math.nan, math.nan, math.nan, "none", ())
_BCA_UNITS = 20_000
_FEW_CLUSTERS = 10


def sum_intervals(metric: SumMetric, units: SumUnits, values: Floats, how: How, seed: int) -> list[Interval]:
    """One interval for each value of a sum metric."""
    blank = _blank(units, how)
    if blank is not None or metric.interval == "none":
        return [blank or NO_INTERVAL] * len(values)
    if metric.interval in {"share", "bootstrap"}:
        shares = share_intervals(metric, units, how.level) if metric.interval == "share" else None
        return shares or _bootstrap_intervals(metric, units, values, how, seed)
    interval = _ratio_interval(metric, units, how.level)
    if metric.interval == "total":
        size = float(units.total[1])
        interval = replace(interval, low=interval.low * size, high=interval.high * size, method=f"n*{interval.method}")
    return [_finished(metric, interval)]


def column_intervals(metric: WeightedMetric, units: ColumnUnits, values: Floats, how: How, seed: int) -> list[Interval]:
    """One interval for each value of a weighted metric."""
    blank = _blank(units, how)
    if blank is not None:
        return [blank] * len(values)
    if units.weights is None:
        own = metric.own_intervals(units.columns, units.clusters, how.level)
        if own is not None:
            return own
    if wants_jackknife(units, how.bootstrap):
        return [flagged(i, units.n_clusters) for i in jackknife_interval(metric, units, values, how.level, seed)]
    drawn = column_draws(metric, units, how.bootstrap, seed).values
    if not metric.centred:
        return [flagged(percentile(draws, how.level), units.n_clusters) for draws in drawn.T]
    return [
        flagged(_centred(draws, float(v), how.level), units.n_clusters)
        for draws, v in zip(drawn.T, values, strict=True)
    ]


def _blank(units: SumUnits | ColumnUnits, how: How) -> Interval | None:
    """The interval of data that cannot have one, or of which none is wanted."""
    level = how.level
    if units.n == 0 or not how.interval:
        return NO_INTERVAL
    if units.n == 1:
        return Interval(math.nan, math.nan, level, "none", ("single",))
    if units.n_clusters is not None and units.n_clusters < 2:
        return Interval(math.nan, math.nan, level, "none", ("one_cluster",))
    return None


def _ratio_interval(metric: SumMetric, units: SumUnits, level: float) -> Interval:
    """Interval of s0 / s1: Wilson, t, delta or CR1, by what the units are."""
    table = units.independent.dense().table
    top, bottom = table[:, 0], table[:, 1]
    # counts that happen to be 0 and 1, such as short answers' tokens, are no shares
    binary = units.binary and metric.unit == "1"
    if metric.interval != "ratio" and binary and top.sum() in (0.0, bottom.sum()):
        return _unanimous(bool(top.sum()), len(top), units, level)
    if units.clusters is not None:
        return cluster_ratio(top, bottom, level)
    if metric.interval == "ratio" or units.weights is not None:
        return delta_ratio(top, bottom, level)
    if binary:
        return wilson(float(top.sum()), len(top), level)
    return t_mean(top, level)


def share_intervals(metric: SumMetric, units: SumUnits, level: float) -> list[Interval] | None:
    """Intervals of shares that have denominators of their own, such as the units of each class; None without shares.

    Independent units: Wilson on each denominator. Clustered: the linearised CR1 ratio over the clusters that have
    units in it. Sampled with unequal probability: the same over units.
    """
    whole = metric.unit_share(units.total)
    if whole is None:
        return None
    if units.clusters is None and units.weights is None:
        bounds = wilson_bounds(*whole, level)
        found = [
            Interval(low, high, level, "wilson") if trials else _empty(level)
            for low, high, trials in zip(
                *(np.atleast_1d(a).tolist() for a in (bounds.low, bounds.high, whole[1])), strict=True
            )
        ]
    else:
        found = _dependent_shares(metric, units, level)
    return [_finished(metric, interval) for interval in found]


def _dependent_shares(metric: SumMetric, units: SumUnits, level: float) -> list[Interval]:
    table, counts = units.independent.distinct()
    parts = metric.unit_share(table)
    assert parts is not None
    found = []
    for hits, trials in zip(*(as_columns(part).T for part in parts), strict=True):
        within = trials > 0
        top, bottom = (np.repeat(part[within], counts[within]) for part in (hits, trials))
        found.append(_dependent_share(top, bottom, units, level))
    return found


def _dependent_share(top: Floats, bottom: Floats, units: SumUnits, level: float) -> Interval:
    if not len(top):
        return _empty(level)
    if units.clusters is not None and len(top) < 2:
        return Interval(math.nan, math.nan, level, "none", ("one_cluster",))
    if np.array_equal(top, bottom) or not top.any():
        return _unanimous(bool(top.any()), len(top), units, level)
    return delta_ratio(top, bottom, level) if units.clusters is None else cluster_ratio(top, bottom, level)


def _unanimous(right: bool, n: int, units: SumUnits, level: float) -> Interval:
    """Where nothing varies, which is no certainty: each of n independent units (clusters) counts as one trial."""
    interval = wilson(n if right else 0, n, level)
    if units.clusters is None:
        return interval
    return replace(flagged(interval, n), method="wilson:clusters")


def _empty(level: float) -> Interval:
    return Interval(math.nan, math.nan, level, "none", ("undefined",))


def _finished(metric: SumMetric, interval: Interval) -> Interval:
    ends = metric.finish(np.array([interval.low, interval.high]))
    return replace(interval, low=float(ends[0]), high=float(ends[1]))


def _bootstrap_intervals(metric: SumMetric, units: SumUnits, values: Floats, how: How, seed: int) -> list[Interval]:
    drawn = sum_draws(metric, units, how.bootstrap, seed)
    left_out = None
    if len(units.independent.valid) <= _BCA_UNITS:
        sums, counts = units.independent.leave_one_out()
        left_out = np.repeat(as_columns(metric.value(sums)), counts, axis=0)
    intervals = []
    for i, value in enumerate(values):
        interval = percentile(drawn.values[:, i], how.level, drawn.method)
        if left_out is not None and not math.isnan(value):
            corrected = bca(drawn.values[:, i], float(value), left_out[:, i], how.level, drawn.method)
            interval = interval if "undefined" in corrected.flags else corrected
        intervals.append(flagged(interval, units.n_clusters))
    if not any("degenerate" in interval.flags for interval in intervals):
        return intervals
    shares = share_intervals(metric, units, how.level) or intervals
    return [s if "degenerate" in i.flags else i for i, s in zip(intervals, shares, strict=True)]


def _centred(draws: Floats, value: float, level: float) -> Interval:
    known = draws[~np.isnan(draws)]
    moved = draws + (value - float(np.median(known))) if len(known) else draws
    return percentile(moved, level, "bootstrap:centred")


def flagged(interval: Interval, n_clusters: int | None) -> Interval:
    """Say in method and flags that clusters, and how few, were resampled."""
    if n_clusters is None:
        return interval
    flags = interval.flags
    if n_clusters < _FEW_CLUSTERS and "few_clusters" not in flags:
        flags = ("few_clusters", *flags)
    method = interval.method if "cluster" in interval.method else f"cluster:{interval.method}"
    return replace(interval, flags=flags, method=method)
