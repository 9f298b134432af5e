"""The part of a plan that says what is decided by its numbers."""

from __future__ import annotations

from .config import Config


class Decide(Config, frozen=True, kw_only=True):
    """What a model must fulfil.

    Attributes:
        require: Metric to bound, such as `latency_p95: "<= 2 s"`; judged on the interval, not the point. `at 99 %`
            behind it asks for this one-sided confidence.
    """

    require: dict[str, str] = {}
