"""OpenAI's answers as the test server writes them."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any
from zlib import crc32

from ._wire import Counted, data_event
from .answers import Asked, alternatives, logprob, tokens

CREATED = 1_700_000_000


def chat(asked: Asked, found: Counted, usage: dict[str, Any] | None) -> dict[str, Any]:
    """Return a chat completion."""
    reply = found.reply
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.reasoning:
        message["reasoning_content"] = reply.reasoning
    if reply.tool_calls:
        message["tool_calls"] = [
            {"id": f"call_{i}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for i, (name, arguments) in enumerate(reply.tool_calls)
        ]
    choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": reply.finish}
    if asked.body.get("logprobs"):
        choice["logprobs"] = {"content": _token_logprobs(found.tokens, asked.body.get("top_logprobs") or 0)}
    body: dict[str, Any] = {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": CREATED,
        "model": asked.model,
        "choices": [choice],
    }
    if usage is not None:
        body["usage"] = usage
    return body


def usage_of(found: Counted, price: tuple[float, float] | None) -> dict[str, Any]:
    """Return token counts, and the cost where the server has a price (USD per million tokens)."""
    usage: dict[str, Any] = {
        "prompt_tokens": found.input_tokens,
        "completion_tokens": found.output_tokens,
        "total_tokens": found.input_tokens + found.output_tokens,
        "prompt_tokens_details": {"cached_tokens": found.reply.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": found.reply.reasoning_tokens},
    }
    if price is not None:
        usage["cost"] = (found.input_tokens * price[0] + found.output_tokens * price[1]) / 1e6
    return usage


def _token_logprobs(found: list[str], top: int) -> list[dict[str, Any]]:
    out = []
    for before, token in zip(["", *found], found, strict=False):
        entry: dict[str, Any] = {"token": token, "logprob": logprob(before, token)}
        if top:
            likeliest = sorted(alternatives(before, token).items(), key=lambda item: -item[1])[:top]
            entry["top_logprobs"] = [{"token": t, "logprob": value} for t, value in likeliest]
        out.append(entry)
    return out


def chat_events(asked: Asked, found: Counted, usage: dict[str, Any] | None, most: int) -> list[bytes]:
    """Return the events of a streamed chat completion, `[DONE]` included; usage comes only when asked for."""
    base = {"id": "chatcmpl-test", "object": "chat.completion.chunk", "created": CREATED, "model": asked.model}

    def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
        return data_event({**base, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    reply = found.reply
    out = [event({"role": "assistant", "content": ""})]
    out += [event({"reasoning_content": piece}) for piece in tokens(reply.reasoning)]
    out += [event({"content": piece}) for piece in found.pieces(most)]
    for i, (name, arguments) in enumerate(reply.tool_calls):
        out.append(
            event({"tool_calls": [{"index": i, "id": f"call_{i}", "function": {"name": name, "arguments": ""}}]})
        )
        half = len(arguments) // 2
        out += [
            event({"tool_calls": [{"index": i, "function": {"arguments": piece}}]})
            for piece in (arguments[:half], arguments[half:])
        ]
    out.append(event({}, reply.finish))
    if usage is not None and (asked.body.get("stream_options") or {}).get("include_usage"):
        out.append(data_event({**base, "choices": [], "usage": usage}))
    return [*out, b"data: [DONE]\n\n"]


def completion(asked: Asked, found: Counted, prompts: list[str]) -> dict[str, Any]:
    """Return a text completion; with `echo` the prompts and their log-probabilities come first."""
    wanted = asked.body.get("logprobs") is not None
    echoed = bool(asked.body.get("echo"))
    choices: list[dict[str, Any]] = []
    for i, prompt in enumerate(prompts):
        before = tokens(prompt) if echoed else []
        choice = {"index": i, "text": "".join(before + found.tokens), "finish_reason": found.reply.finish}
        scored = before + found.tokens if echoed else [tokens(prompt)[-1] if prompt else "", *found.tokens]
        logprobs = _text_logprobs(scored, 0 if echoed else 1) if wanted else None
        choices.append({**choice, "logprobs": logprobs})
    total = sum(len(tokens(prompt)) for prompt in prompts)
    return {
        "id": "cmpl-test",
        "object": "text_completion",
        "created": CREATED,
        "model": asked.model,
        "choices": choices,
        "usage": {"prompt_tokens": total, "completion_tokens": len(found.tokens) * len(prompts)},
    }


def _text_logprobs(found: list[str], skip: int) -> dict[str, Any]:
    """Log-probabilities in the old shape, without the first `skip` tokens; nothing stands before the very first."""
    pairs = list(pairwise(found))
    shown = found[skip:]
    return {
        "tokens": shown,
        "token_logprobs": [None, *(logprob(before, token) for before, token in pairs)][skip : len(found)],
        "top_logprobs": [None, *(alternatives(before, token) for before, token in pairs)][skip : len(found)],
        "text_offset": [0, *accumulate(len(token) for token in shown)][: len(shown)],
    }


def completion_events(asked: Asked, found: Counted, usage: dict[str, Any] | None, most: int) -> list[bytes]:
    """Return the events of a streamed text completion."""
    base = {"id": "cmpl-test", "object": "text_completion", "created": CREATED, "model": asked.model}
    out = [
        data_event({**base, "choices": [{"index": 0, "text": piece, "finish_reason": None}]})
        for piece in found.pieces(most)
    ]
    out.append(data_event({**base, "choices": [{"index": 0, "text": "", "finish_reason": found.reply.finish}]}))
    if usage is not None and (asked.body.get("stream_options") or {}).get("include_usage"):
        out.append(data_event({**base, "choices": [], "usage": usage}))
    return [*out, b"data: [DONE]\n\n"]


def vector(text: str, size: int = 16) -> list[float]:
    """Return a made-up vector that depends on the words of a text and not on their order."""
    total = [0.0] * size
    for word in text.lower().split():
        for k in range(size):
            total[k] += (crc32(f"{k}:{word}".encode()) % 2001) / 1000 - 1
    return total


def embeddings(asked: Asked, texts: list[str]) -> dict[str, Any]:
    """Return one vector per text."""
    count = sum(len(tokens(text)) for text in texts)
    data = [{"object": "embedding", "index": i, "embedding": vector(text)} for i, text in enumerate(texts)]
    return {"object": "list", "model": asked.model, "data": data, "usage": {"prompt_tokens": count}}
