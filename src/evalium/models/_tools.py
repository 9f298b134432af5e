"""Arguments of tool calls, for protocols that carry them as an object rather than as text."""

from __future__ import annotations

from typing import Any

import msgspec


def arguments_of(text: str) -> dict[str, Any]:
    """Read a tool call's arguments; those that are no JSON object are handed on under `unparsed`.

    Example:
        >>> arguments_of('{"a": 1}'), arguments_of("oops")
        ({'a': 1}, {'unparsed': 'oops'})
    """
    try:
        found = msgspec.json.decode(text or "{}")
    except msgspec.DecodeError:
        return {"unparsed": text}
    return found if isinstance(found, dict) else {"unparsed": text}
