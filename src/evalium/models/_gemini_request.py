"""Requests as the Gemini API writes them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from evalium.core import Media, Message, TextPart, Tool

from ._media import base64_of, is_remote
from ._tools import arguments_of
from .base import Request

_RENAMED = {
    "max_tokens": "maxOutputTokens",
    "max_completion_tokens": "maxOutputTokens",
    "top_p": "topP",
    "top_k": "topK",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "logprobs": "responseLogprobs",
    "top_logprobs": "logprobs",
}
_WITHOUT_COUNTERPART = frozenset("logit_bias n parallel_tool_calls store stream_options user".split())
_OWN_TOP_LEVEL = frozenset({"safetySettings", "cachedContent", "toolConfig"})
_THINKING_BUDGETS = {"none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576}
_MODES = {"auto": "AUTO", "required": "ANY", "none": "NONE"}
_CHECKS_SIGNATURES = re.compile(r"gemini-[3-9]")


def content_fields(
    request: Request, messages: tuple[Message, ...], base: Path, name: str
) -> tuple[dict[str, Any], list[str]]:
    """Return the body, and the parameters left out.

    System turns, wherever they stand, go into `systemInstruction`. Answers of tools become `functionResponse` parts;
    neighbouring ones share one turn.

    Raises:
        DataError: Media cannot be read.
    """
    fields: dict[str, Any] = {"contents": _turns(messages, base, bool(_CHECKS_SIGNATURES.match(name)))}
    system = "\n\n".join(message.text for message in messages if message.role == "system")
    if system:
        fields["systemInstruction"] = {"parts": [{"text": system}]}
    if request.tools:
        fields["tools"] = [{"functionDeclarations": [_declaration(tool) for tool in request.tools]}]
    more, ignored = parameters(request.params, name)
    return {**fields, **more}, ignored


def parameters(params: dict[str, Any], name: str) -> tuple[dict[str, Any], list[str]]:
    """Translate OpenAI's parameters; return them and the names of those without a counterpart.

    `reasoning_effort` becomes a `thinkingLevel` from Gemini 3 on, and before that the `thinkingBudget` which Google's
    own OpenAI-compatible door gives for it (1,024, 8,192 or 24,576 tokens).

    Example:
        >>> parameters({"max_tokens": 10, "stop": "END", "n": 1}, "gemini-2.5-flash")
        ({'generationConfig': {'maxOutputTokens': 10, 'stopSequences': ['END']}}, ['n'])
    """
    config: dict[str, Any] = {}
    out: dict[str, Any] = {}
    ignored: list[str] = []
    for key, value in params.items():
        if key in _WITHOUT_COUNTERPART:
            ignored.append(key)
        elif key in _OWN_TOP_LEVEL:
            out[key] = value
        elif key == "stop":
            config["stopSequences"] = [value] if isinstance(value, str) else list(value)
        elif key == "tool_choice":
            out["toolConfig"] = {"functionCallingConfig": _calling(value)}
        elif key == "response_format":
            config.update(_format(value))
        elif key == "reasoning_effort":
            config["thinkingConfig"] = _thinking(value, name)
        else:
            config[_RENAMED.get(key, key)] = value
    if config:
        out["generationConfig"] = config
    return out, ignored


def _thinking(effort: Any, name: str) -> dict[str, Any]:
    if _CHECKS_SIGNATURES.match(name) or effort not in _THINKING_BUDGETS:
        return {"thinkingLevel": effort}
    return {"thinkingBudget": _THINKING_BUDGETS[effort]}


def _format(value: Any) -> dict[str, Any]:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "json_schema":
        schema = (value.get("json_schema") or {}).get("schema", {})
        return {"responseMimeType": "application/json", "responseJsonSchema": schema}
    return {"responseMimeType": "application/json"} if kind == "json_object" else {}


def _calling(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"mode": _MODES.get(value, value)}
    return {"mode": "ANY", "allowedFunctionNames": [value["function"]["name"]]}


def _declaration(tool: Tool) -> dict[str, Any]:
    declaration: dict[str, Any] = {"name": tool.name, "description": tool.description}
    if tool.parameters:
        declaration["parametersJsonSchema"] = tool.parameters
    return declaration


def _turns(messages: tuple[Message, ...], base: Path, signed: bool) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = []
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    after_tool = False
    for message in messages:
        if message.role == "system":
            continue
        if message.role != "tool":
            role = "model" if message.role == "assistant" else "user"
            turns.append({"role": role, "parts": _parts(message, base, signed)})
        else:
            name = message.name or names.get(message.tool_call_id or "", "")
            part = {"functionResponse": {"name": name, "response": {"result": message.text}}}
            if after_tool:
                turns[-1]["parts"].append(part)
            else:
                turns.append({"role": "user", "parts": [part]})
        after_tool = message.role == "tool"
    return turns


def _parts(message: Message, base: Path, signed: bool) -> list[dict[str, Any]]:
    if isinstance(message.content, str):
        parts: list[dict[str, Any]] = [{"text": message.content}] if message.content or not message.tool_calls else []
    else:
        parts = [
            {"text": part.text} if isinstance(part, TextPart) else _media_part(part.media, base)
            for part in message.content
        ]
    for i, call in enumerate(message.tool_calls):
        part: dict[str, Any] = {"functionCall": {"name": call.name, "args": arguments_of(call.arguments)}}
        if signed and i == 0:
            # The signature of the thought behind a call is not kept; this is the provider's word for "none at hand".
            part["thoughtSignature"] = "skip_thought_signature_validator"
        parts.append(part)
    return parts


def _media_part(media: Media, base: Path) -> dict[str, Any]:
    if is_remote(media):
        return {"fileData": {"mimeType": media.mime, "fileUri": media.url}}
    return {"inlineData": {"mimeType": media.mime, "data": base64_of(media, base)}}
