"""The same metric on two runs of the same units."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from msgspec import structs

from evalium.core import DataError, Estimate
from evalium.stats import Interval, mde_paired, stable_seed

from ._estimate import Prepared, prepare
from ._paired_columns import column_contrasts
from ._paired_sums import Contrast, sum_contrasts
from ._unpaired import batch_contrast
from .base import How, Metric, SumMetric, WeightedMetric
from .difference import Difference
from .frame import Frame
from .same_classes import same_classes
from .units import ColumnUnits, SumUnits


def paired(
    metric: Metric,
    a: Frame,
    b: Frame,
    *,
    level: float = 0.95,
    bootstrap: int = 2000,
    seed: Sequence[str] = ("run",),
) -> dict[str, Difference]:
    """Compare one metric on two runs whose rows belong to the same units; see `align`.

    All three numbers rest on the pairs of which both sides have the number. Right or wrong: McNemar's mid-p with
    Newcombe's paired interval. Graded: paired t. Clustered or sampled with unequal probability: CR1. Any other formula:
    one bootstrap whose weights both sides share. ROC-AUC: DeLong's paired test. Throughput, which has no pairs: two
    samples of batches.

    Args:
        metric: What to compare.
        a: The first run, such as the candidate.
        b: The second, such as the baseline; the same units in the same order.
        level: Confidence level in (0, 1).
        bootstrap: Resamples.
        seed: Names that the seed is a stable hash of.

    Returns:
        Differences a - b by key; the classes are those of both runs.

    Raises:
        DataError: The frames differ in length.

    Example:
        >>> from evalium.metrics import ScorerInfo, create
        >>> a = Frame.from_columns({"exact.value": [1, 1, 1, 1, 1, 1, 0, 1]})
        >>> b = Frame.from_columns({"exact.value": [0, 0, 0, 0, 0, 1, 0, 1]})
        >>> d = paired(create("exact", [ScorerInfo("exact")])[0], a, b)["exact"]
        >>> d.difference.value, d.p, d.test
        (0.625, 0.03125, 'mcnemar:mid-p')
    """
    if a.n != b.n:
        raise DataError(f"paired runs need the same units row by row, got {a.n} and {b.n}: call align() first")
    how = How(level=level, bootstrap=bootstrap, seed=tuple(seed))
    clusters = a.clusters if a.clusters is not None else b.clusters
    a, b = same_classes(replace(a, clusters=clusters), replace(b, clusters=clusters, weights=a.weights))
    first, second = prepare(metric, a), prepare(metric, b)
    both = _known(first, a.n) & _known(second, a.n)
    first, second = _only(first, both), _only(second, both)
    contrasts = _contrasts(first, second, how)
    left, right = first.estimate(how), second.estimate(how)
    contrasts = contrasts or [batch_contrast(left[key], right[key]) for key in left]
    lacking = a.n - int(both.sum())
    return {
        key: _difference(key, left[key], right[key], contrast, lacking)
        for key, contrast in zip(left, contrasts, strict=True)
    }


def _known(prepared: Prepared, n: int) -> npt.NDArray[np.bool_]:
    units = prepared.units
    return np.ones(n, dtype=bool) if isinstance(units, Frame) else units.valid


def _only(prepared: Prepared, kept: npt.NDArray[np.bool_]) -> Prepared:
    return replace(prepared, units=prepared.units.take(kept))


def _contrasts(first: Prepared, second: Prepared, how: How) -> list[Contrast]:
    """One contrast for each output; none for a number of the run as a whole, which has no pairs."""
    metric, a, b = first.metric, first.units, second.units
    if isinstance(a, Frame) or isinstance(b, Frame):
        return []
    if a.n == 0:
        blank = Interval(math.nan, math.nan, how.level, "undefined", ("undefined",))
        return [Contrast(blank, math.nan, "undefined", math.nan)] * max(1, len(first.names))
    seed = stable_seed(*how.seed, metric.source(), "")
    if isinstance(a, SumUnits) and isinstance(b, SumUnits) and isinstance(metric, SumMetric):
        return sum_contrasts(metric, a, b, how, seed)
    assert isinstance(a, ColumnUnits) and isinstance(b, ColumnUnits) and isinstance(metric, WeightedMetric)
    return column_contrasts(metric, a, b, how, seed)


def _difference(key: str, a: Estimate, b: Estimate, contrast: Contrast, lacking: int) -> Difference:
    n, value = a.n, a.value - b.value
    undefined = math.isnan(value)
    flags = [*contrast.interval.flags, *(["different_signatures"] if a.signature != b.signature else [])]
    difference = structs.replace(
        a,
        value=value,
        low=math.nan if undefined else contrast.interval.low,
        high=math.nan if undefined else contrast.interval.high,
        n_missing=lacking,
        method="undefined" if undefined else contrast.interval.method,
        reason=(a.reason or b.reason) if undefined else None,
        flags=tuple(dict.fromkeys(flags)),
        signature=f"difference|{a.signature}",
    )
    size = a.n_clusters or n
    seen = mde_paired(size, contrast.se * math.sqrt(size)) if contrast.se > 0 else math.nan
    p = math.nan if undefined else contrast.p
    test = "undefined" if undefined else contrast.test
    return Difference(key=key, a=a, b=b, difference=difference, p=p, test=test, n=n, mde=seen, extra=contrast.extra)
