"""Ranking and calibration: ROC and precision-recall curves with bands, reliability diagrams."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from evalium.core import estimate_text
from evalium.metrics import Curve, CurvePoint, Reliability, ReliabilityBin

from ._svg import SERIES, Scale, line, marker, path, svg, tag, words, x_axis, y_axis

WIDTH, HEIGHT = 380.0, 340.0
_X = Scale(0.0, 1.0, 52, WIDTH - 14)
_Y = Scale(0.0, 1.0, HEIGHT - 48, 14)
_NAMES = {"roc": ("false positive rate", "true positive rate"), "pr": ("recall", "precision")}
MOST_POINTS = 80


def curve_chart(curves: Sequence[tuple[str, Curve, int]]) -> Markup:
    """Curves of one kind and one positive class over each other, each with its pointwise band.

    Args:
        curves: Model, curve and series.
    """
    first = curves[0][1]
    across, up = _NAMES[first.kind]
    parts = [_frame(across, up)]
    if first.kind == "roc":
        parts.append(line(_X(0), _Y(0), _X(1), _Y(1), "guide"))
    else:
        base = first.positives / max(first.positives + first.negatives, 1)
        parts.append(tag("g", tag("title", "what guessing reaches"), line(_X(0), _Y(base), _X(1), _Y(base), "guide")))
    parts += [_band(curve, series) for _, curve, series in curves]
    parts += [_line(name, curve, series) for name, curve, series in curves]
    kind = "ROC" if first.kind == "roc" else "Precision-recall"
    label = f"{kind} curves of {', '.join(name for name, _, _ in curves)} for the class {first.positive}"
    return svg(WIDTH, HEIGHT, label, *parts)


def reliability_chart(name: str, reliability: Reliability, series: int) -> Markup:
    """Accuracy by confidence with intervals; the height of the grey bars is the number of units.

    Args:
        name: The model.
        reliability: Its bins.
        series: Colour and marker.
    """
    most = max((b.count for b in reliability.bins), default=1)
    parts = [_frame("confidence", "accuracy"), line(_X(0), _Y(0), _X(1), _Y(1), "guide")]
    parts += [_bin_count(b, most) for b in reliability.bins]
    points = [(_X(b.confidence.value), _Y(b.accuracy.value)) for b in reliability.bins]
    if len(points) > 1:
        parts.append(path(points, f"curve s{series % SERIES}"))
    parts += [_bin(b, series) for b in reliability.bins]
    said = "; ".join(
        f"confidence {b.confidence.value:.2f}: accuracy {estimate_text(b.accuracy)}, n {b.count}"
        for b in reliability.bins
    )
    return svg(WIDTH, HEIGHT, f"Reliability diagram of {name}. {said}", *parts)


def _frame(across: str, up: str) -> Markup:
    return Markup("").join(
        [
            x_axis(_X, HEIGHT - 48, "1", top=14, about=5),
            y_axis(_Y, 52, "1", right=WIDTH - 14, about=5),
            words((_X(0) + _X(1)) / 2, HEIGHT - 10, across, kind="tick", anchor="middle"),
            tag(
                "g",
                words(0, 0, up, kind="tick", anchor="middle"),
                transform=f"translate(14 {(_Y(0) + _Y(1)) / 2:g}) rotate(-90)",
            ),
        ]
    )


def _thin(curve: Curve) -> list[CurvePoint]:
    """Points that can be told apart at this size: those that move by a pixel or so, ends included."""
    points = [p for p in curve.points if p.x.defined and p.y.defined]
    if len(points) <= MOST_POINTS:
        return points
    every = (len(points) - 1) / (MOST_POINTS - 1)
    return [points[round(i * every)] for i in range(MOST_POINTS)]


def _line(name: str, curve: Curve, series: int) -> Markup:
    points = [(_X(p.x.value), _Y(p.y.value)) for p in _thin(curve)]
    if curve.kind == "roc":
        points = [(_X(0), _Y(0)), *points]
    drawn = path(points, f"curve s{series % SERIES}")
    seen = points[:: max(1, len(points) // 6)][1:]
    hint = f"{name}: {curve.positives:,} of class {curve.positive}, {curve.negatives:,} others"
    return tag("g", tag("title", hint), drawn, *(marker(x, y, series, 3) for x, y in seen))


def _band(curve: Curve, series: int) -> Markup:
    points = [p for p in _thin(curve) if not (math.isnan(p.y.low) or math.isnan(p.y.high))]
    if len(points) < 2:
        return Markup("")
    upper = [(_X(p.x.value), _Y(p.y.high)) for p in points]
    lower = [(_X(p.x.value), _Y(p.y.low)) for p in reversed(points)]
    return path(upper + lower, f"band s{series % SERIES}", closed=True)


def _bin_count(b: ReliabilityBin, most: int) -> Markup:
    height = 60 * b.count / most
    left, right = _X(b.low), _X(b.high)
    hint = tag("title", f"{b.count:,} units with confidence {b.low:.2f} to {b.high:.2f}")
    box = tag("rect", x=left + 1, y=_Y(0) - height, width=right - left - 2, height=height, class_="counted")
    return tag("g", hint, box)


def _bin(b: ReliabilityBin, series: int) -> Markup:
    x = _X(b.confidence.value)
    parts = [tag("title", f"confidence {b.confidence.value:.3f}: accuracy {estimate_text(b.accuracy)}, n {b.count:,}")]
    if not math.isnan(b.accuracy.low):
        parts.append(line(x, _Y(b.accuracy.low), x, _Y(b.accuracy.high), f"span s{series % SERIES}"))
    return tag("g", *parts, marker(x, _Y(b.accuracy.value), series))
