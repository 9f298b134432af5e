"""As much of an HTTP/1.1 server as a test server needs, fast enough not to be what a benchmark measures."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from http import HTTPStatus
from typing import Literal, Protocol, cast

import msgspec

LAST_CHUNK = b"0\r\n\r\n"
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


class Incoming(msgspec.Struct, frozen=True):
    """One request: method, path, query, head as sent, body."""

    method: str
    path: str
    query: str
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the value of a header whose name is given in lower case."""
        lowered = self.head.lower()
        start = lowered.find(b"\r\n" + name.encode() + b":")
        if start < 0:
            return None
        start += len(name) + 3
        end = lowered.find(b"\r\n", start)
        return self.head[start : end if end >= 0 else len(self.head)].strip().decode("latin-1")

    def headers(self) -> dict[str, str]:
        """Return all headers, names in lower case."""
        lines = (line.partition(b":") for line in self.head.split(b"\r\n")[1:])
        return {key.decode("latin-1").lower(): value.strip().decode("latin-1") for key, _, value in lines}


class Delivery(msgspec.Struct):
    """Pieces to send, each after a wait in seconds, and what to do with the connection after the last."""

    steps: list[tuple[float, bytes]]
    end: Literal["keep", "close", "reset", "hang"] = "keep"


class Handler(Protocol):
    """What answers the requests of all connections."""

    def respond(self, request: Incoming) -> Delivery:
        """Return what to send."""
        ...

    def finished(self) -> None:
        """Note that a delivery is out, or that its connection is gone."""
        ...

    def connection(self, change: int) -> None:
        """Note that a connection opened (+1) or closed (-1)."""
        ...


def head(status: int, content_type: str, length: int | None, extra: dict[str, str] | None = None) -> bytes:
    """Return the head of an answer; without a length the body is chunked."""
    framing = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    more = "".join(f"{name}: {value}\r\n" for name, value in (extra or {}).items())
    first = f"HTTP/1.1 {status} {_PHRASES.get(status, 'Unknown')}"
    return f"{first}\r\ncontent-type: {content_type}\r\n{framing}\r\n{more}\r\n".encode("latin-1")


def chunk(data: bytes) -> bytes:
    """Frame a piece of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def parse(buffer: bytes) -> tuple[Incoming, int] | None:
    """Read the first request of a buffer and the number of bytes it takes; None when it is not all there.

    Raises:
        ValueError: This is not HTTP.
    """
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    top = buffer[:end]
    lowered = top.lower()
    if b"\r\ntransfer-encoding: chunked" in lowered:
        unframed = _unframe(buffer, end + 4)
        if unframed is None:
            return None
        body, used = unframed
    else:
        at = lowered.find(b"\r\ncontent-length:")
        length = int(lowered[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        used = end + 4 + length
        if len(buffer) < used:
            return None
        body = buffer[end + 4 : used]
    method, target, _ = top.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    path, _, query = target.partition("?")
    return Incoming(method, path, query, top, body), used


def _unframe(buffer: bytes, at: int) -> tuple[bytes, int] | None:
    """Join the chunks of a body that starts at `at`; None when they are not all there."""
    parts: list[bytes] = []
    while True:
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return None
        size = int(buffer[at:line].split(b";")[0], 16)
        at = line + 2 + size + 2
        if len(buffer) < at:
            return None
        if size == 0:
            return b"".join(parts), at
        parts.append(buffer[line + 2 : line + 2 + size])


class Http1(asyncio.Protocol):
    """One connection: answers its requests one after the other."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._waiting: deque[Incoming] = deque()
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the connection."""
        # uvloop's transports have the methods of asyncio.Transport without being of the class.
        self._transport = cast(asyncio.Transport, transport)
        self._handler.connection(1)

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop what was still to be sent."""
        self._transport = None
        self._waiting.clear()
        self._handler.connection(-1)
        if self._busy:
            self._busy = False
            self._handler.finished()

    def data_received(self, data: bytes) -> None:
        """Take in bytes and answer the requests that they complete."""
        self._buffer = self._buffer + data if self._buffer else data
        while self._buffer and self._transport is not None:
            try:
                found = parse(self._buffer)
            except ValueError:
                self._transport.close()
                return
            if found is None:
                return
            request, used = found
            self._buffer = self._buffer[used:]
            if self._busy:
                self._waiting.append(request)
            else:
                self._begin(request)

    def abort(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _begin(self, request: Incoming) -> None:
        self._busy = True
        self._play(self._handler.respond(request), 0)

    def _play(self, delivery: Delivery, i: int, waited: bool = False) -> None:
        """Send the pieces from number `i` on; pieces without a wait go out together."""
        now: list[bytes] = []
        while i < len(delivery.steps):
            wait, piece = delivery.steps[i]
            if wait > 0 and not waited:
                self._write(now)
                self._loop.call_later(wait, self._play, delivery, i, True)
                return
            waited = False
            now.append(piece)
            i += 1
        self._write(now)
        self._conclude(delivery)

    def _write(self, pieces: list[bytes]) -> None:
        if pieces and self._transport is not None:
            self._transport.write(b"".join(pieces))

    def _conclude(self, delivery: Delivery) -> None:
        transport = self._transport
        if transport is None or delivery.end == "hang":
            return
        if delivery.end == "reset":
            raw = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        elif delivery.end == "close":
            transport.close()
        else:
            self._busy = False
            self._handler.finished()
            if self._waiting:
                self._begin(self._waiting.popleft())
