"""How a call ended, kept apart from what it scored."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How a call, or the parsing of its answer, ended.

    A failed call is data: it is counted under its status and never turned into a score of 0.
    """

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    REFUSED_BY_FILTER = "refused_by_filter"
    TRUNCATED = "truncated"
    UNPARSED = "unparsed"
    MISSING = "missing"

    @property
    def has_output(self) -> bool:
        """Whether a record of this status carries an answer that can be scored."""
        return self is Status.OK or self is Status.TRUNCATED or self is Status.UNPARSED
