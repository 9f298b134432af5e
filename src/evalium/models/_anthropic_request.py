"""Requests as Anthropic's messages API writes them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from evalium.core import ConfigError, Media, Message, TextPart, Tool

from ._media import base64_of, is_remote
from ._tools import arguments_of
from .base import Request

DEFAULT_MAX_TOKENS = 4096
_WITHOUT_COUNTERPART = frozenset(
    "frequency_penalty logit_bias logprobs n presence_penalty seed store stream_options top_logprobs".split()
)
_TOOL_CHOICES = {"auto": "auto", "required": "any", "none": "none"}


def message_fields(request: Request, messages: tuple[Message, ...], base: Path) -> tuple[dict[str, Any], list[str]]:
    """Return the body without `model` and `stream`, and the parameters left out.

    System turns, wherever they stand, go into `system`, joined by a blank line. Answers of tools become
    `tool_result` blocks; neighbouring ones share one user turn, as the API demands.

    Raises:
        DataError: Media cannot be read.
        ConfigError: Media of a kind that the API does not take.
    """
    fields: dict[str, Any] = {"messages": _turns(messages, base)}
    system = "\n\n".join(message.text for message in messages if message.role == "system")
    if system:
        fields["system"] = system
    if request.tools:
        fields["tools"] = [_tool(tool) for tool in request.tools]
    more, ignored = parameters(request.params)
    return {**fields, **more}, ignored


def parameters(params: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Translate OpenAI's parameters; return them and the names of those without a counterpart.

    Example:
        >>> parameters({"max_completion_tokens": 10, "stop": "END", "seed": 1})
        ({'max_tokens': 10, 'stop_sequences': ['END']}, ['seed'])
    """
    out: dict[str, Any] = {"max_tokens": DEFAULT_MAX_TOKENS}
    ignored: list[str] = []
    for name, value in params.items():
        if name in _WITHOUT_COUNTERPART:
            ignored.append(name)
        elif name in ("max_tokens", "max_completion_tokens"):
            out["max_tokens"] = value
        elif name == "stop":
            out["stop_sequences"] = [value] if isinstance(value, str) else list(value)
        elif name == "user":
            out["metadata"] = {"user_id": value}
        elif name in ("tool_choice", "parallel_tool_calls"):
            out["tool_choice"] = _tool_choice(
                params.get("tool_choice", "auto"), params.get("parallel_tool_calls", True)
            )
        elif name in ("response_format", "reasoning_effort"):
            config = _output_config(name, value)
            ignored += [] if config else [name]
            if config:
                out["output_config"] = {**out.get("output_config", {}), **config}
        else:
            out[name] = value
    return out, ignored


def _output_config(name: str, value: Any) -> dict[str, Any]:
    if name == "reasoning_effort":
        return {"effort": value}
    if isinstance(value, dict) and value.get("type") == "json_schema":
        return {"format": {"type": "json_schema", "schema": (value.get("json_schema") or {}).get("schema", {})}}
    return {}


def _tool_choice(value: Any, parallel: bool) -> dict[str, Any]:
    choice: dict[str, Any]
    if isinstance(value, str):
        choice = {"type": _TOOL_CHOICES.get(value, value)}
    elif "function" in value:
        choice = {"type": "tool", "name": value["function"]["name"]}
    else:
        choice = dict(value)
    return choice if parallel else {**choice, "disable_parallel_tool_use": True}


def _tool(tool: Tool) -> dict[str, Any]:
    schema = tool.parameters or {"type": "object", "properties": {}}
    return {"name": tool.name, "description": tool.description, "input_schema": schema}


def _turns(messages: tuple[Message, ...], base: Path) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = []
    after_tool = False
    for message in messages:
        if message.role == "system":
            continue
        if message.role != "tool":
            turns.append({"role": message.role, "content": _content(message, base)})
        else:
            result = {"type": "tool_result", "tool_use_id": message.tool_call_id or "", "content": message.text}
            if after_tool:
                turns[-1]["content"].append(result)
            else:
                turns.append({"role": "user", "content": [result]})
        after_tool = message.role == "tool"
    return turns


def _content(message: Message, base: Path) -> str | list[dict[str, Any]]:
    if isinstance(message.content, str):
        if not message.tool_calls:
            return message.content
        blocks: list[dict[str, Any]] = [{"type": "text", "text": message.content}] if message.content else []
    else:
        blocks = [
            {"type": "text", "text": part.text} if isinstance(part, TextPart) else _media_block(part.media, base)
            for part in message.content
        ]
    for call in message.tool_calls:
        blocks.append({"type": "tool_use", "id": call.id, "name": call.name, "input": arguments_of(call.arguments)})
    return blocks


def _media_block(media: Media, base: Path) -> dict[str, Any]:
    if media.kind == "audio":
        raise ConfigError(f"audio of type {media.mime!r}: Anthropic's API takes images and documents only")
    kind = "image" if media.kind == "image" else "document"
    if is_remote(media):
        return {"type": kind, "source": {"type": "url", "url": media.url}}
    data = base64_of(media, base)
    if kind == "document" and media.mime.startswith("text/"):
        text = base64.b64decode(data).decode("utf-8", "replace")
        return {"type": kind, "source": {"type": "text", "media_type": "text/plain", "data": text}}
    return {"type": kind, "source": {"type": "base64", "media_type": media.mime, "data": data}}
