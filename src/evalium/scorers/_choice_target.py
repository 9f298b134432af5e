"""Which choice a target means."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from evalium.core import ScoreError

from ._letter import LETTERS, same_text

TargetIs = Literal["auto", "text", "letter", "index"]


def target_index(target: Any, choices: tuple[str, ...], target_is: TargetIs) -> int | None:
    """Index of the choice that a target means; None without a target.

    Args:
        target: Text, letter or index from 0.
        choices: The choices; empty where the record has none, then any letter will do.
        target_is: What the target is; `auto` takes the reading that is possible.

    Raises:
        ScoreError: No reading is possible, or several are and they differ.

    Example:
        >>> target_index("blue", ("red", "blue"), "auto"), target_index("(B)", ("red", "blue"), "auto")
        (1, 1)
        >>> target_index("B", ("B", "A"), "letter"), target_index("B", ("B", "A"), "text")
        (1, 0)
    """
    if isinstance(target, (list, tuple)) and len(target) == 1:
        target = target[0]
    if target is None:
        return None
    if isinstance(target, bool) or not isinstance(target, (str, int)):
        raise ScoreError(f"the target {target!r} is no text, letter or index of a choice")
    return _index(str(target), choices, target_is)


@lru_cache(1024)
def _index(target: str, choices: tuple[str, ...], target_is: TargetIs) -> int:
    readings = {"text": _text(target, choices), "letter": _letter(target, choices), "index": _number(target, choices)}
    possible = {way: i for way, i in readings.items() if i is not None and target_is in ("auto", way)}
    if not possible:
        ways = "text, letter or index (from 0)" if target_is == "auto" else target_is
        raise ScoreError(f"the target {target!r} is not the {ways} of one of {len(choices)} choices")
    if len(set(possible.values())) > 1:
        raise ScoreError(
            f"the target {target!r} is the {' of one choice and the '.join(possible)} of another: "
            "say which with the option target_is"
        )
    return next(iter(possible.values()))


def _text(target: str, choices: tuple[str, ...]) -> int | None:
    if target in choices:
        return choices.index(target)
    normal = [same_text(choice) for choice in choices]
    folded = same_text(target)
    return normal.index(folded) if folded and normal.count(folded) == 1 else None


def _letter(target: str, choices: tuple[str, ...]) -> int | None:
    bare = target.strip().strip("().").upper()
    return LETTERS.index(bare) if len(bare) == 1 and bare in LETTERS[: len(choices) or 26] else None


def _number(target: str, choices: tuple[str, ...]) -> int | None:
    bare = target.strip()
    return int(bare) if bare.isascii() and bare.isdecimal() and int(bare) < len(choices) else None
