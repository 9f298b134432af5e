"""From what a server sent back to the error that says what happened and whether a retry may help."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from evalium.core import AuthError, ContextTooLong, Filtered, MalformedAnswer, ProviderError, RateLimited

from ._wait import duration, wait_of

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
_WORDS = {
    "DEADLINE_EXCEEDED": 504,
    "INTERNAL": 500,
    "INVALID_ARGUMENT": 400,
    "NOT_FOUND": 404,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "UNAUTHENTICATED": 401,
    "UNAVAILABLE": 503,
    "api_error": 500,
    "authentication_error": 401,
    "invalid_request_error": 400,
    "not_found_error": 404,
    "overloaded_error": 529,
    "permission_error": 403,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "server_error": 500,
    "timeout_error": 504,
}
"""The HTTP status that an error's own words stand for."""


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
        message=_words(error),
        codes=frozenset(c for c in codes if isinstance(c, str)),
        status=code if isinstance(code, int) and 400 <= code < 600 else None,
        retry_delay=delay,
        per_day=per_day,
    )


def _words(error: dict[str, Any]) -> str:
    found = error.get("message") or error.get("detail") or error.get("type") or ""
    return found if isinstance(found, str) else msgspec.json.encode(found).decode()


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
    if 300 <= status < 400:
        text += f" (redirects to {origin.quote(headers.get('location', '?'))}; give that as base_url)"
    return _classified(status, headers, complaint, text)


def complaint_failure(complaint: Complaint, origin: Origin) -> ProviderError:
    """Say what an error inside an answer with status 200, or inside a stream, means.

    Its number or words stand for the status that it should have had; an error that has neither is a `MalformedAnswer`.
    """
    text = f"{origin.model}: {origin.url} answered 200 with an error: {origin.quote(complaint.message)}"
    status = complaint.status or next((_WORDS[code] for code in sorted(complaint.codes) if code in _WORDS), None)
    if status is None and not (complaint.quota or complaint.filtered or complaint.context):
        return MalformedAnswer(text)
    return _classified(status or 400, {}, complaint, text)


def _classified(status: int, headers: Mapping[str, str], complaint: Complaint, text: str) -> ProviderError:
    if status in (401, 403) and not complaint.filtered:
        return AuthError(text, status_code=status)
    if status == 402 or (status in (400, 403, 429) and complaint.quota):
        return QuotaExhausted(text, status_code=status)
    if status == 429:
        return RateLimited(text, status_code=status, retry_after=wait_of(headers, complaint.retry_delay))
    if 400 <= status < 500 and complaint.filtered:
        return Filtered(text, status_code=status)
    if status in (400, 413, 422, 500) and complaint.context:
        return ContextTooLong(text, status_code=status)
    retryable = status in RETRYABLE
    wait = wait_of(headers, complaint.retry_delay) if retryable else None
    return ProviderError(text, status_code=status, retryable=retryable, retry_after=wait)


def malformed(body: bytes, origin: Origin, why: str) -> ProviderError:
    """Say why an answer with status 200 cannot be read; an error body inside it decides the kind."""
    complaint = read_complaint(body)
    if complaint is not None:
        return complaint_failure(complaint, origin)
    if not body.strip():
        return MalformedAnswer(f"{origin.model}: {origin.url} answered with an empty body")
    what = "HTML, not JSON" if body.lstrip()[:1] == b"<" else why
    return MalformedAnswer(f"{origin.model}: {origin.url} answered with {what}: {origin.quote(body)}")
