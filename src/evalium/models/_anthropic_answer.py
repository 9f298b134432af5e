"""Answers of Anthropic's messages API, whole and streamed."""

from __future__ import annotations

from typing import Any

import msgspec

from evalium.core import MalformedAnswer, Status, ToolCall

from ._errors import Complaint, Origin, complaint_failure, malformed, read_complaint
from ._streaming import Clock
from ._tools import EMPTY_OBJECT, raw_arguments
from .base import Response

_STATUS = {
    "max_tokens": Status.TRUNCATED,
    "model_context_window_exceeded": Status.TRUNCATED,
    "refusal": Status.REFUSED_BY_FILTER,
}


class _Usage(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class _Block(msgspec.Struct):
    type: str
    text: str = ""
    thinking: str = ""
    id: str = ""
    name: str = ""
    input: msgspec.Raw = EMPTY_OBJECT


class _Message(msgspec.Struct):
    content: list[_Block]
    model: str | None = None
    stop_reason: str | None = None
    usage: _Usage | None = None


class _Start(msgspec.Struct):
    model: str | None = None
    usage: _Usage | None = None


class _Delta(msgspec.Struct):
    text: str = ""
    thinking: str = ""
    partial_json: str = ""
    stop_reason: str | None = None


class _Event(msgspec.Struct):
    type: str
    index: int = 0
    message: _Start | None = None
    content_block: _Block | None = None
    delta: _Delta | None = None
    usage: _Usage | None = None


_decode_message = msgspec.json.Decoder(_Message, strict=False).decode
_decode_event = msgspec.json.Decoder(_Event, strict=False).decode


def as_response(body: bytes, origin: Origin) -> Response:
    """Read a message.

    Text blocks are joined. An empty list of blocks with a stop reason is an empty answer: the provider documents
    that a model may end its turn without a word. `input_tokens` counts cached and newly cached tokens too, which the
    provider reports apart; the newly cached ones are in `data["cache_creation_tokens"]`.

    Raises:
        ProviderError: The body is no message, or holds an error.
    """
    try:
        message = _decode_message(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed(body, origin, f"something else than a message ({error})") from None
    if not message.content and message.stop_reason is None:
        raise malformed(body, origin, "a message without content or stop reason")
    calls = tuple(_call(block) for block in message.content if block.type == "tool_use")
    text = "".join(block.text for block in message.content if block.type == "text")
    thinking = "".join(block.thinking for block in message.content if block.type == "thinking")
    response = Response(model=message.model)
    _finish(response, text, thinking, calls, message.stop_reason)
    _set_usage(response, message.usage)
    return response


def _call(block: _Block) -> ToolCall:
    return ToolCall(id=block.id, name=block.name, arguments=raw_arguments(block.input))


def _finish(response: Response, text: str, thinking: str, calls: tuple[ToolCall, ...], reason: str | None) -> None:
    response.finish_reason = reason
    response.status = _STATUS.get(reason or "", Status.OK)
    response.tool_calls = calls
    response.output = text
    if not text and (calls or response.status is Status.REFUSED_BY_FILTER):
        response.output = None
    if thinking:
        response.data = {**response.data, "reasoning": thinking}


def _set_usage(response: Response, usage: _Usage | None) -> None:
    if usage is None:
        return
    response.output_tokens = usage.output_tokens
    response.cached_tokens = usage.cache_read_input_tokens
    if usage.input_tokens is not None:
        created = usage.cache_creation_input_tokens or 0
        response.input_tokens = usage.input_tokens + (usage.cache_read_input_tokens or 0) + created
        if created:
            response.data = {**response.data, "cache_creation_tokens": created}


class StreamedMessage:
    """What has arrived of one streamed message."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._clock = Clock()
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._calls: dict[int, tuple[_Block, list[str]]] = {}
        self._usage: dict[str, Any] = {}
        self._model: str | None = None
        self._stop_reason: str | None = None
        self._done = False

    def take(self, data: bytes, now: float) -> None:
        """Take in the data of one event that arrived at `now`."""
        try:
            event = _decode_event(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise malformed(data, self._origin, f"a stream event that is none ({error})") from None
        if event.type == "content_block_delta":
            self._take_delta(event, now)
        elif event.type == "content_block_start" and event.content_block is not None:
            self._take_block(event.index, event.content_block, now)
        elif event.type == "message_start" and event.message is not None:
            self._model = event.message.model
            self._count(event.message.usage)
        elif event.type == "message_delta":
            self._stop_reason = event.delta.stop_reason if event.delta is not None else None
            self._count(event.usage)
        elif event.type == "message_stop":
            self._done = True
        elif event.type == "error":
            raise complaint_failure(read_complaint(data) or Complaint(message="an error"), self._origin)

    def _take_block(self, index: int, block: _Block, now: float) -> None:
        if block.type == "tool_use":
            self._calls[index] = (block, [])
            self._clock.token(now)
        elif block.text or block.thinking:
            self._take_delta(_Event("", index, delta=_Delta(block.text, block.thinking)), now)

    def _take_delta(self, event: _Event, now: float) -> None:
        delta = event.delta
        if delta is None or not (delta.text or delta.thinking or delta.partial_json):
            return
        self._clock.token(now)
        if delta.text:
            self._text.append(delta.text)
        if delta.thinking:
            self._thinking.append(delta.thinking)
        if delta.partial_json and event.index in self._calls:
            self._calls[event.index][1].append(delta.partial_json)

    def _count(self, usage: _Usage | None) -> None:
        """Keep the latest of each count: those of later events are cumulative, not additional."""
        if usage is not None:
            self._usage.update((name, n) for name, n in msgspec.structs.asdict(usage).items() if n is not None)

    def response(self) -> Response:
        """Return the joined message.

        Raises:
            MalformedAnswer: The stream ended before the message did.
        """
        if self._stop_reason is None and not (self._done and self._clock.events):
            raise MalformedAnswer(
                f"{self._origin.model}: the stream of {self._origin.url} ended without a stop reason "
                f"after {self._clock.events} pieces"
            )
        calls = tuple(
            ToolCall(id=block.id, name=block.name, arguments="".join(pieces) or "{}")
            for _, (block, pieces) in sorted(self._calls.items())
        )
        response = Response(model=self._model)
        _finish(response, "".join(self._text), "".join(self._thinking), calls, self._stop_reason)
        _set_usage(response, _Usage(**self._usage))
        self._clock.set_times(response)
        return response
