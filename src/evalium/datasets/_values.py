"""From the value of a field to the type that a sample wants."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evalium.core import DataError, Media, MediaPart, Message, Part, Scalar, TextPart, ToolCall, canonical_json

from ._field import MISSING


def as_text(value: Any) -> str:
    """Write a value as text: text as it is, anything else as JSON.

    Example:
        >>> [as_text(v) for v in ("a", 5, True, [1])]
        ['a', '5', 'true', '[1]']
    """
    if isinstance(value, str):
        return value
    try:
        return canonical_json(value).decode()
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{type(value).__name__} has no text form") from error


def as_scalar(value: Any) -> Scalar:
    """Keep texts, numbers, booleans and None; write anything else as JSON."""
    return value if value is None or isinstance(value, (str, int, float, bool)) else as_text(value)


def as_input(value: Any) -> str | tuple[Message, ...] | dict[str, Any] | list[Any]:
    """Read an input: text, a conversation, or features.

    A list of mappings with a `role` is a conversation; other lists and mappings are kept; numbers become text.

    Raises:
        DataError: It is null, or a turn of the conversation is malformed.
    """
    if isinstance(value, str):
        return value
    if value is None or value is MISSING:
        raise DataError("is null; every row needs an input")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(turn, Message) for turn in value):
            return tuple(value)
        if value and all(isinstance(turn, Mapping) and "role" in turn for turn in value):
            return tuple(_message(turn) for turn in value)
        return list(value)
    return as_text(value)


def as_texts(value: Any, what: str, *, parse: bool = False) -> tuple[str, ...]:
    """Read a list of texts.

    Args:
        value: A list; None and an absent field are an empty one.
        what: Name of the option in messages.
        parse: Whether a text has to be a JSON list, rather than being the only entry.

    Raises:
        DataError: It is no list.
    """
    if value is None or value is MISSING or value == "":
        return ()
    if isinstance(value, str):
        if not parse:
            return (value,)
        value = _json_list(value, what)
    if isinstance(value, Mapping) or not isinstance(value, (list, tuple)):
        raise DataError(f"{what}: {type(value).__name__} is no list; name a part of it or split it with Jinja")
    return tuple(as_text(item) for item in value)


def _json_list(text: str, what: str) -> list[Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, list):
        return value
    raise DataError(f"{what}: the field holds text, not a list; split it, such as \"{{{{ field.split(';') }}}}\"")


def _message(turn: Mapping[str, Any]) -> Message:
    role, content = turn["role"], turn.get("content")
    if role not in ("system", "user", "assistant", "tool"):
        raise DataError(f"a turn has the role {role!r}; use system, user, assistant or tool")
    calls = tuple(_tool_call(call) for call in turn.get("tool_calls") or ())
    parts = "" if content is None else content
    if not isinstance(parts, str):
        parts = tuple(_part(part) for part in parts)
    return Message(role, parts, calls, turn.get("tool_call_id"), turn.get("name"))


def _tool_call(call: Any) -> ToolCall:
    try:
        function = call["function"]
        return ToolCall(id=call["id"], name=function["name"], arguments=function["arguments"])
    except (KeyError, TypeError) as error:
        raise DataError("a tool call needs id and function with name and arguments") from error


def _part(part: Any) -> Part:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind == "text" and isinstance(part.get("text"), str):
        return TextPart(part["text"])
    if kind == "image_url":
        target = part.get("image_url")
        url = target.get("url") if isinstance(target, Mapping) else target
        if isinstance(url, str) and url.startswith(("http://", "https://")):
            return MediaPart(Media(kind="image", mime="image/*", url=url))
        head, comma, data = str(url).partition(";base64,")
        if comma and head.startswith("data:image/"):
            return MediaPart(Media(kind="image", mime=head[5:], data=data))
    raise DataError("a part of a turn is neither text nor an image by URL; use data.image for other media")
