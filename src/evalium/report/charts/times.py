"""How a time is distributed: histogram, cumulative share and quantiles with their intervals."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

from markupsafe import Markup

from evalium.core import Estimate, estimate_text, quantity
from evalium.metrics import Histogram

from ._svg import SERIES, Scale, line, path, svg, tag, words, x_axis, y_axis

WIDTH, HEIGHT = 380.0, 240.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, WIDTH - 14, 34.0, HEIGHT - 32


def time_chart(name: str, times: Histogram, quantiles: Mapping[str, Estimate], series: int) -> Markup:
    """Bars count units, the line is the share of units up to a time, dashed lines are quantiles.

    Args:
        name: Model and what was timed.
        times: Counts by bin; drawn on a logarithmic axis where the bins are geometric.
        quantiles: Estimates by short name, such as `p95`.
        series: Colour.
    """
    if not times.counts:
        return Markup("")
    x = Scale(times.edges[0], times.edges[-1], _LEFT, _RIGHT, log=times.log)
    y = Scale(0.0, 1.0, _BOTTOM, _TOP)
    most, total = max(times.counts), sum(times.counts)
    parts = [y_axis(y, _LEFT, "1", share=True, right=_RIGHT, about=2), x_axis(x, _BOTTOM, times.unit, about=4)]
    for (low, high), count in zip(itertools.pairwise(times.edges), times.counts, strict=True):
        if count:
            hint = f"{quantity(low, times.unit)} to {quantity(high, times.unit)}: {count:,} of {total:,}"
            parts.append(_bar(x(low), x(high), _BOTTOM - (_BOTTOM - _TOP) * count / most, hint, series))
    reached = itertools.accumulate(times.counts, initial=0)
    parts.append(path([(x(edge), y(n / total)) for edge, n in zip(times.edges, reached, strict=True)], "ecdf"))
    parts += _marks(x, quantiles)
    said = ", ".join(f"{key} {estimate_text(e)}" for key, e in quantiles.items())
    return svg(WIDTH, HEIGHT, f"Distribution of {name}: {said}", *parts)


def _bar(left: float, right: float, top: float, hint: str, series: int) -> Markup:
    width = max(right - left - 1, 0.8)
    box = tag("rect", x=left + 0.5, y=top, width=width, height=_BOTTOM - top, class_=f"fill s{series % SERIES}")
    return tag("g", tag("title", hint), box)


def _marks(x: Scale, quantiles: Mapping[str, Estimate]) -> list[Markup]:
    """Labels stand on alternating lines, so that near quantiles do not cover each other."""
    parts = []
    for i, (key, e) in enumerate((k, e) for k, e in quantiles.items() if e.defined):
        at = x(e.value)
        drawn = [tag("title", f"{key}: {estimate_text(e)}"), line(at, _TOP - 4, at, _BOTTOM, "quantile")]
        if not (math.isnan(e.low) or math.isnan(e.high)):
            drawn.append(
                tag(
                    "rect", x=x(e.low), y=_TOP, width=max(x(e.high) - x(e.low), 1), height=_BOTTOM - _TOP, class_="haze"
                )
            )
        drawn.append(words(at, 12 if i % 2 == 0 else 26, key, kind="tick", anchor="middle"))
        parts.append(tag("g", *drawn))
    return parts
