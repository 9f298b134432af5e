"""Estimates as points with their intervals: small bars for tables, forest plots, bars of cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from evalium.core import Estimate, estimate_text, is_share, value_text

from ._svg import SERIES, Scale, line, marker, spread, svg, tag, words, x_axis

WIDTH = 380.0
_ROW = 34.0


@dataclass(frozen=True, slots=True)
class Row:
    """One estimate of a chart.

    Attributes:
        name: What it is of, such as the model.
        estimate: The number; an undefined one is written, not drawn.
        series: Colour and marker.
    """

    name: str
    estimate: Estimate
    series: int


def common_scale(estimates: Sequence[Estimate], start: float, end: float, *, zero: bool = False) -> Scale:
    """One scale for estimates that are looked at together, within their possible range where that is known."""
    values = [x for e in estimates for x in (e.value, e.low, e.high)]
    share = all(is_share(e) for e in estimates if e.defined)
    positive = share or not any(x < 0 for x in values if not math.isnan(x))
    scale = spread(values, start, end, floor=0.0 if positive else None, roof=1.0 if share else None)
    return Scale(0.0, scale.high, start, end) if zero and positive else scale


def bar(estimate: Estimate, scale: Scale, series: int) -> Markup:
    """A point with its interval for a table cell; empty when undefined."""
    if not estimate.defined:
        return Markup("")
    parts = [tag("title", estimate_text(estimate)), line(scale.start, 8, scale.end, 8, "track")]
    return svg(scale.end + 8, 16, estimate_text(estimate), *parts, _point(estimate, scale, 8, series), kind="bar")


def forest(title: str, rows: Sequence[Row], *, zero: bool = False) -> Markup:
    """Intervals of several models under one another on one axis.

    Args:
        title: Name of the metric.
        rows: One a model.
        zero: Whether bars are drawn from 0, for amounts such as cost.
    """
    defined = [r.estimate for r in rows if r.estimate.defined]
    scale = common_scale(defined, 12, WIDTH - 16, zero=zero)
    bottom = _ROW * len(rows) + 6
    parts = []
    if defined:
        share = all(is_share(e) for e in defined)
        parts.append(x_axis(scale, bottom, defined[0].unit, share=share, top=4, about=4))
    for i, row in enumerate(rows):
        parts += _forest_row(row, scale, i * _ROW, zero)
    said = "; ".join(f"{r.name} {estimate_text(r.estimate)}" for r in rows)
    return svg(WIDTH, bottom + 26, f"{title}: {said}", *parts)


def _forest_row(row: Row, scale: Scale, top: float, zero: bool) -> list[Markup]:
    e = row.estimate
    parts = [words(12, top + 14, row.name, most=34), _value_at_the_end(e, top + 14)]
    if not e.defined:
        return parts
    if zero:
        kind = f"fill s{row.series % SERIES}"
        width = max(scale(e.value) - scale.start, 0.5)
        parts.append(tag("rect", x=scale.start, y=top + 20, width=width, height=9, class_=kind))
    return [*parts, tag("g", tag("title", f"{row.name}: {estimate_text(e)}"), _point(e, scale, top + 24.5, row.series))]


def _value_at_the_end(estimate: Estimate, y: float) -> Markup:
    return words(WIDTH - 16, y, value_text(estimate), kind="value", anchor="end")


def _point(estimate: Estimate, scale: Scale, y: float, series: int) -> Markup:
    """Marker and interval; an end that is unknown is left open."""
    parts = []
    low, high = estimate.low, estimate.high
    if not (math.isnan(low) and math.isnan(high)):
        left = scale(estimate.value if math.isnan(low) else low)
        right = scale(estimate.value if math.isnan(high) else high)
        parts.append(line(left, y, right, y, f"span s{series % SERIES}"))
        parts += [
            line(x, y - 3.5, x, y + 3.5, f"span s{series % SERIES}") for x, v in ((left, low), (right, high)) if v == v
        ]
    return Markup("").join([*parts, marker(scale(estimate.value), y, series)])


def slice_dots(title: str, rows: Sequence[tuple[str, Sequence[Row], bool]], overall: Sequence[Row]) -> Markup:
    """Each slice with the intervals of all models; dashed lines mark each model's value over all units.

    Args:
        title: Attribute and metric.
        rows: Name of the slice, its estimates, and whether it is large enough to read much into.
        overall: Each model's estimate over all units.
    """
    step = 15.0
    estimates = [r.estimate for _, found, _ in rows for r in found if r.estimate.defined]
    everything = [*estimates, *(r.estimate for r in overall if r.estimate.defined)]
    scale = common_scale(everything, 12, WIDTH - 16)
    height = sum(26 + step * len(found) for _, found, _ in rows) + 4
    parts = []
    if everything:
        parts.append(x_axis(scale, height, everything[0].unit, share=all(map(is_share, everything)), top=4))
    for row in overall:
        if row.estimate.defined:
            x = scale(row.estimate.value)
            parts.append(line(x, 4, x, height, f"mean s{row.series % SERIES}"))
    y = 0.0
    for name, found, enough in rows:
        n = max((r.estimate.n for r in found), default=0)
        drawn = [words(12, y + 16, f"{name}  (n {n:,})", most=48)]
        for i, row in enumerate(found):
            if row.estimate.defined:
                hint = tag("title", f"{name}, {row.name}: {estimate_text(row.estimate)}, n {row.estimate.n:,}")
                drawn.append(tag("g", hint, _point(row.estimate, scale, y + 28 + i * step, row.series)))
        parts.append(tag("g", *drawn, class_=None if enough else "faint"))
        y += 26 + step * len(found)
    said = "; ".join(
        f"{name}: " + ", ".join(f"{r.name} {estimate_text(r.estimate)}" for r in found) for name, found, _ in rows
    )
    return svg(WIDTH, height + 26, f"{title}. {said}", *parts)
