"""Gemini's answers as the test server writes them."""

from __future__ import annotations

from typing import Any

import msgspec

from ._wire import Counted, data_event
from .answers import Asked, alternatives, logprob, tokens

_FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY", "tool_calls": "STOP"}


def usage_of(found: Counted) -> dict[str, Any]:
    """Return token counts; thoughts are apart from the other output."""
    hidden = found.reply.reasoning_tokens
    return {
        "promptTokenCount": found.input_tokens,
        "candidatesTokenCount": found.output_tokens - hidden,
        "thoughtsTokenCount": hidden,
        "cachedContentTokenCount": found.reply.cached_tokens,
        "totalTokenCount": found.input_tokens + found.output_tokens,
    }


def content(asked: Asked, found: Counted, usage: dict[str, Any] | None) -> dict[str, Any]:
    """Return an answer."""
    config = asked.body.get("generationConfig") or {}
    candidate = _candidate(_parts(found), _finish(found))
    if config.get("responseLogprobs"):
        candidate["logprobsResult"] = _logprobs(found.tokens, config.get("logprobs") or 0)
    return _body(asked, candidate, usage)


def _finish(found: Counted) -> str:
    return _FINISH.get(found.reply.finish, found.reply.finish)


def _candidate(parts: list[dict[str, Any]], finish: str | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    return candidate if finish is None else {**candidate, "finishReason": finish}


def _body(asked: Asked, candidate: dict[str, Any], usage: dict[str, Any] | None) -> dict[str, Any]:
    body: dict[str, Any] = {"candidates": [candidate], "modelVersion": asked.model, "responseId": "test"}
    return body if usage is None else {**body, "usageMetadata": usage}


def _parts(found: Counted) -> list[dict[str, Any]]:
    reply = found.reply
    parts: list[dict[str, Any]] = []
    if reply.reasoning:
        parts.append({"text": reply.reasoning, "thought": True})
    if reply.text:
        parts.append({"text": reply.text})
    return parts + _calls(found)


def _calls(found: Counted) -> list[dict[str, Any]]:
    return [
        {"functionCall": {"name": name, "args": msgspec.Raw(arguments.encode())}}
        for name, arguments in found.reply.tool_calls
    ]


def _logprobs(found: list[str], top: int) -> dict[str, Any]:
    chosen = [
        {"token": token, "logProbability": logprob(before, token)}
        for before, token in zip(["", *found], found, strict=False)
    ]
    out: dict[str, Any] = {"chosenCandidates": chosen}
    if top:
        out["topCandidates"] = [
            {"candidates": [{"token": t, "logProbability": value} for t, value in _likeliest(before, token, top)]}
            for before, token in zip(["", *found], found, strict=False)
        ]
    return out


def _likeliest(before: str, token: str, top: int) -> list[tuple[str, float]]:
    return sorted(alternatives(before, token).items(), key=lambda item: -item[1])[:top]


def content_events(asked: Asked, found: Counted, usage: dict[str, Any] | None, most: int) -> list[bytes]:
    """Return the events of a streamed answer; each repeats the counts, as the provider does."""
    parts: list[dict[str, Any]] = [{"text": piece, "thought": True} for piece in tokens(found.reply.reasoning)]
    parts += [{"text": piece} for piece in found.pieces(most)]
    parts += _calls(found)
    out = [data_event(_body(asked, _candidate([part], None), usage)) for part in parts]
    return [*out, data_event(_body(asked, _candidate([], _finish(found)), usage))]
