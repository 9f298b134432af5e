"""Requests that arrive together are worked on together, in one thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Batcher(Generic[T, R]):
    """Collects concurrent calls into batches.

    While one batch is worked on, the next one collects; nothing ever waits for a batch to fill. Items of one batch
    have the same key.

    Args:
        work: Turns a batch into as many results, in order; a result that is an exception is raised for its item
            alone, an exception that is raised fails the whole batch.
        size: Most items of a batch.
        key: What items of one batch have in common.
        name: Name of the worker thread.
    """

    def __init__(
        self,
        work: Callable[[Sequence[T]], Sequence[R | Exception]],
        size: int,
        key: Callable[[T], Hashable] = lambda item: None,
        name: str = "batch",
    ) -> None:
        self._work, self._size, self._key = work, size, key
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"evalium-{name}")
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._drain: asyncio.Task[None] | None = None

    async def submit(self, item: T) -> R:
        """Work on one item and return its result."""
        loop = asyncio.get_running_loop()
        if self._drain is None or self._drain.done() or self._drain.get_loop() is not loop:
            self._waiting = []
            self._drain = loop.create_task(self._run())
        future: asyncio.Future[R] = loop.create_future()
        self._waiting.append((item, future))
        return await future

    def close(self) -> None:
        """End the thread once its current batch is done; what still waits is cancelled."""
        if self._drain is not None and not self._drain.get_loop().is_closed():
            self._drain.cancel()
        for _, future in self._waiting:
            if not future.get_loop().is_closed():
                future.cancel()
        self._waiting = []
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> None:
        # One turn of the loop lets every caller that is ready join the first batch.
        await asyncio.sleep(0)
        while batch := self._take():
            items = [item for item, _ in batch]
            try:
                results = await asyncio.get_running_loop().run_in_executor(self._pool, self._work, items)
            except asyncio.CancelledError:
                for _, future in batch:
                    future.cancel()
                raise
            except Exception as error:
                results = [error] * len(batch)
            for (_, future), result in zip(batch, results, strict=True):
                if future.done():
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    def _take(self) -> list[tuple[T, asyncio.Future[R]]]:
        """The oldest item and the next ones of its kind; calls that were given up are dropped."""
        self._waiting = [entry for entry in self._waiting if not entry[1].done()]
        if not self._waiting:
            return []
        kind = self._key(self._waiting[0][0])
        batch = [entry for entry in self._waiting if self._key(entry[0]) == kind][: self._size]
        taken = {id(entry) for entry in batch}
        self._waiting = [entry for entry in self._waiting if id(entry) not in taken]
        return batch
