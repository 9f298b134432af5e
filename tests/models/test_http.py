"""The HTTP/1.1 client against servers that send exactly the bytes a test says."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from evalium.core import ConfigError, MalformedAnswer, ProviderError
from evalium.models import ConnectionFailed
from evalium.models import _connections as connections
from evalium.models._errors import Origin
from evalium.models._http import Target, Wire
from evalium.models._http1 import MOST_HEAD

T = TypeVar("T")
Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"
CERTIFICATE, KEY = (Path(__file__).with_name(f"localhost.{end}") for end in ("crt", "key"))


async def read_request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    """The request line, headers and body of one request."""
    line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in rest)}
    return line, headers, await reader.readexactly(int(headers["content-length"]))


def saying(*pieces: bytes, close: bool = True) -> Script:
    """A server that reads one request, sends pieces one by one, and hangs up or waits."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if not close:
            await reader.read()

    return script


@contextlib.asynccontextmanager
async def serving(script: Script, **options: Any) -> AsyncIterator[str]:
    """The address of a server."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await script(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, **options)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def target(address: str, scheme: str = "http", **headers: str) -> Target:
    url = f"{scheme}://{address}/v1?a=b c"
    return Target(url, headers, Origin("m", url))


def run(story: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(story)


async def ask(script: Script, feed: list[bytes] | None = None) -> tuple[dict[str, str], bytes]:
    """Post once."""
    wire = Wire()
    async with serving(script) as address:
        try:
            if feed is None:
                return await wire.post(target(address), b"{}")
            return await wire.stream(target(address), b"{}", feed.append), b"".join(feed)
        finally:
            await wire.aclose()


@pytest.mark.parametrize(
    "pieces",
    [
        (OK + b"Content-Length: 5\r\n\r\nhello",),
        (OK + b"Content-", b"Length: 5\r\n\r", b"\nhel", b"lo"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n", b"3\r\nllo\r\n0\r\n", b"X-Trailer: 1\r\n\r\n"),
        (OK + b"\r\nhel", b"lo"),
        (b"HTTP/1.0 200 OK\r\n\r\nhello",),
        (b"HTTP/1.1 100 Continue\r\n\r\n", OK + b"Content-Length: 5\r\n\r\nhello"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK + b"Content-Length: 5\r\n\r\nhello",),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello"),),
        (OK + b"Content-Encoding: Deflate\r\nContent-Length: 13\r\n\r\n" + zlib.compress(b"hello"),),
    ],
)
def test_ways_to_say_hello(pieces: tuple[bytes, ...]) -> None:
    assert run(ask(saying(*pieces)))[1] == b"hello"
    assert run(ask(saying(*pieces), []))[1] == b"hello"


def test_headers_are_in_lower_case_and_joined() -> None:
    headers, _ = run(ask(saying(OK + b"X-One: a\r\nx-one: b\r\nNamed: caf\xe9\r\nContent-Length: 0\r\n\r\n")))
    assert headers == {"x-one": "a, b", "named": "café", "content-length": "0"}


def test_what_is_sent() -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        writer.write(OK + b"Content-Length: 0\r\n\r\n")

    async def story() -> str:
        wire = Wire()
        async with serving(script) as address:
            await wire.post(Target(f"http://me:p%40ss@{address}/ä?q=1", {"X-Own": "1"}, Origin("m", "")), b'{"a":1}')
            await wire.aclose()
            return address

    address = run(story())
    line, headers, body = seen[0]
    assert line == "POST /%C3%A4?q=1 HTTP/1.1" and body == b'{"a":1}'
    assert headers == {
        "host": address,
        "content-type": "application/json",
        "user-agent": "evalium",
        "accept": "*/*",
        "x-own": "1",
        "authorization": "Basic bWU6cEBzcw==",
        "content-length": "7",
    }


@pytest.mark.parametrize(
    ("pieces", "error", "words"),
    [
        ((), ConnectionFailed, "lost the connection"),
        ((OK + b"Content-",), MalformedAnswer, "broke off"),
        ((OK + b"Content-Length: 9\r\n\r\nhello",), MalformedAnswer, "broke off"),
        ((OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",), MalformedAnswer, "broke off"),
        ((b"SSH-2.0-OpenSSH_9.2\r\n",), MalformedAnswer, "does not speak HTTP"),
        ((OK + b"Content-Length: x\r\n\r\n",), MalformedAnswer, "does not speak HTTP"),
        ((OK + b"Content-Encoding: gzip\r\n\r\nhello",), MalformedAnswer, "not compressed as it says"),
        ((b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",), MalformedAnswer, "HTTP"),
        ((OK, *([b"X: " + b"y" * 8000 + b"\r\n"] * (MOST_HEAD // 8000 + 40))), MalformedAnswer, "headers of more than"),
    ],
)
def test_answers_that_are_none(pieces: tuple[bytes, ...], error: type[ProviderError], words: str) -> None:
    for feed in (None, []):
        with pytest.raises(error, match=words) as caught:
            run(ask(saying(*pieces), feed))
        assert caught.value.retryable


def counting(answer: bytes, *, then: bytes = b"") -> tuple[Script, list[int]]:
    """A server that answers every request of a connection alike, and how many requests each connection brought."""
    brought: list[int] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(brought)
        brought.append(0)
        while True:
            await read_request(reader)
            brought[number] += 1
            writer.write(answer)
            if then:
                await writer.drain()
                await asyncio.sleep(0.01)
                writer.write(then)

    return script, brought


@pytest.mark.parametrize(
    ("answer", "then", "expected"),
    [
        (OK + b"Content-Length: 2\r\n\r\n{}", b"", [3]),
        (OK + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}", b"", [1, 1, 1]),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"", [1, 1, 1]),
        (OK + b"Content-Length: 2\r\n\r\n{}" + OK, b"", [1, 1, 1]),
        (OK + b"Content-Length: 2\r\n\r\n{}", b"HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n", [1, 1, 1]),
    ],
)
def test_only_connections_in_order_are_used_again(answer: bytes, then: bytes, expected: list[int]) -> None:
    script, brought = counting(answer, then=then)

    async def story() -> None:
        wire = Wire()
        async with serving(script) as address:
            for _ in range(3):
                assert (await wire.post(target(address), b"{}"))[1] == b"{}"
                await asyncio.sleep(0.05 if then else 0)
            await wire.aclose()

    run(story())
    assert brought == expected


def test_a_connection_that_was_idle_too_long_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    script, brought = counting(OK + b"Content-Length: 0\r\n\r\n")
    monkeypatch.setattr(connections, "KEEPALIVE_SECONDS", 0.0)

    async def story() -> None:
        wire = Wire()
        async with serving(script) as address:
            for _ in range(2):
                await wire.post(target(address), b"")
            await wire.aclose()

    run(story())
    assert brought == [1, 1]


def test_giving_up_closes_the_connection() -> None:
    async def story() -> None:
        wire = Wire()
        async with serving(saying(close=False)) as address:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await wire.post(target(address), b"{}")
            await asyncio.sleep(0)
            assert not connections._of_loops[asyncio.get_running_loop()].open
            await wire.aclose()

    run(story())


def test_a_failing_reader_ends_the_stream_with_its_own_error() -> None:
    async def story() -> None:
        wire = Wire()

        def feed(piece: bytes) -> None:
            raise MalformedAnswer("no")

        async with serving(saying(OK + b"\r\nx", close=False)) as address:
            with pytest.raises(MalformedAnswer, match="no"):
                await wire.stream(target(address), b"{}", feed)
            await wire.aclose()

    run(story())


def test_names_are_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    script, _ = counting(OK + b"Content-Length: 0\r\n\r\n")

    async def story() -> None:
        loop = asyncio.get_running_loop()
        real = loop.getaddrinfo

        async def getaddrinfo(host: str, *rest: Any, **options: Any) -> Any:
            asked.append(host)
            return await real(host, *rest, **options)

        monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
        wire = Wire()
        async with serving(script) as address:
            there = target(f"localhost:{address.split(':')[1]}")
            await asyncio.gather(*(wire.post(there, b"") for _ in range(20)))
            await wire.aclose()

    run(story())
    assert asked == ["localhost"]


def test_an_unknown_host() -> None:
    with pytest.raises(ConnectionFailed, match=r"cannot be reached; is the server running\?"):
        run(Wire().post(target("no-such-host.invalid"), b""))


@pytest.fixture
def secure() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    return context


def test_tls(secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    script, brought = counting(OK + b"Content-Length: 2\r\n\r\n{}")

    async def story() -> None:
        wire = Wire()
        async with serving(script, ssl=secure) as address:
            for _ in range(2):
                assert (await wire.post(target(address, "https"), b"{}"))[1] == b"{}"
            await wire.aclose()
            await asyncio.sleep(0.01)

    run(story())
    assert brought == [2]


def test_a_certificate_that_is_not_trusted(secure: ssl.SSLContext) -> None:
    async def story() -> ProviderError:
        wire = Wire()
        async with serving(saying(), ssl=secure) as address:
            with pytest.raises(ConnectionFailed, match="certificate that is not trusted") as caught:
                await wire.post(target(address, "https"), b"{}")
            await wire.aclose()
            return caught.value

    assert not run(story()).retryable


def test_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, _, _ = await read_request(reader)
        seen.append(line)
        if "broken" in line:
            writer.write(OK + b"Connection: close\r\nContent-Length: 9\r\n\r\n{}")
        elif "busy" in line:
            writer.write(b"HTTP/1.1 503 Busy\r\nConnection: close\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n")
        elif "gone" not in line:
            writer.write(OK + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")

    async def story() -> None:
        wire = Wire()
        async with serving(script) as proxy:
            monkeypatch.setenv("http_proxy", f"http://{proxy}")
            monkeypatch.delenv("no_proxy", raising=False)

            def there(path: str) -> Target:
                return Target(f"http://models.invalid/{path}", {}, Origin("m", "u"))

            feed: list[bytes] = []
            assert (await wire.post(there("v1"), b"{}"))[1] == b"{}"
            await wire.stream(there("v1"), b"{}", feed.append)
            assert b"".join(feed) == b"{}"
            with pytest.raises(MalformedAnswer, match="broke off"):
                await wire.post(there("broken"), b"{}")
            with pytest.raises(ConnectionFailed, match="lost the connection"):
                await wire.post(there("gone"), b"{}")
            with pytest.raises(ProviderError, match="HTTP 503") as busy:
                await wire.post(there("busy"), b"{}")
            assert busy.value.retry_after == 3
            await wire.aclose()

    run(story())
    assert seen[0] == "POST http://models.invalid/v1 HTTP/1.1"


def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)

    async def story() -> None:
        wire = Wire()
        try:
            await wire.post(Target("http://models.invalid/v1", {}, Origin("m", "u")), b"{}")
        finally:
            await wire.aclose()

    with pytest.raises(ConnectionFailed, match="cannot be reached"):
        run(story())


@pytest.mark.parametrize("url", ["http://", "ftp://x/v1", "http://x:99999/v1", "http://a..b/v1", "localhost:8000"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises((ConfigError, ConnectionFailed)):
        run(Wire().post(Target(url, {}, Origin("m", url)), b""))


@pytest.mark.parametrize("value", ["a\r\nX: 1", "a\nb", "a\0b", "“quoted”"])
def test_headers_that_cannot_be_sent(value: str) -> None:
    with pytest.raises(ConfigError, match="header 'x-own'"):
        Target("http://localhost/v1", {"x-own": value}, Origin("m", ""))


def test_an_address_of_ipv6() -> None:
    there = Target("http://[::1]:8000/v1", {}, Origin("m", ""))
    assert (there.address.host, there.address.port) == ("::1", 8000)
    assert b"\r\nhost: [::1]:8000\r\n" in there.head
