"""What a structured answer is when it has not the form that a scorer reads."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

from evalium.core import Record, Status, Verdict


class Unreadable(ValueError):
    """The data are not of the form asked for; the text names the part, what it is and what it should be."""


def unparsed_where_unreadable(score: Callable[[Record], Verdict]) -> Callable[[Record], Verdict]:
    """Turn `Unreadable` into a verdict of status `unparsed` that says why."""

    @functools.wraps(score)
    def guarded(record: Record) -> Verdict:
        try:
            return score(record)
        except Unreadable as error:
            return Verdict(status=Status.UNPARSED, explanation=str(error))

    return guarded


def identifier(value: Any, where: str) -> str:
    """An id as text: text, or a whole number.

    Example:
        >>> identifier(7, "item 1")
        '7'
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Unreadable(f"{where}: an id is text or a whole number, got {_shown(value)}")


def number(value: Any, where: str, *, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number within bounds; True and False are 1 and 0.

    Example:
        >>> number(3, "clicks", low=0)
        3.0
    """
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Unreadable(f"{where}: expected a finite number, got {_shown(value)}")
    if not low <= value <= high:
        within = f"at least {low:g}" if math.isinf(high) else f"in [{low:g}, {high:g}]"
        raise Unreadable(f"{where} must be {within}, got {_shown(value)}")
    return float(value)


def entries(value: Any, where: str) -> list[Any]:
    """A list."""
    if not isinstance(value, (list, tuple)):
        raise Unreadable(f"{where}: expected a list, got {_shown(value)}")
    return list(value)


def fields(value: Any, where: str) -> Mapping[str, Any]:
    """A mapping."""
    if not isinstance(value, Mapping):
        raise Unreadable(f"{where}: expected a mapping, got {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
