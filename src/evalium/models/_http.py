"""One pool of connections per event loop, shared by every model that speaks HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass
from weakref import WeakKeyDictionary

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from evalium.core import CallTimeout, ConfigError, MalformedAnswer

from ._errors import ConnectionFailed, Origin, failure

if TYPE_CHECKING:
    from multidict import CIMultiDictProxy

CONNECT_SECONDS = 30.0
KEEPALIVE_SECONDS = 60.0


class _Pool:
    """The session of one event loop and how many wires use it."""

    def __init__(self) -> None:
        self.users = 0
        self.session = aiohttp.ClientSession(
            # The engine bounds concurrency; a second limit here would only hide waiting time from it.
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300, keepalive_timeout=KEEPALIVE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            # The engine times attempts; one timeout object per session, none per call.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            read_bufsize=2**18,
        )


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()


class Target:
    """An address that is called often: URL, headers and proxy are prepared once.

    Args:
        url: Address, with its query.
        headers: Headers of every call, secrets included.
        origin: Who is asked, for messages.
    """

    def __init__(self, url: str, headers: Mapping[str, str], origin: Origin) -> None:
        self.url = URL(url, encoded=True)
        self.headers = CIMultiDict({"Content-Type": "application/json", "User-Agent": "evalium", **headers})
        self.proxy = _proxy_for(url)
        self.origin = origin


def _proxy_for(url: str) -> URL | None:
    """The proxy that the environment names for this address, looked up once rather than at every call."""
    parts = urlsplit(url)
    if parts.hostname is None:
        raise ConfigError(f"base_url {url!r} names no host; write it like 'http://localhost:8000/v1'")
    proxy = getproxies().get(parts.scheme)
    return URL(proxy) if proxy and not proxy_bypass(parts.hostname) else None


class Wire:
    """Posts JSON and reads the answer; one attempt, every failure as a `ProviderError`.

    Connections are those of the running event loop, shared with all other wires, kept alive and unlimited.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pool: _Pool | None = None
        self._session: aiohttp.ClientSession | None = None

    def _attach(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._loop is loop and self._session is not None and not self._session.closed:
            return self._session
        pool = _pools.get(loop)
        if pool is None or pool.session.closed:
            pool = _pools[loop] = _Pool()
        pool.users += 1
        self._loop, self._pool, self._session = loop, pool, pool.session
        return pool.session

    async def post(self, target: Target, body: bytes) -> tuple[CIMultiDictProxy[str], bytes]:
        """Post and read the whole answer.

        Raises:
            ProviderError: Any status but 200, or no answer.
        """
        try:
            async with self._attach().post(
                target.url, data=body, headers=target.headers, proxy=target.proxy, allow_redirects=False
            ) as response:
                content = await response.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            _raise(error, target.origin)
        if response.status != 200:
            raise failure(response.status, response.headers, content, target.origin)
        return response.headers, content

    async def stream(self, target: Target, body: bytes, feed: Callable[[bytes], None]) -> CIMultiDictProxy[str]:
        """Post and hand each piece of the answer to `feed` as it arrives.

        Raises:
            ProviderError: Any status but 200, no answer, or one that breaks off; or what `feed` raises.
        """
        try:
            async with self._attach().post(
                target.url, data=body, headers=target.headers, proxy=target.proxy, allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise failure(response.status, response.headers, await response.read(), target.origin)
                async for chunk in response.content.iter_any():
                    feed(chunk)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            _raise(error, target.origin)
        return response.headers

    async def aclose(self) -> None:
        """Let go of the connections; the last wire of an event loop closes them."""
        pool, loop = self._pool, self._loop
        self._pool = self._session = self._loop = None
        if pool is None or loop is not asyncio.get_running_loop():
            return
        pool.users -= 1
        if pool.users == 0:
            del _pools[loop]
            await pool.session.close()


def _raise(error: Exception, origin: Origin) -> NoReturn:
    """Turn a failure of the connection into the project's error.

    Its words go into the message; its traceback, which tells a user nothing, does not go along.
    """
    where = f"{origin.model}: {origin.url}"
    said = origin.quote(str(error) or type(error).__name__)
    if isinstance(error, TimeoutError):
        raise CallTimeout(f"{where} did not answer in time: {said}") from None
    if isinstance(error, aiohttp.InvalidURL):
        raise ConfigError(f"{where} is not an address: {said}") from None
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        raise ConnectionFailed(f"{where} has a certificate that is not trusted: {said}", retryable=False) from None
    if isinstance(error, aiohttp.ClientConnectorError):
        raise ConnectionFailed(f"{where} cannot be reached; is the server running? {said}") from None
    if isinstance(error, aiohttp.ClientPayloadError):
        raise MalformedAnswer(f"{where} broke off in the middle of the answer: {said}") from None
    if isinstance(error, aiohttp.ClientResponseError):
        raise MalformedAnswer(f"{where} does not speak HTTP properly: {said}") from None
    raise ConnectionFailed(f"{where} lost the connection: {said}") from None
