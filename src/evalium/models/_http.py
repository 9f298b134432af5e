"""Posting JSON to a model's server: over connections of our own, or through the proxy that the environment names."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from evalium.core import CallTimeout, ConfigError, MalformedAnswer

from ._connections import Address, Connections, enter, leave
from ._errors import ConnectionFailed, Origin, failure
from ._http1 import Answer, BrokenOff, Dropped, Feed, NotHttp

if TYPE_CHECKING:
    from ._proxied import Proxied

_PORTS = {"http": 80, "https": 443}
_SAFE = "!#$%&'()*+,/:;=?@[]~"


class Target:
    """An address that is called often: where it is, its headers and its proxy are prepared once.

    Args:
        url: Address, with its query.
        headers: Headers of every call, secrets included.
        origin: Who is asked, for messages.

    Attributes:
        address: Where connections go.
        head: Status line and headers up to the length of the body.
        proxy: Address of the proxy, None for none.

    Raises:
        ConfigError: The address is none, or a header cannot be sent.
    """

    def __init__(self, url: str, headers: Mapping[str, str], origin: Origin) -> None:
        parts = urlsplit(url)
        if parts.hostname is None or parts.scheme not in _PORTS:
            raise ConfigError(f"base_url {url!r} names no host; write it like 'http://localhost:8000/v1'")
        try:
            port = parts.port or _PORTS[parts.scheme]
            host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
        except (ValueError, UnicodeError) as error:
            raise ConfigError(f"base_url {url!r} is not an address: {error}") from None
        named = {"content-type": "application/json", "user-agent": "evalium", "accept": "*/*"}
        named |= {name.lower(): value for name, value in headers.items()}
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            named.setdefault("authorization", "Basic " + base64.b64encode(pair.encode()).decode())
        self.url, self.headers, self.origin = url, named, origin
        self.address = Address(host, port, parts.scheme == "https")
        self.proxy = _proxy_for(parts.scheme, parts.hostname)
        shown = f"[{host}]" if ":" in host else host
        at = shown if port == _PORTS[parts.scheme] else f"{shown}:{port}"
        path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
        lines = [f"POST {path} HTTP/1.1", *(_header(name, value) for name, value in ({"host": at} | named).items())]
        self.head = "\r\n".join([*lines, "content-length: "]).encode("latin-1")


def _header(name: str, value: str) -> str:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError as error:
        raise ConfigError(
            f"header {name!r} holds {value[error.start]!r}, which HTTP cannot carry; was it copied from a text?"
        ) from None
    if any(sign in name + value for sign in "\r\n\0"):
        raise ConfigError(f"header {name!r} holds a line break or NUL: give one line without them")
    return f"{name}: {value}"


def _proxy_for(scheme: str, host: str) -> str | None:
    """The proxy that the environment names for this address, looked up once rather than at every call."""
    proxy = getproxies().get(scheme)
    return proxy if proxy and not proxy_bypass(host) else None


class Wire:
    """Posts JSON and reads the answer; one attempt, every failure as a `ProviderError`.

    Connections are those of the running event loop, shared with all other wires, kept alive and unlimited.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connections: Connections | None = None
        self._proxied: Proxied | None = None

    async def post(self, target: Target, body: bytes) -> tuple[dict[str, str], bytes]:
        """Post and read the whole answer.

        Returns:
            Headers by name in lower case, and the body.

        Raises:
            ProviderError: Any status but 200, or no answer.
        """
        answer = await self._request(target, body, None)
        return answer.headers, answer.content

    async def stream(self, target: Target, body: bytes, feed: Feed) -> dict[str, str]:
        """Post and hand each piece of the answer to `feed` as it arrives.

        Returns:
            Headers by name in lower case.

        Raises:
            ProviderError: Any status but 200, no answer, or one that breaks off; or what `feed` raises.
        """
        return (await self._request(target, body, feed)).headers

    async def _request(self, target: Target, body: bytes, feed: Feed | None) -> Answer:
        connections = self._attach()
        try:
            if target.proxy is not None:
                answer = await self._through(target, target.proxy, body, feed)
            else:
                connection = connections.idle(target.address) or await connections.connect(target.address)
                try:
                    answer = await connection.send(b"%s%d\r\n\r\n%s" % (target.head, len(body), body), feed)
                except asyncio.CancelledError:
                    connection.close()
                    raise
        except (OSError, BrokenOff, NotHttp, UnicodeError) as error:
            _raise(error, target.origin)
        if answer.status != 200:
            raise failure(answer.status, answer.headers, answer.content, target.origin)
        return answer

    async def _through(self, target: Target, proxy: str, body: bytes, feed: Feed | None) -> Answer:
        if self._proxied is None:
            from ._proxied import Proxied

            self._proxied = Proxied()
        return await self._proxied.request(target.url, target.headers, proxy, body, feed)

    def _attach(self) -> Connections:
        loop = asyncio.get_running_loop()
        if self._loop is loop and self._connections is not None:
            return self._connections
        self._loop, self._connections, self._proxied = loop, enter(loop), None
        return self._connections

    async def aclose(self) -> None:
        """Let go of the connections; the last wire of an event loop closes them."""
        loop, proxied = self._loop, self._proxied
        self._loop = self._connections = self._proxied = None
        if loop is None or loop is not asyncio.get_running_loop():
            return
        if proxied is not None:
            await proxied.aclose()
        await leave(loop)


def _raise(error: Exception, origin: Origin) -> NoReturn:
    """Turn a failure of the connection into the project's error.

    Its words go into the message; its traceback, which tells a user nothing, does not go along.
    """
    where = f"{origin.model}: {origin.url}"
    said = origin.quote(str(error) or type(error).__name__)
    if isinstance(error, TimeoutError):
        raise CallTimeout(f"{where} did not answer in time: {said}") from None
    if isinstance(error, ssl.SSLCertVerificationError):
        raise ConnectionFailed(f"{where} has a certificate that is not trusted: {said}", retryable=False) from None
    if isinstance(error, BrokenOff):
        raise MalformedAnswer(f"{where} broke off in the middle of the answer: {said}") from None
    if isinstance(error, NotHttp):
        raise MalformedAnswer(f"{where} does not speak HTTP properly: {said}") from None
    if isinstance(error, (Dropped, ConnectionResetError, BrokenPipeError)):
        raise ConnectionFailed(f"{where} lost the connection: {said}") from None
    raise ConnectionFailed(f"{where} cannot be reached; is the server running? {said}") from None
