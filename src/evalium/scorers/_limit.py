"""A regular expression of the user's on text of a stranger's: bounded in time."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from evalium.core import ConfigError, ScoreError

T = TypeVar("T")
SECONDS = 1.0


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
    """Call a function that searches text, but no longer than `SECONDS`.

    A pattern such as `(a+)+$` takes exponential time on hostile text. Python's matcher looks for signals while it
    works, so an interval timer ends it. Signals reach only the main thread (where the engine and its worker processes
    score) and Windows has no such timer; there the call runs unbounded.

    Raises:
        ScoreError: It took longer.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        return call(text)
    if signal.getitimer(signal.ITIMER_REAL)[0]:
        return call(text)
    previous = signal.signal(signal.SIGALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        return call(text)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _out_of_time(number: int, frame: FrameType | None) -> None:
    raise ScoreError("the pattern took too long on this output: its repeats nest, write it without")
