"""How each fault looks on the wire, in each protocol's own shape."""

from __future__ import annotations

from typing import Any

import msgspec

from ._http1 import Delivery, head
from ._wire import data_event, whole

_WORDS = {
    400: ("invalid_request_error", "INVALID_ARGUMENT"),
    401: ("authentication_error", "UNAUTHENTICATED"),
    403: ("permission_error", "PERMISSION_DENIED"),
    404: ("not_found_error", "NOT_FOUND"),
    429: ("rate_limit_error", "RESOURCE_EXHAUSTED"),
    503: ("service_unavailable", "UNAVAILABLE"),
    529: ("overloaded_error", "UNAVAILABLE"),
}
_HTML = b"<!DOCTYPE html><html><body><h1>It works</h1></body></html>"


def error_body(protocol: str, status: int, message: str, code: str | None = None) -> dict[str, Any]:
    """Return an error in a protocol's shape."""
    word, google = _WORDS.get(status, ("server_error", "INTERNAL"))
    if protocol == "gemini":
        return {"error": {"code": status, "message": message, "status": google}}
    if protocol == "anthropic":
        word = "api_error" if status == 500 else word
        return {"type": "error", "error": {"type": word, "message": message}}
    return {"error": {"message": message, "type": word, "code": code, "param": None}}


def refusal(fault: str, protocol: str, wait: float, retry_after: float) -> Delivery | None:
    """Return the delivery of a fault that needs no answer; None for those that spoil one."""
    if fault.isdecimal():
        status = int(fault)
        extra = {"retry-after": f"{retry_after:g}"} if status in (429, 503, 529) else None
        return whole(error_body(protocol, status, f"status {status} on purpose"), wait, status, extra)
    if fault == "hang":
        return Delivery([], "hang")
    if fault == "reset":
        return Delivery([(wait, b"")], "reset")
    if fault == "html":
        return Delivery([(wait, head(200, "text/html", len(_HTML)) + _HTML)])
    if fault == "empty":
        return Delivery([(wait, head(200, "application/json", 0))])
    if fault == "error200":
        return whole(error_body(protocol, 500, "failed on purpose with status 200"), wait)
    if fault == "context_too_long":
        status, message = 400, "This model's maximum context length is 8 tokens; the prompt is too long"
        return whole(error_body(protocol, status, message, "context_length_exceeded"), wait, status)
    if fault == "quota":
        return _quota(protocol, wait)
    if fault == "prompt_filter":
        return _prompt_filter(protocol, wait)
    return None


def _quota(protocol: str, wait: float) -> Delivery:
    if protocol == "anthropic":
        return whole(error_body(protocol, 400, "Your credit balance is too low to access the API"), wait, 400)
    message = "You exceeded your current quota, please check your plan and billing details"
    body = error_body(protocol, 429, message, "insufficient_quota")
    if protocol == "openai":
        body["error"]["type"] = "insufficient_quota"
    return whole(body, wait, 429)


def _prompt_filter(protocol: str, wait: float) -> Delivery:
    if protocol == "gemini":
        return whole({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 1}}, wait)
    body = error_body(protocol, 400, "The prompt was refused by the content filter", "content_filter")
    return whole(body, wait, 400)


def null_content(protocol: str, body: dict[str, Any]) -> dict[str, Any]:
    """Take the content out of an answer without giving a reason."""
    if protocol == "openai":
        body["choices"][0]["message"] = {"role": "assistant", "content": None}
    elif protocol == "anthropic":
        body |= {"content": [], "stop_reason": None}
    else:
        body["candidates"] = [{"finishReason": "OTHER", "index": 0}]
    return body


def spoiled(fault: str, body: dict[str, Any], wait: float) -> Delivery:
    """Deliver a whole answer with one of the faults that spoil it, else as it is."""
    data = msgspec.json.encode(body)
    if fault == "malformed":
        half = data[: len(data) // 2]
        return Delivery([(wait, head(200, "application/json", len(half)) + half)])
    if fault == "half_stream":
        return Delivery([(wait, head(200, "application/json", len(data)) + data[: len(data) // 2])], "close")
    kind = "text/plain" if fault == "wrong_type" else "application/json"
    return Delivery([(wait, head(200, kind, len(data)) + data)])


def spoiled_events(fault: str, protocol: str, pieces: list[bytes]) -> list[bytes]:
    """Spoil the events of a streamed answer with one of the faults that do, else leave them."""
    half = max(1, len(pieces) // 2)
    if fault == "malformed":
        return [*pieces[:half], b'data: {"choices": [{"del\n\n']
    if fault == "half_stream":
        return pieces[:half]
    if fault == "null_content":
        nothing = data_event({"candidates": [{"finishReason": "OTHER", "index": 0}]})
        return [nothing] if protocol == "gemini" else [pieces[0], pieces[-1]]
    return pieces
