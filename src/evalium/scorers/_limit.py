"""A regular expression of the user's on text of a stranger's: bounded in time."""

from __future__ import annotations

import atexit
import re
import signal
import threading
from collections.abc import Callable
from time import perf_counter
from types import FrameType
from typing import Any, TypeVar

from evalium.core import ConfigError, ScoreError

T = TypeVar("T")
SECONDS = 1.0
TICK = 0.25


def compile_pattern(pattern: str, where: str, flags: int = 0) -> re.Pattern[str]:
    """Compile a user's pattern.

    Raises:
        ConfigError: It is not a regular expression; the message says where it goes wrong.

    Example:
        >>> compile_pattern("(a", "extract")
        Traceback (most recent call last):
        ...
        evalium.core.errors.ConfigError: extract: '(a' is not a regular expression: missing ), unterminated subpattern
        at position 0
    """
    try:
        return re.compile(pattern, flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigError(f"{where}: {pattern!r} is not a regular expression: {error}") from error


def in_time(call: Callable[[str], T], text: str) -> T:
    """Call a function that searches text, but no longer than about `SECONDS`.

    A pattern such as `(a+)+$` takes exponential time on hostile text. Python's matcher looks for signals while it
    works, so a timer can end it. Signals reach only the main thread (where the engine and its worker processes
    score) and Windows has no such timer; there, and beside a timer of somebody else's, the call runs unbounded.

    Raises:
        ScoreError: It took longer.
    """
    if threading.get_ident() != _MAIN or not _watch.armed():
        return call(text)
    _watch.since = perf_counter()
    try:
        return call(text)
    finally:
        _watch.since = 0.0


class _Watch:
    """A timer that ticks while patterns are in use: arming one for each search would cost more than most searches."""

    def __init__(self) -> None:
        self.since = 0.0
        self._ticking = False
        self._idle = False
        self._previous: Any = None

    def armed(self) -> bool:
        """Make sure that the timer ticks; False where it cannot."""
        self._idle = False
        if self._ticking:
            return True
        if not hasattr(signal, "setitimer") or signal.getitimer(signal.ITIMER_REAL)[0]:
            return False
        self._previous = signal.signal(signal.SIGALRM, self._tick)
        signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
        self._ticking = True
        # a tick after the interpreter has taken its handlers down would end the process
        atexit.register(self._disarm)
        return True

    def _tick(self, number: int, frame: FrameType | None) -> None:
        if self.since and perf_counter() - self.since > SECONDS:
            self.since = 0.0
            raise ScoreError("the pattern took too long on this output: its repeats nest, write it without")
        if self._idle and not self.since:
            self._disarm()
        self._idle = True

    def _disarm(self) -> None:
        if self._ticking:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._previous)
            self._ticking = False


_watch = _Watch()
_MAIN = threading.main_thread().ident
