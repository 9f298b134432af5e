"""What a request asks for, read from the path and body of any of the protocols."""

from __future__ import annotations

from typing import Any

import msgspec

from .answers import Asked


class Call(msgspec.Struct, frozen=True):
    """A request to a model, with what decides the shape of its answer.

    Attributes:
        asked: What the answer function sees.
        stream: Whether the answer is streamed.
        limit: Most tokens to answer, None for no limit.
        texts: Prompts of a text completion, or the texts to embed.
    """

    asked: Asked
    stream: bool = False
    limit: int | None = None
    texts: tuple[str, ...] = ()


_OPERATIONS = {
    "/chat/completions": ("openai", "chat"),
    "/completions": ("openai", "completions"),
    "/embeddings": ("openai", "embeddings"),
    "/messages": ("anthropic", "chat"),
    ":generateContent": ("gemini", "chat"),
    ":streamGenerateContent": ("gemini", "chat"),
    ":embedContent": ("gemini", "embeddings"),
}


def operation_of(path: str) -> tuple[str, str] | None:
    """Return protocol and operation of a path, whatever stands before it; None when it is no model's."""
    return next((found for ending, found in _OPERATIONS.items() if path.endswith(ending)), None)


def read_call(path: str, body: dict[str, Any], attempt: int) -> Call:
    """Read a request whose path `operation_of` knows."""
    found = operation_of(path)
    assert found is not None
    protocol, operation = found
    if protocol == "gemini":
        return _gemini(path, operation, body, attempt)
    turns = [(turn.get("role", "user"), _text(turn.get("content"))) for turn in body.get("messages") or ()]
    texts: tuple[str, ...] = ()
    if operation != "chat":
        given = body.get("prompt" if operation == "completions" else "input", "")
        texts = tuple(given) if isinstance(given, list) else (given,)
        turns = [("user", texts[-1] if texts else "")]
    system = _text(body.get("system")) or "\n".join(text for role, text in turns if role == "system")
    asked = Asked(
        protocol=protocol,
        operation=operation,
        model=str(body.get("model", "")),
        prompt=turns[-1][1] if turns else "",
        system=system,
        body=body,
        attempt=attempt,
    )
    limit = body.get("max_completion_tokens", body.get("max_tokens"))
    return Call(asked, bool(body.get("stream")), limit, texts)


def _gemini(path: str, operation: str, body: dict[str, Any], attempt: int) -> Call:
    turns = [_parts(turn) for turn in body.get("contents") or ()] or [_parts(body.get("content"))]
    asked = Asked(
        protocol="gemini",
        operation=operation,
        model=path.rpartition("/")[2].partition(":")[0],
        prompt=turns[-1],
        system=_parts(body.get("systemInstruction")),
        body=body,
        attempt=attempt,
    )
    limit = (body.get("generationConfig") or {}).get("maxOutputTokens")
    return Call(asked, path.endswith(":streamGenerateContent"), limit, (turns[-1],))


def _parts(turn: Any) -> str:
    parts = turn.get("parts") if isinstance(turn, dict) else None
    return "\n".join(str(part["text"]) for part in parts or () if isinstance(part, dict) and "text" in part)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    found = content if isinstance(content, list) else ()
    return "\n".join(str(part["text"]) for part in found if isinstance(part, dict) and "text" in part)
