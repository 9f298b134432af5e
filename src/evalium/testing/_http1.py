"""As much of an HTTP/1.1 server as a test server needs, fast enough not to be what a benchmark measures."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import Literal

import msgspec


class Incoming(msgspec.Struct, frozen=True):
    """One request: method, path without query, query, head as sent, body."""

    method: str
    path: str
    query: str
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the value of a header given in lower case."""
        wanted = name.encode()
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.lower() == wanted:
                return value.strip().decode("latin-1")
        return None

    def headers(self) -> dict[str, str]:
        """Return all headers, names in lower case."""
        lines = (line.partition(b":") for line in self.head.split(b"\r\n")[1:])
        return {key.decode("latin-1").lower(): value.strip().decode("latin-1") for key, _, value in lines}


class Delivery(msgspec.Struct):
    """Bytes to send, each piece after a wait in seconds, and what to do with the connection after the last."""

    steps: list[tuple[float, bytes]]
    end: Literal["keep", "close", "reset", "hang"] = "keep"


def head(status: int, content_type: str, *, length: int | None, extra: dict[str, str] | None = None) -> bytes:
    """Return the head of an answer; without a length its body is chunked."""
    framing = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    phrase = HTTPStatus(status).phrase if status in HTTPStatus else "Unknown"
    more = "".join(f"{name}: {value}\r\n" for name, value in (extra or {}).items())
    return f"HTTP/1.1 {status} {phrase}\r\ncontent-type: {content_type}\r\n{framing}\r\n{more}\r\n".encode("latin-1")


def chunk(data: bytes) -> bytes:
    """Frame a piece of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"


class Http1(asyncio.Protocol):
    """Reads requests of one connection and plays the delivery that `respond` returns for each, one after the other.

    Args:
        respond: Called with a request and a function to call once its answer is out.
        opened: Called with +1 when a connection opens and -1 when it closes.
    """

    def __init__(
        self, respond: Callable[[Incoming, Callable[[], None]], Delivery], opened: Callable[[int], None]
    ) -> None:
        self._respond, self._opened = respond, opened
        self._buffer = b""
        self._waiting: deque[Incoming] = deque()
        self._busy = False
        self._finished: Callable[[], None] = _nothing
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start with a fresh connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._opened(1)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the rest of what was to be sent."""
        self._transport = None
        self._waiting.clear()
        self._opened(-1)
        self._done()

    def data_received(self, data: bytes) -> None:
        """Take in bytes and answer the requests they complete."""
        self._buffer = self._buffer + data if self._buffer else data
        while self._buffer:
            try:
                request, used = parse(self._buffer)
            except ValueError:
                self._close()
                return
            if request is None:
                return
            self._buffer = self._buffer[used:]
            if self._busy:
                self._waiting.append(request)
            else:
                self._answer(request)

    def _answer(self, request: Incoming) -> None:
        self._busy = True
        finished = False

        def finish() -> None:
            nonlocal finished
            finished = True

        self._finished = finish
        delivery = self._respond(request, self._on_finish)
        del finished
        self._play(delivery, 0)

    def _play(self, delivery: Delivery, i: int) -> None:
        raise NotImplementedError
