"""Pieces of GitHub Markdown in which no stored text can become active."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from evalium.core import Estimate, estimate_text

from ._visible import Text, one_line, visible

_MARKUP = re.compile(r"[\\`*{}|~]|(?<![^\W_])_|_(?![^\W_])")
_BRACKET = re.compile(r"\](?=[(\[:])|\[(?=\^)|^\[")
_ACTIVE = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}
_LINK = re.compile(r":(?=//)|\.(?<=\bwww\.)", re.IGNORECASE)
_START = re.compile(r"^(?:[-+=#]|\d+(?=[.)]))")
_TICKS = re.compile(r"`+")


def plain(text: str, most: int = 300) -> str:
    r"""Text on one line that shows as it is: no markup, no HTML, no link, no mention, no end of a table cell.

    Args:
        text: Any text.
        most: Characters to keep.

    Example:
        >>> plain("a|b `c` <i> *d* http://x.y")
        'a\\|b \\`c\\` &lt;i&gt; \\*d\\* http&#58;//x.y'
    """
    line = one_line(visible(text), most)
    line = _MARKUP.sub(lambda found: "\\" + found[0], "".join(_ACTIVE.get(c, c) for c in line))
    line = _BRACKET.sub(lambda found: "\\" + found[0], line)
    line = _LINK.sub(lambda found: f"&#{ord(found[0])};", line)
    return _START.sub(
        lambda found: f"\\{found[0]}" if found[0] in "-+=#" else f"&#{ord(found[0][0])};{found[0][1:]}", line
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> list[str]:
    """A table; cells are Markdown already.

    Args:
        head: Headings.
        rows: Cells.
        right: Columns that hold numbers.
    """
    numbers = set(right)
    rule = ["---:" if i in numbers else "---" for i in range(len(head))]
    lines = [_row(head), _row(rule), *(_row(row) for row in rows), ""]
    return lines if len(lines) > 3 else []


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def number(estimate: Estimate | None) -> str:
    """An estimate for a cell, with what is missing."""
    if estimate is None:
        return "not measured"
    if not estimate.defined:
        return plain(estimate_text(estimate))
    missing = f" ({estimate.n_missing:,} missing)" if estimate.n_missing else ""
    return estimate_text(estimate) + missing


def block(text: Text) -> list[str]:
    r"""A text as a fenced block that nothing inside it can close.

    Example:
        >>> block(Text("a\n```\nb", "", 7))[0]
        '````text'
    """
    shown = visible(text.head)
    if text.omitted:
        shown += f"\n… {text.omitted:,} of {text.length:,} characters are left out here …\n{visible(text.tail)}"
    longest = max((len(run) for run in _TICKS.findall(shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", shown, fence, ""]


def code(text: str) -> str:
    r"""Text as inline code, whatever backticks it holds.

    Example:
        >>> code("a`b"), code("x|y")
        ('`` a`b ``', '`x\\|y`')
    """
    line = visible(" ".join(text.split())).replace("|", "\\|")
    longest = max((len(run) for run in _TICKS.findall(line)), default=0)
    ticks = "`" * (longest + 1)
    return f"{ticks} {line} {ticks}" if longest else f"`{line}`"
