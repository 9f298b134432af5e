"""When a run was busy: the union of the intervals from entering the queue to the last byte."""

from dataclasses import dataclass

import numpy as np

from .column import Floats
from .frame import Frame

BATCHES = 20


@dataclass(frozen=True, slots=True)
class BusySpan:
    """Busy seconds and what ended when, on a clock that stands still while nothing runs.

    Attributes:
        seconds: Length of the union of all calls.
        ended: [n] busy seconds until each call ended; nan for calls without times.
    """

    seconds: float
    ended: Floats

    def batches(self, amounts: Floats) -> Floats:
        """Sums [20] of amounts [n] over equal parts of the busy span, by when the calls ended."""
        known = ~np.isnan(self.ended)
        part = np.minimum((self.ended[known] / self.seconds * BATCHES).astype(np.int64), BATCHES - 1)
        return np.bincount(part, weights=amounts[known], minlength=BATCHES).astype(np.float64)


def busy_span(frame: Frame) -> BusySpan:
    """The busy span of a run; answers from the response cache took no time in it and are left out.

    Example:
        >>> frame = Frame.from_columns({"started_at": [100, 101, 500], "latency": [2, 2, 1]})
        >>> span = busy_span(frame)
        >>> span.seconds, span.ended.tolist()
        (4.0, [2.0, 3.0, 4.0])
    """
    start = np.where(frame.number("cached") == 1, np.nan, frame.number("started_at"))
    end = start + frame.number("latency")
    for wait in ("queue_time", "retry_time"):
        if wait in frame.numbers:
            end += np.nan_to_num(frame.numbers[wait])
    order = np.flatnonzero(~np.isnan(end) & (start > 0))
    ended = np.full(frame.n, np.nan)
    if not len(order):
        return BusySpan(0.0, ended)
    order = order[np.argsort(start[order], kind="stable")]
    start, end = start[order], end[order]
    first = float(start[0])
    # Idle before a call is what lies between its start and the latest end of all earlier calls.
    reached = np.maximum.accumulate(end)
    start[1:] -= reached[:-1]
    start[0] = 0.0
    idle = np.cumsum(np.maximum(start, 0.0, out=start), out=start)
    # While a call runs nothing is idle, so its end is as far from that idle time as its start.
    ended[order] = end - first - idle
    return BusySpan(float(reached[-1] - first - idle[-1]), ended)
