"""All metrics on one frame: overall, by slice, and as tables."""

from collections.abc import Sequence

import numpy as np

from evalium.core import Estimate

from ._estimate import Prepared, Units, prepare, prepared_with
from .base import FrameMetric, How, Metric, SumMetric, WeightedMetric
from .column import Index
from .frame import Frame, Slice
from .make_tables import make_tables
from .results import Results, WorstSlice
from .units import ColumnUnits

MOST_SLICES = 200
ENOUGH = 30


def evaluate(
    metrics: Sequence[Metric],
    frame: Frame,
    *,
    level: float = 0.95,
    bootstrap: int = 2000,
    slices: Sequence[str] | None = None,
    seed: Sequence[str] = ("run",),
    tables: bool = True,
) -> Results:
    """Estimate all metrics on all units and on each slice.

    Args:
        metrics: What to measure, from `create` or `defaults`.
        frame: The units.
        level: Confidence level in (0, 1).
        bootstrap: Resamples where the interval is a bootstrap.
        slices: Attributes to slice by; None takes all. At most the 200 most frequent values of each.
        seed: Names that the seed is a stable hash of; the metric's and the slice's are added, so that the order of
            metrics does not matter.
        tables: Whether to make confusion matrices, curves and histograms too.

    Raises:
        ConfigError: The frame has no such attribute, or a metric's option does not fit the data.

    Example:
        >>> from evalium.metrics import ScorerInfo, create_all
        >>> frame = Frame.from_columns({"exact.value": [1, 0, 1, 1], "attributes.lang": ["en", "de", "en", "de"]})
        >>> results = evaluate(create_all(["exact"], [ScorerInfo("exact")]), frame)
        >>> results.overall["exact"].value, results.slices["lang"]["de"]["exact"].value
        (0.75, 0.5)
    """
    how = How(level=level, bootstrap=bootstrap, seed=tuple(seed))
    results = Results(overall={}, n=frame.n)
    cuts: list[tuple[str, Slice]] = []
    for attribute in frame.attributes if slices is None else slices:
        found = list(frame.slices(attribute))
        cuts += [(attribute, cut) for cut in found[:MOST_SLICES]]
        results.slices[attribute] = {cut.value: {} for cut in found[:MOST_SLICES]}
        if len(found) > MOST_SLICES:
            results.omitted_slices[attribute] = len(found) - MOST_SLICES
    for family in _families(metrics):
        _measure(family, frame, how, cuts, results)
    _in_order(results, metrics)
    results.worst = worst_slices(results.slices)
    if tables:
        heard = {key.partition("[")[0] for key in results.overall}
        results.tables = make_tables([m for m in metrics if m.key in heard], frame, how)
    return results


def _families(metrics: Sequence[Metric]) -> list[list[Metric]]:
    """Metrics that share rows, columns and draws; one family at a time is held in memory."""
    families: dict[tuple[str, type], list[Metric]] = {}
    for metric in metrics:
        form = next((form for form in (SumMetric, WeightedMetric) if isinstance(metric, form)), FrameMetric)
        families.setdefault((metric.source(), form), []).append(metric)
    return list(families.values())


def _measure(
    family: Sequence[Metric], frame: Frame, how: How, cuts: Sequence[tuple[str, Slice]], results: Results
) -> None:
    units, place = _arranged(family[0], prepare(family[0], frame).units)
    measured: list[Prepared] = []
    for metric in family:
        prepared = prepared_with(metric, frame, units)
        estimates = prepared.estimate(how)
        # A usual number of calls that no unit has was not asked for; one of answers was, even if none came.
        if not metric.usual or metric.options.get("scorer") or any(estimate.n for estimate in estimates.values()):
            results.overall |= estimates
            measured.append(prepared)
    for attribute, cut in cuts if measured else ():
        taken = units.take(cut.index if place is None else _in_place(place, cut.index))
        for prepared in measured:
            found = prepared.estimate(how, f"{attribute}={cut.value}", taken)
            results.slices[attribute][cut.value] |= found


def _arranged(metric: Metric, units: Units) -> tuple[Units, Index | None]:
    """Units in the order that the metric's formula likes, sorted once for all slices, and where each has gone to."""
    order = None
    if isinstance(units, ColumnUnits) and isinstance(metric, WeightedMetric):
        order = metric.order(units.columns_of_all)
    if order is None:
        return units, None
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return units.take(order), place


def _in_place(place: Index, index: Index) -> Index:
    """The places of some units, in ascending order."""
    there = np.zeros(len(place), dtype=bool)
    there[place[index]] = True
    return np.flatnonzero(there)


def _in_order(results: Results, metrics: Sequence[Metric]) -> None:
    """Put estimates in the order of the metrics."""
    place = {metric.key: i for i, metric in enumerate(metrics)}

    def ordered(estimates: dict[str, Estimate]) -> dict[str, Estimate]:
        return dict(sorted(estimates.items(), key=lambda item: _place(item[0], place)))

    results.overall = ordered(results.overall)
    for values in results.slices.values():
        for value, estimates in values.items():
            values[value] = ordered(estimates)


def _place(key: str, place: dict[str, int]) -> int:
    return place[key] if key in place else place[key.partition("[")[0]]


def worst_slices(slices: dict[str, dict[str, dict[str, Estimate]]], enough: int = ENOUGH) -> dict[str, WorstSlice]:
    """By key the slice with the worst value among those with at least `enough` units.

    Args:
        slices: Estimates by attribute, value and key.
        enough: Least number of units; below it a slice is bad or good by chance.
    """
    candidates: dict[str, list[tuple[str, str, Estimate]]] = {}
    for attribute, values in slices.items():
        for value, estimates in values.items():
            for key, estimate in estimates.items():
                if estimate.defined and estimate.n >= enough and estimate.higher_is_better is not None:
                    candidates.setdefault(key, []).append((attribute, value, estimate))
    worst = {}
    for key, found in candidates.items():
        pick = min if found[0][2].higher_is_better else max
        attribute, value, estimate = pick(found, key=lambda one: one[2].value)
        worst[key] = WorstSlice(attribute=attribute, value=value, estimate=estimate, n_slices=len(found))
    return worst
