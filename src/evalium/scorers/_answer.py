"""Where in an output the answer stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

Line = Literal["all", "first", "last"]
Take = Literal["first", "last"]

_PHRASE = re.compile(r"nswer(?:\s+(?:choice|option))?[\s*_\"'`)]*(?:is|IS|Is|:|=|：)[\s*_:\"'`]*", re.ASCII)
_PHRASE_CAPITALS = re.compile(r"NSWER(?:\s+(?:CHOICE|OPTION))?[\s*_\"'`)]*(?:IS|:|=)[\s*_:\"'`]*", re.ASCII)


def cutter(after: str | None, line: Line, strip: str) -> Callable[[str], str] | None:
    r"""Make the function that cuts the answer out of an output; None when there is nothing to cut.

    Args:
        after: Only what follows the last occurrence of this text; everything where it does not occur.
        line: Only the first or last line of that.
        strip: Characters to remove from both ends, besides whitespace.

    Example:
        >>> cut = cutter("answer is", "first", ".")
        >>> cut("5 > 4, so the answer is yes.\n\nQ: Is 3 > 4?"), cut("yes")
        ('yes', 'yes')
    """
    if after is None and line == "all" and not strip:
        return None

    def cut(text: str) -> str:
        if after is not None:
            text = text.rpartition(after)[2]
        text = text.strip()
        if line == "first":
            text = text.partition("\n")[0]
        elif line == "last":
            text = text.rpartition("\n")[2]
        return text.strip().strip(strip).strip() if strip else text.strip()

    return cut


def after_phrases(text: str, take: Take) -> Iterator[int]:
    """Positions right behind "answer is", "Answer:" and their like.

    Args:
        text: Where to look.
        take: From the `first` on, or from the `last` one back.

    Example:
        >>> text = "My answer: 3. No, the answer is **4**."
        >>> [text[i:] for i in after_phrases(text, "last")]
        ['4**.', '3. No, the answer is **4**.']
    """
    for stem, phrase in (("nswer", _PHRASE), ("NSWER", _PHRASE_CAPITALS)):
        found = text.find(stem) if take == "first" else text.rfind(stem)
        while found >= 0:
            match = phrase.match(text, found)
            if match:
                yield match.end()
            found = text.find(stem, found + 1) if take == "first" else text.rfind(stem, 0, found)
