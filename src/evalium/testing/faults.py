"""What can go wrong on purpose, and when it does: by rate, by attempt, by request number or by header."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

import msgspec

from evalium.core import UnknownName

FAULTS = {
    "hang": "takes the request and never answers",
    "reset": "resets the connection",
    "malformed": "cuts the JSON in the middle, or sends a broken event",
    "html": "answers 200 with an HTML page",
    "empty": "answers 200 with nothing",
    "error200": "answers 200 with an error body",
    "wrong_type": "answers rightly under the content type text/plain",
    "half_stream": "stops in the middle of the stream, or of the body",
    "null_content": "answers without content and without a reason",
    "no_usage": "reports no token counts",
    "context_too_long": "refuses the prompt as too long",
    "content_filter": "stops the answer by a content filter",
    "prompt_filter": "refuses the prompt by a content filter",
    "quota": "answers that the account's quota is used up",
    "slow": "answers `slow` seconds later",
}
"""Faults by name; besides these any status from 300 to 599 can be named, such as `"429"`."""

_NORMAL = NormalDist()


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds until the first byte of the answer.

    Attributes:
        median: The median, or the fixed value when `sigma` is 0.
        sigma: Standard deviation of the logarithm: 0 is fixed, 0.5 a usual spread of a remote model.
        between: Seconds between two pieces of a streamed answer.
    """

    median: float = 0.0
    sigma: float = 0.0
    between: float = 0.0

    def draw(self, uniform: float) -> float:
        """Turn a uniform number in (0, 1) into seconds.

        Example:
            >>> Latency(median=0.2, sigma=0.5).draw(0.5)
            0.2
        """
        if not self.sigma or not self.median:
            return self.median
        return self.median * math.exp(self.sigma * _NORMAL.inv_cdf(uniform))


def uniform(seed: int, content: bytes, attempt: int, purpose: str) -> float:
    """Return a number in (0, 1) that depends on what was asked and how often, not on when it arrived."""
    digest = hashlib.blake2b(content, digest_size=8, key=f"{seed}/{attempt}/{purpose}".encode()).digest()
    return (int.from_bytes(digest, "big") + 0.5) / 2**64


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """When which fault happens; a fault named in the header `x-test-fault` of a request comes before all of these.

    Attributes:
        rates: Share of requests by fault; drawn anew for each repetition of the same body, so that a retry may pass.
        script: Faults of the first, second, ... sending of each body; `"ok"` for none. After the last one all is well.
        by_number: Faults by number of the request in the order of arrival, from 0.
    """

    rates: Mapping[str, float] = {}
    script: Sequence[str] = ()
    by_number: Mapping[int, str] = {}

    def check(self) -> None:
        """Refuse faults that do not exist and rates that are none.

        Raises:
            UnknownName: A fault is not known.
            ValueError: A rate is not between 0 and 1, or all together exceed 1.
        """
        for name in (*self.rates, *self.script, *self.by_number.values()):
            check_fault(name)
        if any(not 0 <= rate <= 1 for rate in self.rates.values()) or sum(self.rates.values()) > 1:
            raise ValueError(f"fault rates {dict(self.rates)} must lie between 0 and 1 and sum to at most 1")

    def pick(self, number: int, seed: int, content: bytes, attempt: int) -> str | None:
        """Return the fault of one request, None for none."""
        if number in self.by_number:
            return _real(self.by_number[number])
        if attempt < len(self.script):
            return _real(self.script[attempt])
        if not self.rates:
            return None
        left = uniform(seed, content, attempt, "fault")
        for name, rate in self.rates.items():
            left -= rate
            if left < 0:
                return name
        return None


def _real(name: str) -> str | None:
    return None if name == "ok" else name


def check_fault(name: str) -> None:
    """Refuse a fault that does not exist.

    Raises:
        UnknownName: It does not.
    """
    if name != "ok" and name not in FAULTS and not (name.isdecimal() and 300 <= int(name) < 600):
        raise UnknownName("fault", name, ["ok", "429", "500", *FAULTS])
