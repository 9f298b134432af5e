"""How long a server asks to wait, in the many ways in which servers say it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "": 1.0}


def wait_of(headers: Mapping[str, str], told: float | None = None) -> float | None:
    """Seconds that a server asks to wait, None when it does not say.

    `Retry-After` (seconds or HTTP date) and `retry-after-ms` come first, then `told`, then the reset times of those
    OpenAI and Anthropic limits whose remainder is 0.

    Args:
        headers: Headers of the answer; a case-insensitive mapping, or names in lower case.
        told: Seconds named in the body, as Google does.

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
    if told is not None:
        return told
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
