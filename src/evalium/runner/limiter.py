"""How many calls an endpoint gets at a time."""

from __future__ import annotations

import asyncio
from collections import deque

START = 20
CEILING = 200
SHRINK = 0.8
COOL_DOWN = 15.0


class Limiter:
    """Bounded, adaptive concurrency for one endpoint, shared by all models that live there.

    Without a declared limit it starts at 20 calls, doubles after each round of successes until the first rate-limit
    answer, then grows by 5 % a round. A rate-limit answer multiplies the limit by 0.8, at most once in 15 s, and holds
    new calls back until the time the provider named. Server errors do not shrink it. (The constants are those that
    Inspect AI documents for its adaptive connections.)

    Args:
        limit: Declared most calls at a time; None adapts.
        ceiling: Most calls when adapting.
    """

    def __init__(self, limit: int | None = None, ceiling: int = CEILING) -> None:
        self.ceiling = limit or ceiling
        self.limit = limit or min(START, ceiling)
        self.history: list[tuple[float, int, str]] = []
        self._in_use = 0
        self._successes = 0
        self._slow_start = limit is None
        self._not_before = 0.0
        self._shrunk_at = -COOL_DOWN
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def in_use(self) -> int:
        """Calls under way."""
        return self._in_use

    async def acquire(self) -> None:
        """Wait for a slot."""
        if self._in_use < self.limit and not self._waiting and not self._not_before:
            self._in_use += 1
            return
        await self._wait()

    def release(self) -> None:
        """Give a slot back."""
        self._in_use -= 1
        if self._waiting:
            self._wake()

    def succeeded(self) -> None:
        """Count a success; a full round of them lets the limit grow."""
        if self.limit >= self.ceiling:
            return
        self._successes += 1
        if self._successes >= self.limit:
            self._successes = 0
            grown = self.limit * 2 if self._slow_start else self.limit + max(1, self.limit // 20)
            self._set(min(self.ceiling, grown), "grow")

    def rate_limited(self, retry_after: float | None) -> None:
        """Shrink after a rate-limit answer and hold calls back as long as the provider asks."""
        now = asyncio.get_running_loop().time()
        self._slow_start = False
        self._successes = 0
        if now - self._shrunk_at >= COOL_DOWN:
            self._shrunk_at = now
            self._set(max(1, int(self.limit * SHRINK)), "rate limit")
        if retry_after:
            self._not_before = max(self._not_before, now + retry_after)

    def _set(self, limit: int, why: str) -> None:
        self.limit = limit
        self.history.append((asyncio.get_running_loop().time(), limit, why))
        self._wake()

    async def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            hold = self._not_before - loop.time()
            if self._not_before and hold <= 0:
                self._not_before = 0.0
            elif hold > 0:
                await asyncio.sleep(hold)
                continue
            if self._in_use < self.limit:
                self._in_use += 1
                return
            turn = loop.create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn in self._waiting:
                    self._waiting.remove(turn)
                else:
                    self._wake()
                raise

    def _wake(self) -> None:
        free = self.limit - self._in_use
        while free > 0 and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1
