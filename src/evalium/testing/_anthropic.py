"""Anthropic's answers as the test server writes them."""

from __future__ import annotations

from typing import Any

import msgspec

from ._wire import Counted, named_event
from .answers import Asked, tokens

_STOP = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal", "tool_calls": "tool_use"}


def usage_of(found: Counted) -> dict[str, Any]:
    """Return token counts; cached tokens are apart from the other input."""
    cached = found.reply.cached_tokens
    return {
        "input_tokens": found.input_tokens - cached,
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": 0,
        "output_tokens": found.output_tokens,
    }


def message(asked: Asked, found: Counted, usage: dict[str, Any] | None) -> dict[str, Any]:
    """Return a message."""
    body: dict[str, Any] = {
        "id": "msg_test",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": _blocks(found),
        "stop_reason": _STOP.get(found.reply.finish, found.reply.finish),
        "stop_sequence": None,
    }
    if usage is not None:
        body["usage"] = usage
    return body


def _blocks(found: Counted) -> list[dict[str, Any]]:
    reply = found.reply
    blocks: list[dict[str, Any]] = []
    if reply.reasoning:
        blocks.append({"type": "thinking", "thinking": reply.reasoning, "signature": "sig"})
    if reply.text:
        blocks.append({"type": "text", "text": reply.text})
    for i, (name, arguments) in enumerate(reply.tool_calls):
        blocks.append({"type": "tool_use", "id": f"toolu_{i}", "name": name, "input": msgspec.Raw(arguments.encode())})
    return blocks


def message_events(asked: Asked, found: Counted, usage: dict[str, Any] | None, most: int) -> list[bytes]:
    """Return the events of a streamed message; output counts are cumulative, as the provider's are."""
    start: dict[str, Any] = {"id": "msg_test", "type": "message", "role": "assistant", "model": asked.model}
    start |= {"content": [], "stop_reason": None}
    if usage is not None:
        start["usage"] = {**usage, "output_tokens": 1}
    out = [
        named_event("message_start", {"type": "message_start", "message": start}),
        named_event("ping", {"type": "ping"}),
    ]
    for i, block in enumerate(_blocks(found)):
        out += _block_events(i, block, found, most)
    stop: dict[str, Any] = {"stop_reason": _STOP.get(found.reply.finish, found.reply.finish)}
    end: dict[str, Any] = {"type": "message_delta", "delta": stop}
    if usage is not None:
        end["usage"] = {"output_tokens": found.output_tokens}
    return [*out, named_event("message_delta", end), named_event("message_stop", {"type": "message_stop"})]


def _block_events(index: int, block: dict[str, Any], found: Counted, most: int) -> list[bytes]:
    kind = block["type"]
    first: dict[str, Any]
    if kind == "text":
        first, deltas = {"text": ""}, [{"type": "text_delta", "text": piece} for piece in found.pieces(most)]
    elif kind == "thinking":
        pieces = tokens(block["thinking"])
        first, deltas = {"thinking": ""}, [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    else:
        text = bytes(block["input"]).decode()
        halves = (text[: len(text) // 2], text[len(text) // 2 :])
        first = {"id": block["id"], "name": block["name"], "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": half} for half in halves]
    began = {"type": "content_block_start", "index": index, "content_block": {"type": kind, **first}}
    return [
        named_event("content_block_start", began),
        *(
            named_event("content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta})
            for delta in deltas
        ),
        named_event("content_block_stop", {"type": "content_block_stop", "index": index}),
    ]
