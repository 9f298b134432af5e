"""Answers of the Gemini API, whole and streamed."""

from __future__ import annotations

from typing import Any

import msgspec

from evalium.core import MalformedAnswer, Status, ToolCall

from ._errors import Complaint, Origin, complaint_failure, malformed, read_complaint
from ._streaming import Clock
from ._tools import EMPTY_OBJECT, raw_arguments
from .base import Response

_FILTERED = frozenset(
    "SAFETY RECITATION BLOCKLIST PROHIBITED_CONTENT SPII LANGUAGE IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT".split()
)


class _Wire(msgspec.Struct, rename="camel"):
    """Base of everything decoded."""


class _FunctionCall(_Wire):
    name: str = ""
    args: msgspec.Raw = EMPTY_OBJECT
    id: str | None = None


class _Part(_Wire):
    text: str | None = None
    thought: bool = False
    function_call: _FunctionCall | None = None


class _Content(_Wire):
    parts: list[_Part] | None = None


class _Chosen(_Wire):
    token: str = ""
    log_probability: float = 0.0


class _Top(_Wire):
    candidates: list[_Chosen] = []


class _Logprobs(_Wire):
    chosen_candidates: list[_Chosen] = []
    top_candidates: list[_Top] = []


class _Candidate(_Wire):
    content: _Content | None = None
    finish_reason: str | None = None
    logprobs_result: _Logprobs | None = None


class _Feedback(_Wire):
    block_reason: str | None = None


class _Usage(_Wire):
    prompt_token_count: int | None = None
    candidates_token_count: int | None = None
    thoughts_token_count: int | None = None
    cached_content_token_count: int | None = None
    tool_use_prompt_token_count: int | None = None


class _Answer(_Wire):
    candidates: list[_Candidate] = []
    prompt_feedback: _Feedback | None = None
    usage_metadata: _Usage | None = None
    model_version: str | None = None
    error: Any = None


class _Vector(_Wire):
    values: list[float]


class _Embedding(_Wire):
    embedding: _Vector


_decode = msgspec.json.Decoder(_Answer, strict=False).decode
_decode_embedding = msgspec.json.Decoder(_Embedding, strict=False).decode


class _Joined:
    """The parts of one answer, from one body or many chunks."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.text: list[str] = []
        self.reasoning: list[str] = []
        self.calls: list[ToolCall] = []
        self.chosen: list[_Chosen] = []
        self.tops: list[_Top] = []
        self.finish_reason: str | None = None
        self.usage: _Usage | None = None
        self.model: str | None = None
        self.blocked: str | None = None

    def add(self, answer: _Answer) -> bool:
        """Take in an answer or chunk; return whether it held text, reasoning or a call."""
        self.usage = answer.usage_metadata or self.usage
        self.model = answer.model_version or self.model
        if answer.prompt_feedback is not None and answer.prompt_feedback.block_reason:
            self.blocked = answer.prompt_feedback.block_reason
        if not answer.candidates:
            return False
        candidate = answer.candidates[0]
        self.finish_reason = candidate.finish_reason or self.finish_reason
        if candidate.logprobs_result is not None:
            self.chosen += candidate.logprobs_result.chosen_candidates
            self.tops += candidate.logprobs_result.top_candidates
        parts = candidate.content.parts if candidate.content is not None else None
        return any([self._add_part(part) for part in parts or ()])

    def _add_part(self, part: _Part) -> bool:
        if part.function_call is not None:
            call = part.function_call
            arguments = raw_arguments(call.args)
            self.calls.append(ToolCall(id=call.id or f"call_{len(self.calls)}", name=call.name, arguments=arguments))
            return True
        if part.text:
            (self.reasoning if part.thought else self.text).append(part.text)
        return bool(part.text)

    def response(self) -> Response:
        """Return the answer.

        Raises:
            MalformedAnswer: There is none and no reason why.
        """
        reason = self.finish_reason or self.blocked
        response = Response(model=self.model, finish_reason=reason, tool_calls=tuple(self.calls))
        response.output = "".join(self.text)
        if reason == "MAX_TOKENS":
            response.status = Status.TRUNCATED
        elif reason in _FILTERED or (self.blocked is not None and self.finish_reason is None):
            response.status = Status.REFUSED_BY_FILTER
        if not self.text:
            if response.status is Status.OK and not self.calls and reason != "STOP":
                raise MalformedAnswer(
                    f"{self.origin.model}: {self.origin.url} answered without content (finish reason {reason!r})"
                )
            response.output = None if self.calls or response.status is Status.REFUSED_BY_FILTER else ""
        if self.reasoning:
            response.data = {"reasoning": "".join(self.reasoning)}
        if self.chosen:
            response.logprobs = _logprobs(self.chosen, self.tops)
        _set_usage(response, self.usage)
        return response


def as_response(body: bytes, origin: Origin) -> Response:
    """Read an answer.

    Parts are joined, thoughts apart. A prompt that the provider blocks (`promptFeedback.blockReason`) and an answer
    that its filters stop (`SAFETY`, `RECITATION`, `PROHIBITED_CONTENT`, ...) are `refused_by_filter`. `output_tokens`
    counts thoughts too, which the provider reports apart. Without text, a finish reason other than `STOP`,
    `MAX_TOKENS` or a filter's (`MALFORMED_FUNCTION_CALL`, `OTHER`) is a `MalformedAnswer`.

    Raises:
        ProviderError: The body is no answer, or holds an error.
    """
    answer = _decoded(body, origin)
    if not answer.candidates and (answer.prompt_feedback is None or not answer.prompt_feedback.block_reason):
        raise malformed(body, origin, "no candidates")
    joined = _Joined(origin)
    joined.add(answer)
    return joined.response()


def _decoded(body: bytes, origin: Origin) -> _Answer:
    try:
        answer = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed(body, origin, f"something else than an answer ({error})") from None
    if answer.error is not None:
        raise complaint_failure(read_complaint(body) or Complaint(message="an error"), origin)
    return answer


def _logprobs(chosen: list[_Chosen], tops: list[_Top]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "output": sum(token.log_probability for token in chosen),
        "tokens": [token.token for token in chosen],
        "token_logprobs": [token.log_probability for token in chosen],
    }
    if tops:
        found["top"] = [{token.token: token.log_probability for token in top.candidates} for top in tops]
    return found


def _set_usage(response: Response, usage: _Usage | None) -> None:
    if usage is None:
        return
    if usage.prompt_token_count is not None:
        response.input_tokens = usage.prompt_token_count + (usage.tool_use_prompt_token_count or 0)
    response.cached_tokens = usage.cached_content_token_count
    response.reasoning_tokens = usage.thoughts_token_count
    if usage.candidates_token_count is not None or usage.thoughts_token_count is not None:
        response.output_tokens = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)


class StreamedContent:
    """What has arrived of one streamed answer."""

    def __init__(self, origin: Origin) -> None:
        self._joined = _Joined(origin)
        self._clock = Clock()

    def take(self, data: bytes, now: float) -> None:
        """Take in the data of one event that arrived at `now`."""
        if self._joined.add(_decoded(data, self._joined.origin)):
            self._clock.token(now)

    def response(self) -> Response:
        """Return the joined answer.

        Raises:
            MalformedAnswer: The stream ended before the answer did.
        """
        joined = self._joined
        if joined.finish_reason is None and joined.blocked is None:
            raise MalformedAnswer(
                f"{joined.origin.model}: the stream of {joined.origin.url} ended without a finish reason "
                f"after {self._clock.events} pieces"
            )
        response = joined.response()
        self._clock.set_times(response)
        return response


def embedding(body: bytes, origin: Origin) -> Response:
    """Read the vector of one text.

    Raises:
        ProviderError: The body holds no vector.
    """
    try:
        found = _decode_embedding(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed(body, origin, f"something else than an embedding ({error})") from None
    return Response(embedding=found.embedding.values)
