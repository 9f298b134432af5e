"""Ctrl-C and SIGTERM while runs go on."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import TracebackType

from evalium.core import EvaliumError, ExitCode

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(EvaliumError):
    """The run was stopped from outside; what is done is stored and the same command goes on from there."""

    exit_code = ExitCode.INTERRUPTED


class Interruption:
    """While it is entered, the first signal lets the calls under way finish, and the second one drops them.

    Outside of the main thread, where Python hands out no signals, it does nothing.

    Args:
        stop: Called at the first signal with the reason.

    Attributes:
        dropped: Whether a second signal cancelled the task that entered this.
    """

    def __init__(self, stop: Callable[[Interrupted], None]) -> None:
        self.dropped = False
        self._stop = stop
        self._asked = False
        self._task: asyncio.Task[object] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
            for number in SIGNALS:
                self._loop.add_signal_handler(number, self._signalled)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._loop is not None:
            for number in SIGNALS:
                self._loop.remove_signal_handler(number)

    def _signalled(self) -> None:
        if not self._asked:
            self._asked = True
            self._stop(Interrupted("interrupted: what is done is stored; the same command goes on from here"))
        elif self._task is not None and not self.dropped:
            self.dropped = True
            self._task.cancel()
