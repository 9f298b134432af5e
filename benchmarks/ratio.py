"""One piece of work done by evalium and by an incumbent in the same process: CPU seconds, and how many times faster."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """CPU seconds of the same work.

    Attributes:
        work: What was done.
        incumbent: Who else did it.
        theirs: The incumbent's seconds; scaled up where a part of its repeats was run, and the note says so.
        ours: evalium's.
        bound: How many times faster it should be; 0 where nothing was promised.
        note: What else must be known of the row.
    """

    work: str
    incumbent: str
    theirs: float
    ours: float
    bound: float = 0.0
    note: str = ""

    @property
    def times(self) -> float:
        """How many times faster."""
        return self.theirs / self.ours


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of a call, those of all its threads together, and what it returned."""
    begun = time.process_time()
    found = work()
    return time.process_time() - begun, found


def best(work: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    """The fewest CPU seconds of some calls, and what the last one returned."""
    runs = [cpu(work) for _ in range(repeats)]
    return min(seconds for seconds, _ in runs), runs[-1][1]
