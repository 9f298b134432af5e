"""Arguments of tool calls, for protocols that carry them as an object rather than as text."""

from __future__ import annotations

from typing import Any

import msgspec

EMPTY_OBJECT = msgspec.Raw(b"{}")


def raw_arguments(raw: msgspec.Raw) -> str:
    """Return arguments that came as an object as the JSON text that was sent; null counts as an empty object."""
    text = bytes(raw).decode()
    return "{}" if text == "null" else text


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
