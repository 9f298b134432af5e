"""The test server on a socket, in a thread of its own."""

from __future__ import annotations

import asyncio
import sys
import threading
from types import TracebackType
from typing import ClassVar, Self
from weakref import WeakSet

from ._http1 import Http1
from .service import Behaviour, Seen, Service, Stats


class TestServer:
    """A server that speaks OpenAI's, Anthropic's and Gemini's protocols, for tests and trials without a model.

    It runs in a thread with an event loop of its own, and stops when the `with` block ends.

    Args:
        behaviour: What it answers, when, and what goes wrong.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.

    Example:
        >>> import json, urllib.request
        >>> with TestServer() as server:
        ...     body = {"model": "m", "messages": [{"role": "user", "content": "What is 2 + 3?"}]}
        ...     ask = urllib.request.Request(server.url + "/v1/chat/completions", json.dumps(body).encode())
        ...     with urllib.request.urlopen(ask) as answer:
        ...         json.load(answer)["choices"][0]["message"]["content"]
        ...     server.stats().requests
        'ANSWER: 5'
        1
    """

    __test__: ClassVar[bool] = False

    def __init__(self, behaviour: Behaviour | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._service = Service(behaviour or Behaviour())
        self._host, self._wanted_port = host, port
        self._port = 0
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Address without a path, such as `http://127.0.0.1:40123`."""
        return f"http://{self._host}:{self._port}"

    @property
    def requests(self) -> list[Seen]:
        """The latest requests to models, oldest first."""
        return list(self._service.seen)

    def stats(self) -> Stats:
        """Return what happened so far."""
        return self._service.stats()

    def reset(self) -> None:
        """Forget what happened; attempts count from 0 again."""
        self._service.reset()

    def start(self) -> Self:
        """Start listening.

        Raises:
            OSError: The port cannot be had.
        """
        self._thread = threading.Thread(target=self._run, name="evalium-test-server", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def stop(self) -> None:
        """Close all connections and stop."""
        if self._loop is not None and self._stop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=loop_factory()) as runner:
                runner.run(self._serve())
        except OSError as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        open_now: WeakSet[Http1] = WeakSet()

        def connect() -> Http1:
            protocol = Http1(self._service)
            open_now.add(protocol)
            return protocol

        server = await self._loop.create_server(connect, self._host, self._wanted_port, backlog=4096)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for protocol in list(open_now):
            protocol.abort()
        await server.wait_closed()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    """Return uvloop's loop where there is one, else None for asyncio's own."""
    if sys.platform == "win32":
        return None
    try:
        import uvloop
    except ModuleNotFoundError:
        return None
    return uvloop.Loop
