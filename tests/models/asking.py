"""Asking one model once, over a real socket."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from evalium.core import Message, Model, ProviderError
from evalium.models import Request, Response, connect
from evalium.testing import Behaviour, TestServer

CHAT = "openai-compatible/test"
PROTOCOLS = (CHAT, "anthropic/test", "gemini/test")


def request(prompt: str = "What is 2 + 3?", **more: Any) -> Request:
    """A request of one user turn."""
    return Request(messages=(Message("user", prompt),), **more)


def ask(server: TestServer | str, what: Request, model: str = CHAT, base: Path = Path(), **config: Any) -> Response:
    """Connect, ask once, disconnect."""
    url = server if isinstance(server, str) else server.url

    async def once() -> Response:
        adapter = connect(Model(id=model, base_url=url, **config), base)
        try:
            return await adapter.answer(what)
        finally:
            await adapter.aclose()

    return asyncio.run(once())


def failure(server: TestServer | str, what: Request, model: str = CHAT, **config: Any) -> ProviderError:
    """The error that asking ends with."""
    with pytest.raises(ProviderError) as caught:
        ask(server, what, model, **config)
    return caught.value


def sent(what: Request, model: str = CHAT, base: Path = Path(), **config: Any) -> dict[str, Any]:
    """The body that a request becomes on the wire."""
    with TestServer(Behaviour()) as server:
        ask(server, what, model, base, **config)
        return server.requests[-1].body
