"""Chat requests as OpenAI's protocol writes them, and chat answers read back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import ConfigError, MalformedAnswer, Media, Message, Status, TextPart, Tool

from ._errors import Origin, malformed
from ._media import base64_of, data_url, file_name
from ._openai_wire import Chat, Choice, answer_logprobs, decode_chat, set_usage, tool_calls
from ._openai_wire import Message as WireMessage
from .base import Response

_AUDIO_FORMATS = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
}


def chat_fields(messages: tuple[Message, ...], tools: tuple[Tool, ...], base: Path) -> dict[str, Any]:
    """Return the `messages` and `tools` of a chat request.

    Raises:
        DataError: Media cannot be read.
        ConfigError: Media of a kind that the protocol does not carry.
    """
    fields: dict[str, Any] = {"messages": [_message(m, base) for m in messages]}
    if tools:
        fields["tools"] = [_tool(tool) for tool in tools]
    return fields


def _message(message: Message, base: Path) -> Message | dict[str, Any]:
    if type(message.content) is str and message.content and not message.tool_calls:
        # The struct already encodes as the protocol wants it.
        return message
    content = message.content
    out: dict[str, Any] = {"role": message.role}
    if isinstance(content, str):
        out["content"] = None if message.tool_calls and not content else content
    else:
        out["content"] = [
            {"type": "text", "text": part.text} if isinstance(part, TextPart) else _media_part(part.media, base)
            for part in content
        ]
    if message.tool_calls:
        out["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
            for c in message.tool_calls
        ]
    if message.tool_call_id is not None:
        out["tool_call_id"] = message.tool_call_id
    if message.name is not None:
        out["name"] = message.name
    return out


def _media_part(media: Media, base: Path) -> dict[str, Any]:
    if media.kind == "image":
        return {"type": "image_url", "image_url": {"url": data_url(media, base)}}
    if media.kind == "audio":
        sound = _AUDIO_FORMATS.get(media.mime)
        if sound is None:
            raise ConfigError(f"audio of type {media.mime!r}: this protocol takes audio/wav and audio/mpeg")
        return {"type": "input_audio", "input_audio": {"data": base64_of(media, base), "format": sound}}
    return {"type": "file", "file": {"filename": file_name(media), "file_data": data_url(media, base)}}


def _tool(tool: Tool) -> dict[str, Any]:
    parameters = tool.parameters or {"type": "object", "properties": {}}
    function = {"name": tool.name, "description": tool.description, "parameters": parameters}
    return {"type": "function", "function": function}


def as_response(headers: Mapping[str, str], body: bytes, origin: Origin) -> Response:
    """Read a chat completion.

    Raises:
        ProviderError: The body is not one, holds an error, or an answer that is not there without a reason.
    """
    try:
        chat = decode_chat(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed(body, origin, f"something else than a chat completion ({error})") from None
    if not chat.choices:
        raise malformed(body, origin, "no choices")
    choice = chat.choices[0]
    if choice.message is None:
        raise malformed(body, origin, "a choice without a message")
    response = Response(model=chat.model)
    if choice.logprobs is not None and choice.logprobs.content:
        response.logprobs = answer_logprobs(choice.logprobs.content)
    set_usage(response, chat.usage)
    set_service_time(response, chat, headers)
    finish(response, choice.message, choice.message.text, choice.finish_reason, origin)
    return response


def finish(response: Response, message: WireMessage, content: str | None, reason: str | None, origin: Origin) -> None:
    """Set output, tool calls, finish reason and status; says what a null content means.

    Raises:
        MalformedAnswer: The content is null and nothing explains why.
    """
    reasoning = message.reasoning_content or message.reasoning
    response.tool_calls = tool_calls(message.tool_calls)
    response.finish_reason = reason
    if reasoning:
        response.data = {"reasoning": reasoning}
    if message.refusal:
        response.data = {**response.data, "refusal": True}
        content = content or message.refusal
    response.output = content
    if reason == "length":
        response.status = Status.TRUNCATED
    elif reason == "content_filter":
        response.status = Status.REFUSED_BY_FILTER
    if content is None and not response.tool_calls:
        if response.status is Status.OK and not reasoning:
            raise MalformedAnswer(f"{origin.model}: {origin.url} answered with null content (finish_reason {reason!r})")
        response.output = None if response.status is Status.REFUSED_BY_FILTER else ""


def set_service_time(response: Response, chat: Chat, headers: Mapping[str, str]) -> None:
    """Set the time that the provider says it worked: Groq's usage, llama.cpp's timings, or OpenAI's header."""
    if response.service_time is not None:
        return
    if chat.timings is not None:
        response.service_time = (chat.timings.prompt_ms + chat.timings.predicted_ms) / 1000
        return
    milliseconds = headers.get("openai-processing-ms")
    if milliseconds is not None:
        try:
            response.service_time = float(milliseconds) / 1000
        except ValueError:
            return


def first_choice(chat: Chat) -> Choice | None:
    """Return the first choice of a chunk; usage-only chunks have none."""
    return chat.choices[0] if chat.choices else None
