"""From what a server sent back to the error that says what happened and whether a retry may help."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from evalium.core import AuthError, ContextTooLong, Filtered, MalformedAnswer, ProviderError, RateLimited

QUOTE = 300
"""Most characters of a body that a message quotes."""

RETRYABLE = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
"""Statuses that may pass: time-outs, conflicts, limits and failures on the server's side."""

_CONTEXT_CODES = {"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"}
_CONTEXT = re.compile(
    r"context[ _-](?:length|window|size)|maximum context|(?:prompt|input) is too long|too many (?:input )?tokens"
    r"|(?:input|prompt) token(?:s| count)\b.{0,60}\bexceed|longer than the (?:maximum )?model|max_model_len",
    re.IGNORECASE | re.DOTALL,
)
_FILTER_CODES = {"content_filter", "content_policy_violation", "data_inspection_failed", "ResponsibleAIPolicyViolation"}
_FILTER = re.compile(r"content management policy|content[ _-]?filter|content[ _]policy|safety system", re.IGNORECASE)
_QUOTA_CODES = {"insufficient_quota", "billing_hard_limit_reached", "billing_error", "insufficient_balance"}
_QUOTA = re.compile(
    r"exceeded your current quota, please check your plan|credit balance is too low|insufficient (?:balance|credits)",
    re.IGNORECASE,
)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "": 1.0}


class QuotaExhausted(ProviderError):
    """The account's money or quota is used up: waiting does not help, so the engine may stop at once."""

    kind = "quota"
    quota = True


class ConnectionFailed(ProviderError):
    """No answer at all: refused, reset, unknown host, broken TLS."""

    retryable_by_default = True
    kind = "connection"


class Origin(msgspec.Struct, frozen=True):
    """Who was asked, for messages.

    Attributes:
        model: Id of the model as in the plan.
        url: Address called.
        secrets: Strings that must not appear in any message.
    """

    model: str
    url: str
    secrets: tuple[str, ...] = ()

    def quote(self, text: str | bytes) -> str:
        """Shorten a server's text for a message, on one line and without secrets."""
        if isinstance(text, bytes):
            text = text[: 8 * QUOTE].decode("utf-8", "replace")
        for secret in self.secrets:
            text = text.replace(secret, "***")
        text = " ".join(text.split())
        return text if len(text) <= QUOTE else text[: QUOTE - 1] + "…"


class Complaint(msgspec.Struct):
    """What an error body says, whichever of the usual shapes it has."""

    message: str = ""
    codes: frozenset[str] = frozenset()
    status: int | None = None
    retry_delay: float | None = None
    per_day: bool = False

    @property
    def quota(self) -> bool:
        """Whether the account, not the rate, is the limit."""
        return bool(self.codes & _QUOTA_CODES) or self.per_day or bool(_QUOTA.search(self.message))

    @property
    def filtered(self) -> bool:
        """Whether a content filter refused."""
        return bool(self.codes & _FILTER_CODES) or bool(_FILTER.search(self.message))

    @property
    def context(self) -> bool:
        """Whether the prompt was too long."""
        return bool(self.codes & _CONTEXT_CODES) or bool(_CONTEXT.search(self.message))


def read_complaint(body: bytes) -> Complaint | None:
    """Read an error body; None when it is not JSON or holds no error.

    Example:
        >>> read_complaint(b'{"error": {"message": "slow down", "code": "rate_limit_exceeded"}}').message
        'slow down'
        >>> read_complaint(b"<html>") is None
        True
    """
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if isinstance(data, list) and data:
        data = data[0]
    if not isinstance(data, dict):
        return None
    error = data.get("error") or data.get("errors") or data.get("detail") or data.get("message")
    if error is None:
        return None
    if isinstance(error, dict):
        return _complaint_of(error)
    return Complaint(message=error if isinstance(error, str) else msgspec.json.encode(error).decode())


def _complaint_of(error: dict[str, Any]) -> Complaint:
    inner = error.get("innererror")
    codes = {error.get("code"), error.get("type"), error.get("status")}
    if isinstance(inner, dict):
        codes.add(inner.get("code"))
    delay, per_day = _google_details(error.get("details"))
    code = error.get("code")
    return Complaint(
        message=str(error.get("message") or error.get("type") or ""),
        codes=frozenset(c for c in codes if isinstance(c, str)),
        status=code if isinstance(code, int) and 400 <= code < 600 else None,
        retry_delay=delay,
        per_day=per_day,
    )


def _google_details(details: Any) -> tuple[float | None, bool]:
    """Google's RetryInfo delay, and whether a QuotaFailure is about a day."""
    delay, per_day = None, False
    for detail in details if isinstance(details, list) else ():
        if not isinstance(detail, dict):
            continue
        if isinstance(detail.get("retryDelay"), str):
            delay = duration(detail["retryDelay"])
        violations = detail.get("violations")
        for violation in violations if isinstance(violations, list) else ():
            per_day = per_day or (isinstance(violation, dict) and "PerDay" in str(violation.get("quotaId", "")))
    return delay, per_day


def failure(status: int, headers: Mapping[str, str], body: bytes, origin: Origin) -> ProviderError:
    """Say what an HTTP status other than 200 means.

    Args:
        status: HTTP status.
        headers: Headers of the answer; names in any case, so a case-insensitive mapping.
        body: The whole body.
        origin: Who was asked.

    Returns:
        The error to raise: `AuthError` (401, 403), `QuotaExhausted` (used up, or 402), `RateLimited` (429),
        `ContextTooLong` and `Filtered` (recognised by code or words), else `ProviderError`, retryable for 408, 409,
        425, 5xx and 529.
    """
    complaint = read_complaint(body) or Complaint(message=body[: 8 * QUOTE].decode("utf-8", "replace"))
    said = origin.quote(complaint.message)
    text = f"{origin.model}: HTTP {status} from {origin.url}" + (f": {said}" if said else "")
    if status in (401, 403) and not complaint.filtered:
        return AuthError(text, status_code=status)
    if status == 402 or (status in (400, 403, 429) and complaint.quota):
        return QuotaExhausted(text, status_code=status)
    if status == 429:
        return RateLimited(text, status_code=status, retry_after=wait_of(headers, complaint))
    if 400 <= status < 500 and complaint.filtered:
        return Filtered(text, status_code=status)
    if status in (400, 413, 422, 500) and complaint.context:
        return ContextTooLong(text, status_code=status)
    if 300 <= status < 400:
        text += f" (redirects to {origin.quote(headers.get('location', '?'))}; give that as base_url)"
    retryable = status in RETRYABLE
    return ProviderError(
        text, status_code=status, retryable=retryable, retry_after=wait_of(headers, complaint) if retryable else None
    )


def complaint_failure(complaint: Complaint, origin: Origin) -> ProviderError:
    """Say what an error inside an answer with status 200, or inside a stream, means."""
    if complaint.status is not None:
        return failure(complaint.status, {}, msgspec.json.encode({"error": _as_error(complaint)}), origin)
    text = f"{origin.model}: {origin.url} answered with an error: {origin.quote(complaint.message)}"
    if complaint.quota:
        return QuotaExhausted(text)
    if complaint.filtered:
        return Filtered(text)
    if complaint.context:
        return ContextTooLong(text)
    if complaint.codes & {"rate_limit_error", "rate_limit_exceeded", "RESOURCE_EXHAUSTED"}:
        return RateLimited(text, retry_after=complaint.retry_delay)
    return MalformedAnswer(text)


def _as_error(complaint: Complaint) -> dict[str, Any]:
    return {"message": complaint.message, "code": next(iter(sorted(complaint.codes)), None)}


def malformed(body: bytes, origin: Origin, why: str) -> ProviderError:
    """Say why an answer with status 200 cannot be read; an error body inside it decides the kind."""
    complaint = read_complaint(body)
    if complaint is not None:
        return complaint_failure(complaint, origin)
    if not body.strip():
        return MalformedAnswer(f"{origin.model}: {origin.url} answered with an empty body")
    what = "HTML, not JSON" if body.lstrip()[:1] == b"<" else why
    return MalformedAnswer(f"{origin.model}: {origin.url} answered with {what}: {origin.quote(body)}")


def wait_of(headers: Mapping[str, str], complaint: Complaint | None = None) -> float | None:
    """Seconds that a server asks to wait, None when it does not say.

    `Retry-After` (seconds or HTTP date) and `retry-after-ms` come first, then Google's RetryInfo, then the reset
    times of those OpenAI and Anthropic limits whose remainder is 0.

    Example:
        >>> wait_of({"retry-after": "2"})
        2.0
        >>> wait_of({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0.5s"})
        360.5
    """
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        seconds = _retry_after(headers.get(name), scale)
        if seconds is not None:
            return seconds
    if complaint is not None and complaint.retry_delay is not None:
        return complaint.retry_delay
    waits = []
    for prefix, pattern in (("x-ratelimit-", "{}-{}"), ("anthropic-ratelimit-", "{1}-{0}")):
        for what in ("requests", "tokens", "input-tokens", "output-tokens"):
            if headers.get(prefix + pattern.format("remaining", what)) == "0":
                wait = reset_time(headers.get(prefix + pattern.format("reset", what), ""))
                waits += [] if wait is None else [wait]
    return max(waits, default=None)


def _retry_after(value: str | None, scale: float) -> float | None:
    if not value:
        return None
    try:
        return max(0.0, float(value) * scale)
    except ValueError:
        return reset_time(value)


def reset_time(value: str) -> float | None:
    """Seconds until a moment given as a duration, an RFC 3339 time or an HTTP date; None when it is none of them."""
    seconds = duration(value)
    if seconds is not None:
        return seconds
    from email.utils import parsedate_to_datetime

    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(value)
        except (TypeError, ValueError):
            continue
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, aware.timestamp() - time.time())
    return None


def duration(value: str) -> float | None:
    """Read `"1s"`, `"6m0s"`, `"20ms"`, `"1.5"` as seconds; None when it is not a duration.

    Example:
        >>> duration("1m30s"), duration("20ms"), duration("soon")
        (90.0, 0.02, None)
    """
    pieces = _DURATION.findall(value)
    if not pieces or "".join(n + u for n, u in pieces) != value:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in pieces)
