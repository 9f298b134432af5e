import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.runner.limiter import Limiter
from tests.runner.virtual_time import run_virtual


def test_slow_start_doubles_until_the_first_rate_limit_then_grows_slowly():
    async def main() -> list[int]:
        limiter = Limiter()
        seen = [limiter.limit]
        for _ in range(20):
            limiter.succeeded()
        seen.append(limiter.limit)
        for _ in range(40):
            limiter.succeeded()
        seen.append(limiter.limit)
        limiter.rate_limited(None)
        seen.append(limiter.limit)
        for _ in range(64):
            limiter.succeeded()
        seen.append(limiter.limit)
        return seen

    assert run_virtual(main()) == [20, 40, 80, 64, 67]


def test_it_shrinks_once_in_the_cool_down():
    async def main() -> list[int]:
        limiter = Limiter(100)
        seen = []
        for _ in range(5):
            limiter.rate_limited(None)
        seen.append(limiter.limit)
        await asyncio.sleep(15)
        limiter.rate_limited(None)
        seen.append(limiter.limit)
        return seen

    assert run_virtual(main()) == [80, 64]


def test_retry_after_holds_new_calls_back():
    async def main() -> float:
        limiter = Limiter(4)
        before = asyncio.get_running_loop().time()
        limiter.rate_limited(7.5)
        await limiter.acquire()
        return asyncio.get_running_loop().time() - before

    assert run_virtual(main()) == pytest.approx(7.5)


def test_it_never_falls_below_one():
    async def main() -> int:
        limiter = Limiter(1)
        for _ in range(5):
            limiter.rate_limited(None)
            await asyncio.sleep(16)
        return limiter.limit

    assert run_virtual(main()) == 1


@given(limit=st.integers(1, 9), calls=st.integers(1, 60), seconds=st.lists(st.floats(0.001, 3), min_size=1, max_size=7))
def test_never_more_calls_than_slots_and_all_get_their_turn(limit: int, calls: int, seconds: list[float]):
    async def main() -> tuple[int, int]:
        limiter = Limiter(limit)
        most = done = 0

        async def call(i: int) -> None:
            nonlocal most, done
            await limiter.acquire()
            most = max(most, limiter.in_use)
            await asyncio.sleep(seconds[i % len(seconds)])
            limiter.release()
            done += 1

        await asyncio.gather(*(call(i) for i in range(calls)))
        return most, done

    most, done = run_virtual(main())
    assert most <= limit and done == calls


def test_a_cancelled_waiter_passes_its_turn_on():
    async def main() -> int:
        limiter = Limiter(1)
        await limiter.acquire()
        waiting = [asyncio.create_task(limiter.acquire()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        limiter.release()
        await asyncio.sleep(0)
        waiting[1].cancel()
        await asyncio.sleep(0.1)
        got = 1 if waiting[2].done() or waiting[1].done() else 0
        limiter.release()
        await asyncio.wait_for(waiting[2], 1)
        return got

    assert run_virtual(main()) == 1
