"""Streamed answers of OpenAI's protocol, joined while time to first token and between tokens is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from evalium.core import MalformedAnswer, Status

from ._errors import Origin, complaint_failure, malformed, read_complaint
from ._http import Target, Wire
from ._openai_chat import as_response, finish, set_service_time
from ._openai_wire import (
    Chat,
    Choice,
    Function,
    Message,
    TokenLogprob,
    Usage,
    WireToolCall,
    answer_logprobs,
    decode_chat,
    set_usage,
)
from ._streaming import Clock, read_events
from .base import Response

Whole = Callable[[Mapping[str, str], bytes, Origin], Response]
"""Reads an answer that came in one piece."""


class _Answer:
    """What has arrived of one streamed answer."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.clock = Clock()
        self.content: list[str] = []
        self.reasoning: list[str] = []
        self.refusal: list[str] = []
        self.calls: dict[int, WireToolCall] = {}
        self.logprobs: list[TokenLogprob] = []
        self.finish_reason: str | None = None
        self.usage: Usage | None = None
        self.model: str | None = None
        self.last = Chat()
        self.done = False

    def take(self, event: bytes, now: float) -> None:
        """Take in the data of one event that arrived at `now`."""
        if event == b"[DONE]":
            self.done = True
            return
        try:
            chunk = decode_chat(event)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise malformed(event, self.origin, f"a stream event that is no chunk ({error})") from None
        if chunk.choices:
            self._take_choice(chunk.choices[0], now)
        elif chunk.error is not None:
            self._fail(event)
        usage = chunk.usage or (chunk.x_groq.usage if chunk.x_groq is not None else None)
        if usage is not None:
            self.usage = usage
        if chunk.model and self.model is None:
            self.model = chunk.model
        if chunk.timings is not None:
            self.last = chunk

    def _take_choice(self, choice: Choice, now: float) -> None:
        delta = choice.delta or choice.message
        text = delta.text if delta is not None else choice.text
        if text:
            self.content.append(text)
            self.clock.token(now)
        if delta is not None and (delta.reasoning_content or delta.reasoning or delta.tool_calls or delta.refusal):
            self._take_rest(delta)
            self.clock.token(now)
        if choice.finish_reason is not None:
            self.finish_reason = choice.finish_reason
        if choice.logprobs is not None and choice.logprobs.content:
            self.logprobs += choice.logprobs.content

    def _take_rest(self, delta: Message) -> None:
        self.reasoning.append(delta.reasoning_content or delta.reasoning or "")
        self.refusal.append(delta.refusal or "")
        for piece in delta.tool_calls or ():
            self._take_call(piece)

    def _take_call(self, piece: WireToolCall) -> None:
        """Join a piece of a tool call; without an index a new id begins a new call."""
        index = piece.index
        if index is None:
            index = len(self.calls) if piece.id or not self.calls else max(self.calls)
        call = self.calls.setdefault(index, WireToolCall(function=Function(arguments="")))
        function = call.function or Function(arguments="")
        call.id = call.id or piece.id
        if piece.function is not None:
            function.name = function.name or piece.function.name
            given = piece.function.arguments
            if given is not None:
                function.arguments += given if isinstance(given, str) else msgspec.json.encode(given).decode()
        call.function = function

    def _fail(self, event: bytes) -> None:
        complaint = read_complaint(event)
        if complaint is not None:
            raise complaint_failure(complaint, self.origin)

    def response(self, headers: Mapping[str, str]) -> Response:
        """Return the joined answer.

        Raises:
            MalformedAnswer: The stream ended before the answer did.
        """
        if not self.done and self.finish_reason is None:
            raise MalformedAnswer(
                f"{self.origin.model}: the stream of {self.origin.url} ended without a finish reason or [DONE] "
                f"after {self.clock.events} pieces"
            )
        response = Response(model=self.model)
        if self.logprobs:
            response.logprobs = answer_logprobs(self.logprobs)
        set_usage(response, self.usage)
        set_service_time(response, self.last, headers)
        message = Message(
            refusal="".join(self.refusal) or None,
            reasoning_content="".join(self.reasoning) or None,
            tool_calls=[self.calls[i] for i in sorted(self.calls)] or None,
        )
        # A stream says nothing at all where a whole answer says "": only a finish reason makes that an answer.
        content = "".join(self.content) or (None if self.calls or self.finish_reason is None else "")
        finish(response, message, content, self.finish_reason, self.origin)
        if response.status is Status.REFUSED_BY_FILTER and not response.output:
            response.output = None
        self.clock.set_times(response)
        return response


async def read_stream(wire: Wire, target: Target, body: bytes, whole: Whole = as_response) -> Response:
    """Post, join the stream and return the answer with its `ttft` and `itl`.

    A server that answers with plain JSON in spite of `stream: true` is read as such; then `ttft` is None.

    Args:
        wire: Connections.
        target: Where to.
        body: Request with `stream: true`.
        whole: Reads an answer that was not streamed.

    Raises:
        ProviderError: As for whole answers; also when the stream ends early.
    """
    answer = _Answer(target.origin)
    headers, unread = await read_events(wire, target, body, answer.take)
    return answer.response(headers) if unread is None else whole(headers, unread, target.origin)
