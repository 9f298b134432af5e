"""Requests through a proxy that the environment names, by aiohttp."""

from __future__ import annotations

import aiohttp

from ._connections import CONNECT_SECONDS
from ._http1 import Answer, BrokenOff, Dropped, Feed, NotHttp


class Proxied:
    """A session of aiohttp for the addresses that are reached through a proxy; one attempt, no redirects."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        )

    async def request(
        self, url: str, headers: dict[str, str], proxy: str, body: bytes, feed: Feed | None = None
    ) -> Answer:
        """Post, and read the answer or hand it to `feed` as it arrives.

        Raises:
            OSError: The proxy or the server cannot be reached; also `Dropped`.
            BrokenOff: The answer is not whole.
            NotHttp: It is none.
        """
        try:
            async with self._session.post(
                url, data=body, headers=headers, proxy=proxy, allow_redirects=False
            ) as response:
                found = {name.lower(): ", ".join(response.headers.getall(name)) for name in response.headers}
                if feed is None or response.status != 200:
                    return Answer(response.status, found, await response.read())
                async for piece in response.content.iter_any():
                    feed(piece)
                return Answer(response.status, found, b"")
        except aiohttp.ClientPayloadError as error:
            raise BrokenOff(str(error)) from None
        except aiohttp.ClientHttpProxyError as error:
            raise OSError(f"the proxy refused with HTTP {error.status}: {error.message}") from None
        except aiohttp.ClientResponseError as error:
            raise NotHttp(str(error)) from None
        except aiohttp.ClientConnectorCertificateError as error:
            raise error.certificate_error from None
        except aiohttp.ClientConnectorError as error:
            raise OSError(str(error)) from None
        except aiohttp.ClientConnectionError as error:
            raise Dropped(str(error)) from None

    async def aclose(self) -> None:
        """Close the session."""
        await self._session.close()
