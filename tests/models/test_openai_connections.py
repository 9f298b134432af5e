"""Connections: shared, reused, given back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from evalium.core import MalformedAnswer, Model
from evalium.models import Adapter, connect
from evalium.models._connections import _of_loops
from evalium.models._errors import Origin
from evalium.models._http import Target
from evalium.testing import Behaviour, Latency, TestServer
from tests.models.asking import PROTOCOLS, request


def adapter_of(server: TestServer, model: str = "openai-compatible/m", **headers: str) -> Adapter:
    return connect(Model(id=model, base_url=server.url, headers=headers), Path())


def test_connections_are_kept_alive() -> None:
    async def many(adapter: Adapter) -> None:
        for i in range(5):
            await asyncio.gather(*(adapter.answer(request(f"{i} {k}", stream=k % 2 == 0)) for k in range(20)))
        await adapter.aclose()

    with TestServer(Behaviour(latency=Latency(median=0.005))) as server:
        asyncio.run(many(adapter_of(server)))
        stats = server.stats()
    assert stats.requests == 100 and stats.connections <= 20


def test_models_share_connections_and_the_last_one_closes_them() -> None:
    async def story(server: TestServer) -> None:
        one, two = adapter_of(server), adapter_of(server, "anthropic/m")
        await one.answer(request())
        await two.answer(request())
        assert server.stats().connections == 1
        loop = asyncio.get_running_loop()
        shared = _of_loops[loop]
        await one.aclose()
        await two.answer(request("again"))
        assert len(shared.open) == 1
        await two.aclose()
        await two.aclose()
        assert not shared.open and loop not in _of_loops
        assert (await one.answer(request("a new one"))).output
        await one.aclose()

    with TestServer() as server:
        asyncio.run(story(server))


def test_one_adapter_serves_several_event_loops() -> None:
    with TestServer() as server:
        adapter = adapter_of(server)

        async def once() -> str | None:
            try:
                return (await adapter.answer(request())).output
            finally:
                await adapter.aclose()

        assert [asyncio.run(once()) for _ in range(2)] == ["ANSWER: 5"] * 2


def test_closing_what_was_never_used() -> None:
    with TestServer() as server:
        asyncio.run(adapter_of(server).aclose())


@pytest.mark.parametrize("model", PROTOCOLS)
def test_a_stream_that_fails_leaves_no_connection_open(model: str) -> None:
    async def story(server: TestServer) -> None:
        adapter = adapter_of(server, model, **{"x-test-fault": "malformed"})
        for _ in range(3):
            with pytest.raises(MalformedAnswer):
                await adapter.answer(request(stream=True))
        await asyncio.sleep(0)
        assert not _of_loops[asyncio.get_running_loop()].open
        await adapter.aclose()

    with TestServer() as server:
        asyncio.run(story(server))


def test_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example.org:3128")
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    origin = Origin("m", "")
    assert str(Target("http://models.example.org/v1", {}, origin).proxy) == "http://proxy.example.org:3128"
    assert Target("http://127.0.0.1:1/v1", {}, origin).proxy is None
