"""A confusion matrix as a heat map: rows are the true classes, darkness is the share of the row."""

from __future__ import annotations

import math

from markupsafe import Markup

from evalium.core import Estimate, estimate_text
from evalium.metrics import Confusion

from ._svg import svg, tag, words

MOST_CLASSES = 30
_WIDTH = 396.0


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
    longest = max((len(names[c]) for c in columns), default=1)
    left, top = 44 + 6.6 * min(longest, 13), 34 + 5.6 * min(longest, 11)
    cell = min(56.0, max(20.0, (_WIDTH - left - 14) / max(len(columns), 1)))
    parts = [words(left, 12, "predicted →", kind="tick"), words(left - 8, top - 8, "true ↓", kind="tick", anchor="end")]
    for j, column in enumerate(columns):
        turned = words(0, 0, names[column], most=11)
        place = f"translate({left + (j + 0.5) * cell + 3:.1f} {top - 7:.1f}) rotate(-52)"
        parts.append(tag("g", turned, transform=place))
    for i, row in enumerate(kept):
        y = top + i * cell
        parts.append(words(left - 8, y + cell / 2 + 4, names[row], anchor="end", most=13))
        for j, column in enumerate(columns):
            place_of = (left + j * cell, y, cell)
            parts.append(_cell(place_of, confusion, row, column, f"{names[row]} → {names[column]}"))
    width = max(left + cell * len(columns) + 14, 240)
    label = (
        f"Confusion matrix of {model}, {len(confusion.classes)} classes; the table of classes says the same in numbers"
    )
    return svg(
        width,
        top + cell * len(kept) + 6,
        label,
        *parts,
        kind="chart matrix wide" if width > _WIDTH + 1 else "chart matrix",
    )


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
