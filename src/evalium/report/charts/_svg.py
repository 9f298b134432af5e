"""SVG as escaped text: elements, scales, axes and the markers that tell models apart without colour."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup, escape

from evalium.report._visible import one_line

SERIES = 8
"""Colours that the style sheet has; further models begin anew with other markers."""


def tag(name: str, *children: Markup | str, **attributes: float | str | None) -> Markup:
    """One element; text and attributes are escaped, `class_` and `text_anchor` become `class` and `text-anchor`.

    Example:
        >>> tag("text", "<b>", x=1.0, class_="t")
        Markup('<text x="1" class="t">&lt;b&gt;</text>')
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = Markup("").join(c if isinstance(c, Markup) else escape(c) for c in children)
    return Markup(f"<{name}{written}>{inside}</{name}>") if inside else Markup(f"<{name}{written}/>")


def _value(value: float | str) -> Markup:
    if isinstance(value, str):
        return escape(value)
    return Markup(f"{value:.1f}".removesuffix(".0"))


def svg(width: float, height: float, label: str, *children: Markup, kind: str = "chart") -> Markup:
    """A drawing that scales with its place; `label` is what a screen reader says, nothing for an ornament."""
    box = f"0 0 {width:g} {height:g}"
    if not label:
        return tag("svg", *children, class_=kind, viewBox=box, width=width, height=height, aria_hidden="true")
    return tag("svg", *children, class_=kind, viewBox=box, width=width, height=height, role="img", aria_label=label)


def words(x: float, y: float, text: str, *, kind: str = "label", anchor: str = "start", most: int = 0) -> Markup:
    """Text at a point, cut to `most` characters with the whole of it as tooltip."""
    shown = one_line(text, most) if most else text
    hint = tag("title", text) if shown != text else Markup("")
    return tag("text", hint, shown, x=x, y=y, class_=kind, text_anchor=None if anchor == "start" else anchor)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def path(points: list[tuple[float, float]], kind: str, *, closed: bool = False) -> Markup:
    """A line through points, or the area inside them."""
    d = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if closed else "")
    return tag("path", d=d, class_=kind)


def marker(x: float, y: float, series: int, size: float = 4.5) -> Markup:
    """Circle, square, diamond or triangle, so that models differ by more than colour."""
    kind = f"mark s{series % SERIES}"
    r = size
    corners = {
        1: [
            (x - r * 0.9, y - r * 0.9),
            (x + r * 0.9, y - r * 0.9),
            (x + r * 0.9, y + r * 0.9),
            (x - r * 0.9, y + r * 0.9),
        ],
        2: [(x, y - r * 1.25), (x + r * 1.25, y), (x, y + r * 1.25), (x - r * 1.25, y)],
        3: [(x, y - r * 1.15), (x + r * 1.15, y + r * 0.9), (x - r * 1.15, y + r * 0.9)],
    }.get((series + series // SERIES) % 4)
    return path(corners, kind, closed=True) if corners else tag("circle", cx=x, cy=y, r=r, class_=kind)


@dataclass(frozen=True, slots=True)
class Scale:
    """Values to places along an axis.

    Attributes:
        low: Value at `start`.
        high: Value at `end`.
        start: Place of `low`.
        end: Place of `high`.
        log: Whether equal ratios have equal lengths.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value, kept inside the axis.

        Example:
            >>> Scale(0.0, 10.0, 100.0, 200.0)(5.0)
            150.0
        """
        low, high, v = self.low, self.high, min(max(value, self.low), self.high)
        if self.log:
            low, high, v = math.log(low), math.log(high), math.log(v)
        share = (v - low) / (high - low) if high > low else 0.5
        return self.start + share * (self.end - self.start)

    def ticks(self, about: int = 5) -> list[float]:
        """Round values along the axis.

        Example:
            >>> Scale(0.0, 1.0, 0.0, 100.0).ticks(5)
            [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
            >>> Scale(0.02, 3.0, 0.0, 100.0, log=True).ticks()
            [0.1, 1.0]
        """
        return self._log_ticks(about) if self.log else self._even_ticks(about)

    def _even_ticks(self, about: int) -> list[float]:
        step = nice_step((self.high - self.low) / max(about, 1))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(i * step, 12) for i in range(first, last + 1)]

    def _log_ticks(self, about: int) -> list[float]:
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for steps in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0)):
            found = [s * 10.0**d for d in decades for s in steps if self.low <= s * 10.0**d <= self.high]
            if len(found) >= min(about, 3) - 1:
                break
        if not found:
            return self._even_ticks(about)
        every = -(-len(found) // (about + 1))
        return found[::every]


def nice_step(rough: float) -> float:
    """The round number (1, 2, 2.5, 5 times a power of ten) next above a rough step.

    Example:
        >>> nice_step(0.13), nice_step(37.0)
        (0.2, 50.0)
    """
    if rough <= 0 or not math.isfinite(rough):
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return float(next(n for n in (1.0, 2.0, 2.5, 5.0, 10.0) if n * power >= rough * (1 - 1e-9)) * power)


def spread(
    values: list[float], start: float, end: float, *, floor: float | None = None, roof: float | None = None
) -> Scale:
    """A scale that holds all values with a margin, inside the possible range; nan and infinities are ignored."""
    known = [v for v in values if math.isfinite(v)] or [0.0, 1.0]
    low, high = min(known), max(known)
    # Values that differ only by rounding are the same value.
    alike = high - low <= 1e-9 * abs(high)
    margin = (0.05 * abs(high) or 0.5) if alike else 0.08 * (high - low)
    low, high = low - margin, high + margin
    if floor is not None and low < floor:
        low = floor
    if roof is not None and high > roof:
        high = roof
    return Scale(low, high, start, end)


def tick_text(value: float, unit: str, *, share: bool = False) -> str:
    """A tick's value in human units.

    Example:
        >>> tick_text(0.002, "s"), tick_text(30.0, "s"), tick_text(0.4, "1", share=True), tick_text(0.01, "USD")
        ('2 ms', '30 s', '40 %', '$0.01')
    """
    if unit == "s" and value:
        factor, name = next(
            (f, n) for f, n in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")) if abs(value) * f >= 1 or f == 1e6
        )
        return f"{value * factor:.6g} {name}"
    if unit == "1":
        return f"{value * 100:.6g} %" if share else f"{value:.6g}"
    if unit == "USD":
        return f"${value:,.6g}"
    return f"{value:,.6g}" if unit in ("", "s") else f"{value:,.6g} {unit}"


def x_axis(
    scale: Scale, y: float, unit: str, *, share: bool = False, top: float | None = None, about: int = 4
) -> Markup:
    """Ticks with their values below a line, and with `top` grid lines up to there."""
    parts = [line(scale.start, y, scale.end, y, "axis")]
    for value in scale.ticks(about):
        x = scale(value)
        if top is not None:
            parts.append(line(x, top, x, y, "grid"))
        parts.append(words(x, y + 16, tick_text(value, unit, share=share), kind="tick", anchor="middle"))
    return Markup("").join(parts)


def y_axis(
    scale: Scale, x: float, unit: str, *, share: bool = False, right: float | None = None, about: int = 4
) -> Markup:
    """Ticks with their values left of a line, and with `right` grid lines to there."""
    parts = []
    for value in scale.ticks(about):
        y = scale(value)
        if right is not None:
            parts.append(line(x, y, right, y, "grid"))
        parts.append(words(x - 6, y + 4, tick_text(value, unit, share=share), kind="tick", anchor="end"))
    return Markup("").join(parts)
