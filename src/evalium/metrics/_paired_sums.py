"""Paired differences of sum metrics: exact tests for means, one bootstrap of both sides for everything else."""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from evalium.stats import Interval, mcnemar, newcombe_paired, paired_cluster, paired_t, percentile

from .base import How, SumMetric
from .column import Floats
from .intervals import flagged
from .resample import as_columns
from .rows import Coded, DrawChunk, Rows
from .units import SumUnits


@dataclass(frozen=True, slots=True)
class Contrast:
    """The statistics of one difference.

    Attributes:
        interval: Interval of a - b.
        p: Two-sided p-value.
        test: Name of the test.
        se: Standard error of the difference; nan when unknown.
        extra: Further counts.
    """

    interval: Interval
    p: float
    test: str
    se: float
    extra: dict[str, float] = field(default_factory=dict)


def sum_contrasts(metric: SumMetric, a: SumUnits, b: SumUnits, how: How, seed: int) -> list[Contrast]:
    """One contrast for each output; `a` and `b` hold the same units, none missing.

    Where both are resampled together, each keeps its half of the draws for its own interval.
    """
    if metric.interval == "none" or a.n < 2 or (a.n_clusters or a.n) < 2:
        blank = Interval(math.nan, math.nan, how.level, "none", ("single",) if a.n == 1 else ())
        return [Contrast(blank, math.nan, "none", math.nan)] * len(np.atleast_1d(metric.value(a.total)))
    if metric.interval in {"mean", "total"}:
        return [_mean_contrast(metric, a, b, how.level)]
    return _bootstrap_contrasts(metric, a, b, how, seed)


def _mean_contrast(metric: SumMetric, a: SumUnits, b: SumUnits, level: float) -> Contrast:
    first, second = a.kept.dense().table[:, 0], b.kept.dense().table[:, 0]
    if a.binary and b.binary and a.clusters is None and a.weights is None:
        contrast = _binary_contrast(first, second, level)
    else:
        contrast = _graded_contrast(a, first - second, level)
    scale = float(metric.finish(np.array(1.0)))
    if metric.interval == "total":
        scale *= float(a.total[1])
    interval = replace(contrast.interval, low=contrast.interval.low * scale, high=contrast.interval.high * scale)
    return replace(contrast, interval=interval, se=contrast.se * scale)


def _binary_contrast(first: Floats, second: Floats, level: float) -> Contrast:
    n = len(first)
    only_a, only_b = float(np.sum(first > second)), float(np.sum(second > first))
    both = float(np.sum((first == 1) & (second == 1)))
    interval = newcombe_paired(both, only_a, only_b, n - both - only_a - only_b, level)
    test = mcnemar(int(only_a), int(only_b))
    spread = (only_a + only_b) / n - ((only_a - only_b) / n) ** 2
    extra = {"only_a": only_a, "only_b": only_b}
    return Contrast(replace(interval, flags=test.flags), test.p, test.method, math.sqrt(spread / n), extra)


def _graded_contrast(units: SumUnits, differences: Floats, level: float) -> Contrast:
    if units.clusters is None and units.weights is None:
        test = paired_t(differences, level)
    else:
        weights = np.ones(units.n) if units.weights is None else units.weights
        groups = np.arange(units.n) if units.clusters is None else units.clusters
        test = paired_cluster(
            np.bincount(groups, weights=weights * differences), np.bincount(groups, weights=weights), level
        )
    interval = test.interval or Interval(math.nan, math.nan, level, test.method)
    se = abs(test.value / test.statistic) if test.statistic else math.nan
    if math.isnan(se) and not math.isnan(interval.low):
        se = interval.width / 4
    return Contrast(interval, test.p, test.method, se)


def _bootstrap_contrasts(metric: SumMetric, a: SumUnits, b: SumUnits, how: How, seed: int) -> list[Contrast]:
    width = a.total.shape[-1]
    rows: Rows = a.kept.beside(b.kept)
    both = SumUnits(rows, np.ones(a.n, dtype=bool), a.clusters, a.weights, binary=False)
    same = _same_columns(a.kept, b.kept)
    parts, method = [], "bootstrap"
    for chunk in both.draws(how.bootstrap, seed):
        first, second = chunk.sums[:, :width], chunk.sums[:, width:]
        second[:, same] = first[:, same]
        a.keep_draws(how.bootstrap, seed, DrawChunk(first, chunk.method))
        b.keep_draws(how.bootstrap, seed, DrawChunk(second, chunk.method))
        parts.append(as_columns(metric.value(first)) - as_columns(metric.value(second)))
        method = chunk.method
    drawn = np.concatenate(parts)
    return [draw_contrast(draws, how.level, method, a.n_clusters) for draws in drawn.T]


def _same_columns(a: Rows, b: Rows) -> list[int]:
    """Columns with the same numbers on both sides, whose sums a product of matrices may round differently."""
    if isinstance(a, Coded) or isinstance(b, Coded):
        return []
    pairs = zip(a.table.T, b.table.T, strict=True)
    return [i for i, (first, second) in enumerate(pairs) if np.array_equal(first, second)]


def draw_contrast(draws: Floats, level: float, method: str, n_clusters: int | None) -> Contrast:
    """Interval and two-sided p-value from draws of a difference."""
    interval = flagged(percentile(draws, level, method), n_clusters)
    known = draws[~np.isnan(draws)]
    se = float(known.std(ddof=1)) if len(known) > 1 else math.nan
    return Contrast(interval, bootstrap_p(known), interval.method, se)


def bootstrap_p(draws: Floats) -> float:
    """Two-sided p-value of no difference: twice the smaller share of draws on one side of 0, ties on both.

    Never 0: with B draws at least 2 / (B + 1).

    Example:
        >>> bootstrap_p(np.zeros(99)), round(bootstrap_p(np.arange(1.0, 100.0)), 2)
        (1.0, 0.02)
    """
    if not len(draws):
        return math.nan
    smaller = min(int(np.count_nonzero(draws <= 0)), int(np.count_nonzero(draws >= 0)))
    return min(1.0, 2.0 * (smaller + 1) / (len(draws) + 1))
