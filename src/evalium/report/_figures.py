"""The charts of a group of runs, each with its heading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup

from evalium.core import Estimate, quantity
from evalium.metrics import Confusion, Curve, Histogram, Reliability

from ._data import Group, ModelPart
from ._kinds import by_kind
from .charts import Row, curve_chart, forest, heat_map, learning_curve, reliability_chart, slice_dots, time_chart

MOST_SLICES = 40
"""Values of an attribute that a report shows."""
ENOUGH = 30
"""Units below which a slice is shown faintly: it is good or bad by chance."""
_TIMES = {
    "latency": "Latency",
    "ttft": "Time to first token",
    "itl": "Time between tokens",
    "queue_time": "Time in queue",
}


class Figure(NamedTuple):
    """A chart.

    Attributes:
        title: Its heading.
        drawing: SVG.
        note: How to read it.
    """

    title: str
    drawing: Markup
    note: str = ""


def forests(group: Group, kind: str) -> list[Figure]:
    """One chart a metric of a kind; amounts are drawn from 0."""
    zero = kind == "Cost and tokens"
    figures = []
    for key in by_kind(m.results.overall for m in group.models).get(kind, []):
        rows = rows_of(group, {m.name: e for m in group.models if (e := m.results.overall.get(key)) is not None})
        direction = next((r.estimate.higher_is_better for r in rows), None)
        note = {True: "higher is better", False: "lower is better", None: ""}[direction]
        if any(r.estimate.defined for r in rows):
            figures.append(Figure(key, forest(key, rows, zero=zero), note))
    return figures


def rows_of(group: Group, estimates: Mapping[str, Estimate]) -> list[Row]:
    """Estimates by model as rows of a chart, in the group's order."""
    return [Row(m.name, estimates[m.name], m.series) for m in group.models if m.name in estimates]


def slice_values(group: Group, attribute: str) -> list[str]:
    """Values of an attribute over all runs, most frequent first, at most 40."""
    every = dict.fromkeys(value for m in group.models for value in m.results.slices.get(attribute, {}))
    return list(every)[:MOST_SLICES]


def slices_figure(group: Group, attribute: str) -> Figure:
    """How the primary metric differs between the values of an attribute."""
    key = group.primary
    rows = []
    for value in slice_values(group, attribute):
        cells = {m.name: m.results.slices.get(attribute, {}).get(value, {}).get(key) for m in group.models}
        found = rows_of(group, {name: e for name, e in cells.items() if e is not None})
        rows.append((value, found, max((r.estimate.n for r in found), default=0) >= ENOUGH))
    overall = rows_of(group, {m.name: m.results.overall[key] for m in group.models if key in m.results.overall})
    title = f"{key} by {attribute}"
    return Figure(title, slice_dots(title, rows, overall), "dashed: the value over all units")


def matrices(model: ModelPart) -> list[tuple[Confusion, Figure]]:
    """Confusion matrices of a run."""
    tables = [t for t in model.results.tables.values() if isinstance(t, Confusion)]
    return [(t, Figure(f"Confusion ({t.key})", heat_map(model.name, t), "colour: share of the row")) for t in tables]


def curves(group: Group) -> list[Figure]:
    """ROC and precision-recall curves, models over each other; reliability diagrams, one a model."""
    found: dict[tuple[str, str, str], list[tuple[str, Curve, int]]] = {}
    figures = []
    for model in group.models:
        for table in model.results.tables.values():
            if isinstance(table, Curve):
                found.setdefault((table.key, table.kind, table.positive), []).append((model.name, table, model.series))
    for (scorer, kind, positive), same in found.items():
        name = "ROC" if kind == "roc" else "Precision and recall"
        figures.append(Figure(f"{name}, class {positive}", curve_chart(same), f"{scorer}; bands are pointwise"))
    for model in group.models:
        for table in model.results.tables.values():
            if isinstance(table, Reliability) and table.bins:
                drawing = reliability_chart(model.name, table, model.series)
                figures.append(Figure(f"Calibration of {model.name}", drawing, "on the diagonal it means what it says"))
    return figures


def times(group: Group) -> list[Figure]:
    """Distributions of latency and of the times within it, one a model."""
    figures = []
    for model in group.models:
        for table in model.results.tables.values():
            if isinstance(table, Histogram) and table.counts:
                figures.append(_time(model, table))
    return figures


def _time(model: ModelPart, table: Histogram) -> Figure:
    name = _TIMES.get(table.key, table.key)
    lacking = f"; {table.n_missing:,} units without it" if table.n_missing else ""
    if one_value(table):
        return Figure(
            f"{name}, {model.name}", Markup(""), f"{quantity(table.edges[0], table.unit)} for every unit{lacking}"
        )
    drawing = time_chart(f"{name} of {model.name}", table, _quantiles(model, table.key), model.series)
    return Figure(f"{name}, {model.name}", drawing, f"line: share of calls up to a time{lacking}")


def one_value(table: Histogram) -> bool:
    """Whether all units have the same value: otherwise the first and the last bin hold one each."""
    return sum(1 for count in table.counts if count) == 1


def _quantiles(model: ModelPart, time: str) -> dict[str, Estimate]:
    """Estimates such as `latency_p95` by their short name."""
    prefix = f"{time}_p"
    return {key[len(prefix) - 1 :]: e for key, e in model.results.overall.items() if key.startswith(prefix)}


def learning(model: ModelPart) -> Figure | None:
    """The learning curve, where the run was a cross-validation with one."""
    points = model.findings.get("learning_curve") or []
    measure = str(model.findings.get("measure", "score"))
    drawing = learning_curve(model.name, measure, points)
    return (
        Figure(f"Learning curve of {model.name}", drawing, "band: one standard deviation over folds")
        if drawing
        else None
    )
