import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from evalium.core import (
    AuthError,
    CallTimeout,
    ContextTooLong,
    Execution,
    Filtered,
    MalformedAnswer,
    Message,
    ProviderError,
    RateLimited,
    Status,
)
from evalium.models import AdapterBase, Request, Response
from evalium.runner.attempts import Attempted, attempt
from evalium.runner.limiter import Limiter
from tests.runner.virtual_time import run_virtual

REQUEST = Request(messages=(Message("user", "hi"),))


class Scripted(AdapterBase):
    """Answers with the next item of a script: an exception, a response, or seconds to hang."""

    endpoint = "scripted"

    def __init__(self, script: Sequence[Exception | Response | float]) -> None:
        self.identity: dict[str, Any] = {}
        self.script = list(script)
        self.sent_at: list[float] = []

    async def answer(self, request: Request) -> Response:
        self.sent_at.append(asyncio.get_running_loop().time())
        item = self.script.pop(0)
        if isinstance(item, Exception):
            raise item
        if isinstance(item, float):
            await asyncio.sleep(item)
            return Response(output="late")
        return item


def tried(script: Sequence[Exception | Response | float], **execution: Any) -> tuple[Attempted, Scripted]:
    adapter = Scripted(script)
    return run_virtual(attempt(adapter, REQUEST, Limiter(5), Execution(**execution))), adapter


OK = Response(output="yes")


@pytest.mark.parametrize(
    "error",
    [
        RateLimited("slow down"),
        CallTimeout("slow"),
        MalformedAnswer("<html>"),
        ProviderError("oops", status_code=500, retryable=True),
    ],
)
def test_what_may_pass_is_tried_again(error: ProviderError):
    done, adapter = tried([error, error, OK])
    assert done.status is Status.OK and done.attempts == 3 and len(adapter.sent_at) == 3


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (AuthError("no key", status_code=401), Status.ERROR),
        (ContextTooLong("too long", status_code=400), Status.ERROR),
        (ProviderError("bad", status_code=400), Status.ERROR),
        (Filtered("no"), Status.REFUSED_BY_FILTER),
        (ValueError("a bug"), Status.ERROR),
    ],
)
def test_what_cannot_pass_is_not_tried_again(error: Exception, status: Status):
    done, adapter = tried([error, OK])
    assert done.status is status and len(adapter.sent_at) == 1 and done.error is error


def test_retries_are_finite():
    done, adapter = tried([ProviderError("oops", status_code=503, retryable=True)] * 9, max_retries=3)
    assert done.response is None and done.attempts == 4 == len(adapter.sent_at)


def test_retry_after_is_honoured():
    _, adapter = tried([RateLimited("slow down", retry_after=7.0), OK])
    assert adapter.sent_at[1] - adapter.sent_at[0] >= 7.0


def test_no_retry_beyond_the_deadline():
    done, adapter = tried([RateLimited("slow down", retry_after=400.0), OK], deadline=60.0)
    assert done.status is Status.ERROR and len(adapter.sent_at) == 1


def test_a_hanging_call_times_out_and_is_tried_again():
    done, _ = tried([500.0, OK], timeout=10.0)
    assert done.status is Status.OK and done.attempts == 2
    done, _ = tried([500.0, 500.0], timeout=10.0, max_retries=1)
    assert done.status is Status.TIMEOUT


def test_cancelling_from_outside_is_not_a_timeout():
    async def main() -> None:
        task = asyncio.create_task(attempt(Scripted([500.0]), REQUEST, Limiter(1), Execution()))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtual(main())


def test_the_slot_is_given_back_after_a_failure():
    async def main() -> int:
        limiter = Limiter(1)
        await attempt(Scripted([ValueError("bug")]), REQUEST, limiter, Execution())
        return limiter.in_use

    assert run_virtual(main()) == 0
