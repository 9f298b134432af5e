"""One HTTP/1.1 connection: sends a request, reads the answer, and says whether it can be used again."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from typing import Any, cast

import httptools
import msgspec

MOST_HEAD = 2**18
"""Most bytes of an answer's status line and headers."""

Feed = Callable[[bytes], None]
"""Takes a piece of an answer's body as it arrives."""


class Answer(msgspec.Struct, gc=False):
    """What a server sent back.

    Attributes:
        status: HTTP status.
        headers: By name in lower case; several of one name are joined by a comma.
        content: The body; empty where it was handed out piece by piece.
    """

    status: int
    headers: dict[str, str]
    content: bytes


class Dropped(ConnectionError):
    """The connection ended before a byte of the answer came."""


class BrokenOff(Exception):
    """The connection ended inside the answer."""


class NotHttp(Exception):
    """What came is no HTTP answer."""


class Connection(asyncio.Protocol):
    """One connection, used by one request at a time.

    Args:
        release: Called when an answer is whole and the server keeps the connection open.
        lost: Called once when the connection is gone.

    Attributes:
        idle_since: Time of the event loop at which it was released last.
    """

    __slots__ = (
        "_answer",
        "_body",
        "_feed",
        "_head_bytes",
        "_headers",
        "_inflate",
        "_keep",
        "_loop",
        "_lost",
        "_parser",
        "_release",
        "_status",
        "_transport",
        "_until_end",
        "idle_since",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        release: Callable[[Connection], None],
        lost: Callable[[Connection], None],
    ) -> None:
        self.idle_since = 0.0
        self._loop, self._release, self._lost = loop, release, lost
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Answer] | None = None
        self._feed: Feed | None = None
        self._begin()

    def _begin(self) -> None:
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._status = self._head_bytes = 0
        self._keep = self._until_end = False
        self._inflate: Any = None

    @property
    def usable(self) -> bool:
        """Whether a request may be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, request: bytes, feed: Feed | None = None) -> asyncio.Future[Answer]:
        """Send a request, head and body.

        Args:
            request: Bytes to send.
            feed: Gets the body of an answer of status 200; what it raises is what the request ends with.

        Returns:
            The answer, to be waited for; whoever stops waiting closes the connection.
        """
        assert self._transport is not None
        self._feed = feed
        answer = self._answer = self._loop.create_future()
        self._transport.write(request)
        return answer

    def close(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        if self._answer is None:
            # Nothing was asked: a farewell, or a server that is out of step.
            self.close()
            return
        if not self._status:
            if self._head_bytes > MOST_HEAD:
                self._fail(NotHttp(f"headers of more than {MOST_HEAD} bytes"))
                return
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(NotHttp("the server wants another protocol"))
        except httptools.HttpParserError as error:
            self._fail(NotHttp(str(error)))

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop."""
        self._transport = None
        if self._answer is not None:
            if self._until_end and exc is None:
                self._finish()
            elif self._status or self._head_bytes:
                self._fail(BrokenOff(str(exc or "connection closed")))
            else:
                self._fail(Dropped(str(exc or "the server closed the connection")))
        self._lost(self)

    def on_message_begin(self) -> None:
        """Called by the parser."""
        if self._answer is None:
            # More than was asked for: what follows cannot be told from the next answer.
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser."""
        key, text = name.lower().decode("latin-1"), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        self._status = self._parser.get_status_code()
        self._keep = self._parser.should_keep_alive()
        headers = self._headers
        if "content-length" not in headers:
            self._until_end = "chunked" not in headers.get("transfer-encoding", "").lower()
        if "content-encoding" in headers and headers["content-encoding"].strip().lower() in ("gzip", "deflate"):
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def on_body(self, piece: bytes) -> None:
        """Called by the parser."""
        if self._answer is None:
            return
        try:
            if self._inflate is not None:
                piece = self._inflate.decompress(piece)
            if self._feed is not None and self._status == 200:
                self._feed(piece)
            else:
                self._body.append(piece)
        except zlib.error as error:
            self._fail(NotHttp(f"the body is not compressed as it says: {error}"))
        except Exception as error:
            self._fail(error)

    def on_message_complete(self) -> None:
        """Called by the parser."""
        if 100 <= self._status < 200:
            # An interim answer: the one that counts follows.
            self._begin()
        else:
            self._finish()

    def _finish(self) -> None:
        waiting = self._answer
        if waiting is None:
            return
        body = self._body
        answer = Answer(self._status, self._headers, body[0] if len(body) == 1 else b"".join(body))
        keep = self._keep
        self._answer = self._feed = None
        self._begin()
        if keep:
            self._release(self)
        else:
            self.close()
        if not waiting.done():
            waiting.set_result(answer)

    def _fail(self, error: Exception) -> None:
        waiting, self._answer, self._feed = self._answer, None, None
        self.close()
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
