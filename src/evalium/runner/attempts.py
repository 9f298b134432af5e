"""One call with its retries, and the record of how it went."""

from __future__ import annotations

import asyncio
import random
from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from evalium.core import CallTimeout, ConfigError, Execution, Filtered, ProviderError, RateLimited, Status
from evalium.models import Adapter, Request, Response

from .limiter import Limiter

BASE_WAIT = 0.5
LONGEST_WAIT = 60.0
TICKS = 10


class Attempted(msgspec.Struct, kw_only=True, gc=False):
    """What came of a call.

    Attributes:
        response: The answer; None when every attempt failed.
        error: The last failure.
        status: How the call ended.
        attempts: Requests sent.
        latency: Seconds of the last attempt.
        queue_time: Seconds spent waiting for slots.
        retry_time: Seconds in failed attempts and the waits after them.
    """

    response: Response | None
    error: Exception | None = None
    status: Status = Status.OK
    attempts: int = 1
    latency: float = 0.0
    queue_time: float = 0.0
    retry_time: float = 0.0


async def attempt(adapter: Adapter, request: Request, limiter: Limiter, execution: Execution) -> Attempted:
    """Call a model until it answers, refuses for good, or time is up.

    Retryable failures are repeated with full jitter, a growing wait and the provider's `Retry-After`, at most
    `max_retries` times and within `deadline` seconds in all.

    Returns:
        The answer or the last failure; never raises for a failed call.

    Raises:
        ConfigError: The model cannot be asked like that at all.
    """
    started = perf_counter()
    await limiter.acquire()
    sent = perf_counter()
    queue_time = sent - started
    retries = 0
    first_sent = sent
    while True:
        try:
            response = await _once(adapter, request, execution.timeout)
        except ConfigError:
            limiter.release()
            raise
        except Exception as error:
            ended = perf_counter()
            limiter.release()
            failure = error
        else:
            ended = perf_counter()
            limiter.release()
            limiter.succeeded()
            return Attempted(
                response=response,
                status=response.status,
                attempts=retries + 1,
                latency=ended - sent,
                queue_time=queue_time,
                retry_time=sent - first_sent if retries else 0.0,
            )
        if isinstance(failure, RateLimited):
            limiter.rate_limited(failure.retry_after)
        wait = _next_wait(failure, retries, execution, ended - started)
        if wait is None:
            return _failed(failure, retries, ended - sent, queue_time, sent - first_sent)
        retries += 1
        await asyncio.sleep(wait)
        asked = perf_counter()
        await limiter.acquire()
        sent = perf_counter()
        queue_time += sent - asked
        first_sent += sent - asked


async def _once(adapter: Adapter, request: Request, timeout: float) -> Response:
    if not adapter.remote:
        return await adapter.answer(request)
    task = asyncio.current_task()
    assert task is not None
    watch = _watch_of(asyncio.get_running_loop())
    watch.begin(task, timeout)
    try:
        return await adapter.answer(request)
    except asyncio.CancelledError:
        if watch.expired(task) and not task.uncancel():
            raise CallTimeout(f"no answer within {timeout:g} s") from None
        raise
    finally:
        watch.end(task)


class _Watch:
    """Cancels calls that take too long: one timer for all of them instead of one each, which the hot path would feel.

    A call ends at most a tenth of its time limit late.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._deadlines: dict[asyncio.Task[Any], float] = {}
        self._expired: set[asyncio.Task[Any]] = set()
        self._ticking = False

    def begin(self, task: asyncio.Task[Any], timeout: float) -> None:
        self._deadlines[task] = self._loop.time() + timeout
        if not self._ticking:
            self._ticking = True
            self._loop.call_later(timeout / TICKS, self._tick, timeout / TICKS)

    def end(self, task: asyncio.Task[Any]) -> None:
        del self._deadlines[task]
        self._expired.discard(task)

    def expired(self, task: asyncio.Task[Any]) -> bool:
        return task in self._expired

    def _tick(self, pause: float) -> None:
        now = self._loop.time()
        for task, deadline in self._deadlines.items():
            if deadline <= now and task not in self._expired:
                self._expired.add(task)
                task.cancel()
        self._ticking = bool(self._deadlines)
        if self._ticking:
            self._loop.call_later(pause, self._tick, pause)


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, _Watch] = WeakKeyDictionary()


def _watch_of(loop: asyncio.AbstractEventLoop) -> _Watch:
    watch = _watches.get(loop)
    if watch is None:
        watch = _watches[loop] = _Watch(loop)
    return watch


def _next_wait(error: Exception, retries: int, execution: Execution, spent: float) -> float | None:
    if not isinstance(error, ProviderError) or not error.retryable or retries >= execution.max_retries:
        return None
    wait = random.uniform(0, min(LONGEST_WAIT, BASE_WAIT * 2**retries))
    if error.retry_after is not None:
        wait += error.retry_after
    return wait if spent + wait < execution.deadline else None


def _failed(error: Exception, retries: int, latency: float, queue_time: float, retry_time: float) -> Attempted:
    status = Status.ERROR
    if isinstance(error, CallTimeout):
        status = Status.TIMEOUT
    elif isinstance(error, Filtered):
        status = Status.REFUSED_BY_FILTER
    return Attempted(
        response=None,
        error=error,
        status=status,
        attempts=retries + 1,
        latency=latency,
        queue_time=queue_time,
        retry_time=retry_time,
    )
