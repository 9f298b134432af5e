"""The tables of a group of runs, before they are written as HTML or Markdown."""

from __future__ import annotations

from dataclasses import dataclass

from evalium.core import Estimate

from ._data import Group, ModelPart, Standing
from ._figures import ENOUGH, slice_values
from ._kinds import by_kind


@dataclass(frozen=True, slots=True)
class Cell:
    """One model's number in a row.

    Attributes:
        model: The model.
        estimate: The number, None when the run has no such metric.
        mark: `best` where the data separate it from all others, `level` where they do not separate it from the best.
    """

    model: ModelPart
    estimate: Estimate | None
    mark: str


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric over all models.

    Attributes:
        key: Its key.
        arrow: Which direction is better, empty when neither is.
        cells: One a model.
        standing: Who leads.
    """

    key: str
    arrow: str
    cells: list[Cell]
    standing: Standing


@dataclass(frozen=True, slots=True)
class SliceRow:
    """One value of an attribute.

    Attributes:
        value: The value.
        n: Units of the largest run.
        enough: Whether it is large enough to read much into.
        cells: One a model; the mark `worst` is on a model's worst slice.
    """

    value: str
    n: int
    enough: bool
    cells: list[Cell]


def summary(group: Group) -> dict[str, list[MetricRow]]:
    """Metrics by kind."""
    kinds = by_kind(m.results.overall for m in group.models)
    return {kind: [_metric_row(group, key) for key in keys] for kind, keys in kinds.items()}


def _metric_row(group: Group, key: str) -> MetricRow:
    standing = group.standings.get(key, Standing())
    found = [m.results.overall.get(key) for m in group.models]
    direction = next((e.higher_is_better for e in found if e is not None), None)
    cells = [Cell(m, e, _mark(m.name, standing, len(group.models))) for m, e in zip(group.models, found, strict=True)]
    return MetricRow(key, {True: "↑", False: "↓", None: ""}[direction], cells, standing)


def _mark(name: str, standing: Standing, models: int) -> str:
    if models < 2 or standing.best is None:
        return ""
    if standing.alone:
        return "best" if name == standing.best else ""
    # When nothing separates anything, marking everybody says nothing.
    if len(standing.level_with) == len(standing.reasons):
        return ""
    return "level" if name == standing.best or name in standing.level_with else ""


def slice_rows(group: Group, attribute: str) -> list[SliceRow]:
    """Values of an attribute with the primary metric of each model."""
    rows = []
    for value in slice_values(group, attribute):
        cells = []
        for model in group.models:
            estimate = model.results.slices.get(attribute, {}).get(value, {}).get(group.primary)
            worst = model.results.worst.get(group.primary)
            is_worst = worst is not None and (worst.attribute, worst.value) == (attribute, value) and worst.n_slices > 1
            cells.append(Cell(model, estimate, "worst" if is_worst else ""))
        n = max((c.estimate.n + c.estimate.n_missing for c in cells if c.estimate is not None), default=0)
        known = max((c.estimate.n for c in cells if c.estimate is not None), default=0)
        rows.append(SliceRow(value, n, known >= ENOUGH, cells))
    return rows


def omitted_slices(group: Group, attribute: str) -> int:
    """How many values of an attribute are not shown."""
    most = max((len(m.results.slices.get(attribute, {})) for m in group.models), default=0)
    beyond = max((m.results.omitted_slices.get(attribute, 0) for m in group.models), default=0)
    return max(0, most - len(slice_values(group, attribute))) + beyond


def attributes(group: Group) -> list[str]:
    """Attributes that the runs are sliced by, those with a metric to show."""
    every = dict.fromkeys(name for m in group.models for name in m.results.slices)
    return [name for name in every if group.primary and slice_values(group, name)]


def flags_of(group: Group) -> dict[str, list[str]]:
    """Metrics by the flags that their numbers carry."""
    found: dict[str, list[str]] = {}
    for model in group.models:
        for key, estimate in model.results.overall.items():
            for flag in estimate.flags:
                where = found.setdefault(flag, [])
                if key not in where:
                    where.append(key)
    return found
