"""A confusion matrix as a heat map: rows are the true classes, darkness is the share of the row."""

from __future__ import annotations

import math

from markupsafe import Markup

from evalium.core import Estimate, estimate_text
from evalium.metrics import Confusion

from ._svg import svg, tag, words

MOST_CLASSES = 30
_LEFT, _TOP = 118.0, 92.0


def heat_map(model: str, confusion: Confusion) -> Markup:
    """Counts in cells, shares with intervals as tooltips; the 30 most frequent classes.

    Args:
        model: Whose answers they are.
        confusion: The matrix.
    """
    size = min(len(confusion.classes), MOST_CLASSES)
    kept = sorted(sorted(range(len(confusion.classes)), key=lambda i: -sum(confusion.counts[i]))[:size])
    columns = [*kept, *([len(confusion.classes)] if confusion.unparsed else [])]
    names = [*confusion.classes, "unparsed"]
    cell = min(56.0, max(22.0, 290.0 / max(len(columns), 1)))
    parts = [words(_LEFT, 12, "predicted →", kind="tick"), words(_LEFT - 8, _TOP - 8, "true ↓", kind="tick", anchor="end")]
    for j, column in enumerate(columns):
        x = _LEFT + (j + 0.5) * cell
        turned = words(0, 0, names[column], most=11)
        parts.append(tag("g", turned, transform=f"translate({x + 3:.1f} {_TOP - 7:.1f}) rotate(-52)"))
    for i, row in enumerate(kept):
        y = _TOP + i * cell
        parts.append(words(_LEFT - 8, y + cell / 2 + 4, names[row], anchor="end", most=16))
        for j, column in enumerate(columns):
            place = (_LEFT + j * cell, y, cell)
            parts.append(_cell(place, confusion, row, column, f"{names[row]} → {names[column]}"))
    height = _TOP + cell * len(kept) + 6
    width = max(_LEFT + cell * len(columns) + 34, 300)
    label = f"Confusion matrix of {model}, {len(confusion.classes)} classes; the table of classes says the same in numbers"
    return svg(width, height, label, *parts, kind="chart matrix")


def _cell(place: tuple[float, float, float], confusion: Confusion, row: int, column: int, name: str) -> Markup:
    x, y, size = place
    count, share = confusion.counts[row][column], confusion.shares[row][column]
    inner = size - 2
    parts = [
        tag("title", f"{name}: {count:,} of {share.n:,}, {estimate_text(share)}"),
        tag("rect", x=x + 1, y=y + 1, width=inner, height=inner, rx=3, class_="cell"),
    ]
    if count:
        kind = "hit" if row == column else "miss"
        depth = f"{_depth(share):.2f}"
        parts.append(tag("rect", x=x + 1, y=y + 1, width=inner, height=inner, rx=3, class_=kind, fill_opacity=depth))
        on = " on" if _depth(share) > 0.6 else ""
        small = " small" if len(f"{count}") > 3 or size < 30 else ""
        parts.append(words(x + size / 2, y + size / 2 + 4, f"{count}", kind=f"count{on}{small}", anchor="middle"))
    return tag("g", *parts)


def _depth(share: Estimate) -> float:
    """Faint but seen for a single unit, full for the whole row; the root keeps rare confusions apart."""
    return 0.1 + 0.9 * math.sqrt(share.value) if share.defined else 0.0
