"""One call with its retries, and the record of how it went."""

from __future__ import annotations

import asyncio
import random
import traceback
from time import perf_counter

import msgspec

from evalium.core import CallTimeout, Execution, Filtered, ProviderError, RateLimited, Status
from evalium.models import Adapter, Request, Response

from .limiter import Limiter

BASE_WAIT = 0.5
LONGEST_WAIT = 60.0


class Attempted(msgspec.Struct, kw_only=True):
    """What came of a call.

    Attributes:
        response: The answer; None when every attempt failed.
        error: The last failure.
        status: How the call ended.
        attempts: Requests sent.
        latency: Seconds of the last attempt.
        queue_time: Seconds spent waiting for slots.
        retry_time: Seconds in failed attempts and the waits after them.
        traceback: Traceback of an unexpected failure.
    """

    response: Response | None
    error: Exception | None = None
    status: Status = Status.OK
    attempts: int = 1
    latency: float = 0.0
    queue_time: float = 0.0
    retry_time: float = 0.0
    traceback: str | None = None


async def attempt(adapter: Adapter, request: Request, limiter: Limiter, execution: Execution) -> Attempted:
    """Call a model until it answers, refuses for good, or time is up.

    Retryable failures are repeated with full jitter, a growing wait and the provider's `Retry-After`, at most
    `max_retries` times and within `deadline` seconds in all.

    Returns:
        The answer or the last failure; never raises for a failed call.
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
    # call_at + cancel is what asyncio.timeout does; written out it costs a third of it per call
    task = asyncio.current_task()
    assert task is not None
    expired = False

    def expire() -> None:
        nonlocal expired
        expired = True
        task.cancel()

    handle = asyncio.get_running_loop().call_later(timeout, expire)
    try:
        return await adapter.answer(request)
    except asyncio.CancelledError:
        if expired and not task.uncancel():
            raise CallTimeout(f"no answer within {timeout:g} s") from None
        raise
    finally:
        handle.cancel()


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
    unexpected = not isinstance(error, ProviderError) or error.__cause__ is not None
    return Attempted(
        response=None,
        error=error,
        status=status,
        attempts=retries + 1,
        latency=latency,
        queue_time=queue_time,
        retry_time=retry_time,
        traceback="".join(traceback.format_exception(error)) if unexpected else None,
    )
