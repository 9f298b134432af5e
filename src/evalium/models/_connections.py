"""The connections of one event loop, kept open and shared by every model that speaks HTTP."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import defaultdict
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from aiohappyeyeballs import start_connection

from ._http1 import Connection

CONNECT_SECONDS = 30.0
KEEPALIVE_SECONDS = 60.0
NAME_SECONDS = 300.0
"""How long the addresses of a name are remembered."""
NEXT_ADDRESS_SECONDS = 0.25
"""How long one address of a host may take before the next is tried beside it (RFC 8305)."""


class Address(msgspec.Struct, frozen=True):
    """Where a connection goes."""

    host: str
    port: int
    secure: bool


class Connections:
    """Opens connections, and keeps those that servers leave open.

    Their number is not limited: the engine bounds concurrency, and a second limit here would only hide waiting time
    from it.

    Attributes:
        users: Wires that use them; the last one closes them.
        open: Every connection that is not lost.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.users = 0
        self.open: set[Connection] = set()
        self._loop = loop
        self._idle: dict[Address, list[Connection]] = defaultdict(list)
        self._names: dict[Address, tuple[float, asyncio.Task[Any]]] = {}
        self._secure: ssl.SSLContext | None = None

    def idle(self, address: Address) -> Connection | None:
        """A connection that waits for a request, the one used last; None when there is none."""
        waiting = self._idle[address]
        while waiting:
            connection = waiting.pop()
            if connection.usable and self._loop.time() - connection.idle_since < KEEPALIVE_SECONDS:
                return connection
            connection.close()
        return None

    async def connect(self, address: Address) -> Connection:
        """Open a connection.

        Raises:
            OSError: The host is unknown, nobody listens, or TLS fails.
            TimeoutError: It took longer than `CONNECT_SECONDS`.
        """
        waiting = self._idle[address]

        def release(connection: Connection) -> None:
            connection.idle_since = self._loop.time()
            waiting.append(connection)

        async with asyncio.timeout(CONNECT_SECONDS):
            found = await self._addresses(address)
            opened = await start_connection(found, happy_eyeballs_delay=NEXT_ADDRESS_SECONDS, loop=self._loop)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            _, connection = await self._loop.create_connection(
                lambda: Connection(self._loop, release, self.open.discard),
                sock=opened,
                ssl=self._context() if address.secure else None,
                server_hostname=address.host if address.secure else None,
            )
        self.open.add(connection)
        return connection

    async def aclose(self) -> None:
        """Drop all connections."""
        for connection in list(self.open):
            connection.close()
        while self.open:
            await asyncio.sleep(0)

    async def _addresses(self, address: Address) -> Any:
        """What the host's name stands for, asked once for everybody who wants to know at the same time."""
        until, asked = self._names.get(address, (0.0, None))
        if asked is None or until < self._loop.time() or (asked.done() and asked.exception() is not None):
            question = self._loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
            asked = self._loop.create_task(question)
            self._names[address] = (self._loop.time() + NAME_SECONDS, asked)
        # One who gives up does not take the answer away from the others.
        return await asyncio.shield(asked)

    def _context(self) -> ssl.SSLContext:
        if self._secure is None:
            self._secure = ssl.create_default_context()
            self._secure.set_alpn_protocols(["http/1.1"])
        return self._secure


_of_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, Connections] = WeakKeyDictionary()


def enter(loop: asyncio.AbstractEventLoop) -> Connections:
    """Begin to use the connections of an event loop."""
    found = _of_loops.get(loop)
    if found is None:
        found = _of_loops[loop] = Connections(loop)
    found.users += 1
    return found


async def leave(loop: asyncio.AbstractEventLoop) -> None:
    """Stop using them; the last user closes them."""
    found = _of_loops.get(loop)
    if found is None:
        return
    found.users -= 1
    if found.users == 0:
        del _of_loops[loop]
        await found.aclose()
