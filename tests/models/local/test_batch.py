from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from evalium.models.local._batch import Batcher


def test_concurrent_calls_share_batches_and_each_gets_its_own_result() -> None:
    sizes: list[int] = []

    def work(items: Sequence[int]) -> list[int | Exception]:
        sizes.append(len(items))
        return [item * 2 if item != 5 else ValueError("five") for item in items]

    async def run() -> list[int | BaseException]:
        batches: Batcher[int, int] = Batcher(work, 4)
        found = await asyncio.gather(*[batches.submit(i) for i in range(10)], return_exceptions=True)
        batches.close()
        return found

    found = asyncio.run(run())
    assert [item for item in found if not isinstance(item, BaseException)] == [0, 2, 4, 6, 8, 12, 14, 16, 18]
    assert str(found[5]) == "five"
    assert sizes == [4, 4, 2]


def test_items_of_one_batch_have_one_key() -> None:
    seen: list[list[int]] = []

    def work(items: Sequence[int]) -> list[int | Exception]:
        seen.append(list(items))
        return list(items)

    async def run() -> list[int]:
        batches: Batcher[int, int] = Batcher(work, 8, key=lambda item: item % 2)
        return await asyncio.gather(*[batches.submit(i) for i in range(5)])

    assert asyncio.run(run()) == [0, 1, 2, 3, 4]
    assert seen == [[0, 2, 4], [1, 3]]


def test_a_batch_that_fails_fails_its_items_and_not_the_next() -> None:
    def work(items: Sequence[int]) -> list[int | Exception]:
        if 0 in items:
            raise RuntimeError("whole batch")
        return list(items)

    async def run() -> list[int | BaseException]:
        batches: Batcher[int, int] = Batcher(work, 2)
        return await asyncio.gather(*[batches.submit(i) for i in range(4)], return_exceptions=True)

    found = asyncio.run(run())
    assert [str(item) for item in found] == ["whole batch", "whole batch", "2", "3"]


def test_calls_given_up_are_not_worked_on_and_the_next_event_loop_starts_afresh() -> None:
    begun, go = threading.Event(), threading.Event()
    seen: list[int] = []

    def work(items: Sequence[int]) -> list[int | Exception]:
        seen.extend(items)
        begun.set()
        go.wait(20)
        return list(items)

    batches: Batcher[int, int] = Batcher(work, 1)

    async def run() -> int:
        first = asyncio.create_task(batches.submit(1))
        await asyncio.get_running_loop().run_in_executor(None, begun.wait, 20)
        second, third = asyncio.create_task(batches.submit(2)), asyncio.create_task(batches.submit(3))
        await asyncio.sleep(0)
        second.cancel()
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await second
        return await first + await third

    assert asyncio.run(run()) == 4
    assert seen == [1, 3]
    assert asyncio.run(batches.submit(7)) == 7
    batches.close()


def test_close_cancels_what_waits() -> None:
    begun, go = threading.Event(), threading.Event()

    def work(items: Sequence[int]) -> list[int | Exception]:
        begun.set()
        go.wait(20)
        return list(items)

    async def run() -> list[int | BaseException]:
        batches: Batcher[int, int] = Batcher(work, 1)
        tasks = [asyncio.create_task(batches.submit(i)) for i in range(2)]
        await asyncio.get_running_loop().run_in_executor(None, begun.wait, 20)
        batches.close()
        go.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(item) for item in asyncio.run(run())] == [asyncio.CancelledError] * 2
