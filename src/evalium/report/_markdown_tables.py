"""Confusions, curves and times of a Markdown report: in tables what HTML draws."""

from __future__ import annotations

import itertools

from evalium.core import quantity
from evalium.metrics import ClassReport, Confusion, Curve, Histogram, Reliability, confused_pairs

from ._data import Group, ModelPart
from ._figures import one_value
from ._md import number, plain, table

MOST_CLASSES = 20
MOST_POINTS = 10
_SHARES = (0.5, 0.75, 0.9, 0.95, 0.99, 1.0)


def classes(group: Group) -> list[str]:
    """Confusion matrices, classes and the most frequent confusions of each model."""
    lines = []
    for model in group.models:
        for found in model.results.tables.values():
            if isinstance(found, Confusion):
                lines += [f"### Confusion of {plain(model.name)}", "", *_matrix(found), *_pairs(found)]
            if isinstance(found, ClassReport):
                lines += _class_report(found)
    return ["## Classes", "", *lines] if lines else []


def _matrix(confusion: Confusion) -> list[str]:
    if len(confusion.classes) > MOST_CLASSES:
        return [f"{len(confusion.classes)} classes: the most frequent confusions are listed instead.", ""]
    columns = [*confusion.classes, *(["unparsed"] if confusion.unparsed else [])]
    rows = [
        [plain(name), *(f"{n:,}" for n in row)] for name, row in zip(confusion.classes, confusion.counts, strict=True)
    ]
    return table(["true, predicted →", *(plain(c) for c in columns)], rows, range(1, len(columns) + 1))


def _pairs(confusion: Confusion) -> list[str]:
    found = [
        f"- {plain(p.true)} taken for {plain(p.predicted)}: {p.count:,} ×, {number(p.share)} of the class"
        + (" (systematic)" if p.systematic else "")
        for p in confused_pairs(confusion)
    ]
    return [*found, ""] if found else ["No class was taken for another.", ""]


def _class_report(report: ClassReport) -> list[str]:
    rows = [
        [plain(r.name), f"{r.support:,}", f"{r.predicted:,}", number(r.precision), number(r.recall), number(r.f1)]
        for r in report.rows
    ]
    return table(["class", "units", "predicted", "precision", "recall", "F1"], rows, range(1, 6))


def curves(group: Group) -> list[str]:
    """Points of ROC and precision-recall curves, and calibration by bin."""
    lines = []
    for model in group.models:
        for found in model.results.tables.values():
            if isinstance(found, Curve):
                lines += _curve(model, found)
            if isinstance(found, Reliability):
                rows = [
                    [f"{b.low:.2f} to {b.high:.2f}", f"{b.count:,}", f"{b.confidence.value:.3f}", number(b.accuracy)]
                    for b in found.bins
                ]
                head = ["confidence", "units", "mean confidence", "accuracy"]
                lines += [f"### Calibration of {plain(model.name)}", "", *table(head, rows, range(1, 4))]
    return ["## Curves and calibration", "", *lines] if lines else []


def _curve(model: ModelPart, curve: Curve) -> list[str]:
    name = "ROC" if curve.kind == "roc" else "Precision and recall"
    head = ["threshold", *(("false positives", "true positives") if curve.kind == "roc" else ("recall", "precision"))]
    points = [p for p in curve.points if p.x.defined and p.y.defined]
    every = max(1, -(-len(points) // MOST_POINTS))
    rows = [[f"{p.threshold:.4g}", number(p.x), number(p.y)] for p in points[::every]]
    return [f"### {name} of {plain(model.name)}, class {plain(curve.positive)}", "", *table(head, rows, range(3))]


def times(group: Group) -> list[str]:
    """How long the fastest half, 90 %, ... of the calls took at most, to the bins of the histogram."""
    rows = []
    for model in group.models:
        for found in model.results.tables.values():
            if isinstance(found, Histogram) and found.counts:
                rows.append([plain(model.name), plain(found.key), *_within(found)])
    head = ["model", "time", *(f"{share:.0%} within" for share in _SHARES)]
    lines = table(head, rows, range(2, len(head)))
    return ["## Times", "", "Rounded up to the bins of a histogram.", "", *lines] if lines else []


def _within(times: Histogram) -> list[str]:
    if one_value(times):
        return [quantity(times.edges[0], times.unit)] * len(_SHARES)
    total = sum(times.counts)
    reached = list(itertools.accumulate(times.counts))
    edges = times.edges[1:]
    ends = (
        next(e for e, n in zip(edges, reached, strict=True) if n >= share * total * (1 - 1e-12)) for share in _SHARES
    )
    return [quantity(end, times.unit) for end in ends]
