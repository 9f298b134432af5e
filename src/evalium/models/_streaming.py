"""What every streamed answer needs, whichever protocol: joining pieces and taking times."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from ._http import Target, Wire
from .base import Response
from .sse import SseParser


class Clock:
    """Times of the pieces of an answer, from the moment of creation.

    Time to first token ends with the first piece that holds text, reasoning or a tool call: an empty first event does
    not count. Time between tokens is (last - first) / (output tokens - 1), reasoning included, since a
    piece may hold several tokens; without a reported count pieces are taken for tokens. It is undefined below two
    pieces.
    """

    __slots__ = ("events", "first", "last", "start")

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.first = self.last = 0.0
        self.events = 0

    def token(self, now: float) -> None:
        """Note a piece that arrived at `now`."""
        if not self.events:
            self.first = now
        self.last = now
        self.events += 1

    def set_times(self, response: Response) -> None:
        """Set `ttft` and `itl`; call it after the token counts are set."""
        if not self.events:
            return
        response.ttft = self.first - self.start
        tokens = response.output_tokens if response.output_tokens is not None else self.events
        if self.events > 1 and tokens > 1:
            response.itl = (self.last - self.first) / (tokens - 1)


async def read_events(
    wire: Wire, target: Target, body: bytes, take: Callable[[bytes, float], None]
) -> tuple[Mapping[str, str], bytes | None]:
    """Post and hand the data of each event, with its time of arrival, to `take`.

    Returns:
        The headers, and the whole body where it was no event stream at all, else None.

    Raises:
        ProviderError: As `Wire.stream`, or what `take` raises.
    """
    parser = SseParser()
    streamed = False
    unread: list[bytes] = []

    def feed(chunk: bytes) -> None:
        nonlocal streamed
        now = time.perf_counter()
        for event in parser.feed(chunk):
            streamed = True
            take(event, now)
        if not streamed:
            unread.append(chunk)

    headers = await wire.stream(target, body, feed)
    return headers, None if streamed else b"".join(unread)
