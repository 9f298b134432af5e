"""The parts of OpenAI's answers that are read; everything else is skipped by the decoder."""

from __future__ import annotations

from typing import Any

import msgspec

from evalium.core import ToolCall

from .base import Response


class _Wire(msgspec.Struct, gc=False):
    """Base of everything decoded."""


class _PromptDetails(_Wire):
    cached_tokens: int | None = None


class _CompletionDetails(_Wire):
    reasoning_tokens: int | None = None


class Usage(_Wire):
    """Token counts; `cost` as OpenRouter reports it, `total_time` (seconds) as Groq does."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _PromptDetails | None = None
    completion_tokens_details: _CompletionDetails | None = None
    prompt_cache_hit_tokens: int | None = None
    cost: float | None = None
    total_time: float | None = None


class Function(_Wire):
    """Name and arguments of a tool call, or a piece of them."""

    name: str | None = None
    arguments: Any = None


class WireToolCall(_Wire):
    """A tool call, or a piece of one; `index` says of which."""

    index: int | None = None
    id: str | None = None
    function: Function | None = None


class _ContentPart(_Wire):
    type: str = "text"
    text: str | None = None


class _TopLogprob(_Wire):
    token: str
    logprob: float


class TokenLogprob(_Wire):
    """One token of the answer, its log-probability in nats and the likeliest alternatives."""

    token: str
    logprob: float
    top_logprobs: list[_TopLogprob] | None = None


class _Logprobs(_Wire):
    content: list[TokenLogprob] | None = None


class Message(_Wire):
    """A whole message, or the delta of a streamed one."""

    content: str | list[_ContentPart] | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[WireToolCall] | None = None

    @property
    def text(self) -> str | None:
        """The content as text; None when there is none."""
        if isinstance(self.content, list):
            return "".join(part.text or "" for part in self.content if part.type == "text")
        return self.content


class Choice(_Wire):
    """One answer: `message` of a chat, `delta` of a streamed one, `text` of a completion."""

    message: Message | None = None
    delta: Message | None = None
    text: str | None = None
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Timings(_Wire):
    prompt_ms: float = 0.0
    predicted_ms: float = 0.0


class _Groq(_Wire):
    usage: Usage | None = None


class Chat(_Wire):
    """A chat completion or a chunk of one; `timings` as llama.cpp reports them, `x_groq` as Groq does."""

    choices: list[Choice] = []
    usage: Usage | None = None
    model: str | None = None
    error: Any = None
    timings: _Timings | None = None
    x_groq: _Groq | None = None


decode_chat = msgspec.json.Decoder(Chat, strict=False).decode


def set_usage(response: Response, usage: Usage | None) -> None:
    """Copy token counts, cost and service time as far as the provider gave them."""
    if usage is None:
        return
    response.input_tokens = usage.prompt_tokens
    response.output_tokens = usage.completion_tokens
    if usage.prompt_tokens_details is not None:
        response.cached_tokens = usage.prompt_tokens_details.cached_tokens
    if response.cached_tokens is None:
        response.cached_tokens = usage.prompt_cache_hit_tokens
    if usage.completion_tokens_details is not None:
        response.reasoning_tokens = usage.completion_tokens_details.reasoning_tokens
    response.cost = usage.cost
    if usage.total_time is not None:
        response.service_time = usage.total_time


def tool_calls(found: list[WireToolCall] | None) -> tuple[ToolCall, ...]:
    """Turn decoded tool calls into the project's own; the arguments stay the text that the model wrote."""
    if not found:
        return ()
    calls = []
    for i, call in enumerate(found):
        function = call.function or Function()
        given = function.arguments
        arguments = given if isinstance(given, str) else "" if given is None else msgspec.json.encode(given).decode()
        calls.append(ToolCall(id=call.id or f"call_{i}", name=function.name or "", arguments=arguments))
    return tuple(calls)


def answer_logprobs(tokens: list[TokenLogprob]) -> dict[str, Any]:
    """Return `{"output": sum, "tokens": [...], "token_logprobs": [...], "top": [{token: logprob}, ...]}`, in nats."""
    found: dict[str, Any] = {
        "output": sum(t.logprob for t in tokens),
        "tokens": [t.token for t in tokens],
        "token_logprobs": [t.logprob for t in tokens],
    }
    if any(t.top_logprobs for t in tokens):
        found["top"] = [{top.token: top.logprob for top in t.top_logprobs or ()} for t in tokens]
    return found
