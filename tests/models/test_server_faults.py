"""Every fault of the test server against every protocol, over real sockets."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from evalium.core import (
    AuthError,
    CallTimeout,
    ContextTooLong,
    Filtered,
    MalformedAnswer,
    Model,
    ProviderError,
    RateLimited,
    Status,
)
from evalium.models import ConnectionFailed, QuotaExhausted, connect
from evalium.testing import FAULTS, Behaviour, Faults, TestServer
from tests.models.asking import CHAT, PROTOCOLS, ask, failure, request

STREAM = pytest.mark.parametrize("stream", [False, True])
PROTOCOL = pytest.mark.parametrize("model", PROTOCOLS)


def with_fault(fault: str, model: str, stream: bool = False) -> ProviderError:
    with TestServer(Behaviour(retry_after=7.5)) as server:
        return failure(server, request(stream=stream), model, headers={"x-test-fault": fault})


@PROTOCOL
@STREAM
@pytest.mark.parametrize(
    ("fault", "kind", "retryable", "counted"),
    [
        ("429", RateLimited, True, "rate_limited"),
        ("500", ProviderError, True, "http_500"),
        ("503", ProviderError, True, "http_503"),
        ("529", ProviderError, True, "http_529"),
        ("408", ProviderError, True, "http_408"),
        ("409", ProviderError, True, "http_409"),
        ("425", ProviderError, True, "http_425"),
        ("400", ProviderError, False, "http_400"),
        ("404", ProviderError, False, "http_404"),
        ("422", ProviderError, False, "http_422"),
        ("501", ProviderError, False, "http_501"),
        ("401", AuthError, False, "auth"),
        ("403", AuthError, False, "auth"),
        ("quota", QuotaExhausted, False, "quota"),
        ("402", QuotaExhausted, False, "quota"),
        ("context_too_long", ContextTooLong, False, "context_too_long"),
        ("reset", ConnectionFailed, True, "connection"),
        ("malformed", MalformedAnswer, True, "malformed_answer"),
        ("html", MalformedAnswer, True, "malformed_answer"),
        ("empty", MalformedAnswer, True, "malformed_answer"),
        ("half_stream", MalformedAnswer, True, "malformed_answer"),
        ("null_content", MalformedAnswer, True, "malformed_answer"),
    ],
)
def test_failure(
    fault: str, kind: type[ProviderError], retryable: bool, counted: str, model: str, stream: bool
) -> None:
    error = with_fault(fault, model, stream)
    assert type(error) is kind
    assert (error.retryable, error.kind) == (retryable, counted)
    assert str(error).startswith(f"{model}: ")
    assert getattr(error, "quota", False) is (counted == "quota")
    assert error.retry_after == (7.5 if fault in ("429", "503", "529") else None)


@PROTOCOL
@STREAM
def test_error_with_status_200_is_taken_for_what_it_says(model: str, stream: bool) -> None:
    error = with_fault("error200", model, stream)
    assert error.status_code == 500 and error.retryable and "failed on purpose" in str(error)


@PROTOCOL
@STREAM
def test_wrong_content_type_is_read_all_the_same(model: str, stream: bool) -> None:
    with TestServer() as server:
        response = ask(server, request(stream=stream), model, headers={"x-test-fault": "wrong_type"})
    assert response.output == "ANSWER: 5"


@PROTOCOL
@STREAM
def test_no_usage_leaves_the_counts_open(model: str, stream: bool) -> None:
    with TestServer() as server:
        response = ask(server, request(stream=stream), model, headers={"x-test-fault": "no_usage"})
    assert response.output == "ANSWER: 5"
    assert (response.input_tokens, response.output_tokens) == (None, None)


@PROTOCOL
@STREAM
def test_answer_stopped_by_a_filter(model: str, stream: bool) -> None:
    with TestServer() as server:
        response = ask(server, request(stream=stream), model, headers={"x-test-fault": "content_filter"})
    assert response.status is Status.REFUSED_BY_FILTER and response.output == "ANSWER: 5"


@STREAM
def test_prompt_refused_by_a_filter(stream: bool) -> None:
    for model in (CHAT, "anthropic/test"):
        assert type(with_fault("prompt_filter", model, stream)) is Filtered
    with TestServer() as server:
        response = ask(server, request(stream=stream), "gemini/test", headers={"x-test-fault": "prompt_filter"})
    assert (response.status, response.output, response.finish_reason) == (Status.REFUSED_BY_FILTER, None, "SAFETY")


@PROTOCOL
def test_hanging_call_can_be_timed_out_and_the_next_one_goes_through(model: str) -> None:
    async def story(url: str) -> str | None:
        adapter = connect(Model(id=model, base_url=url), Path())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await adapter.answer(request())
        answer = (await adapter.answer(request())).output
        await adapter.aclose()
        return answer

    with TestServer(Behaviour(faults=Faults(script=("hang",)))) as server:
        assert asyncio.run(story(server.url)) == "ANSWER: 5"


def test_every_named_fault_is_tested_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in FAULTS if f'"{name}"' not in source and name != "slow"] == []


def test_refused_connection_says_whether_the_server_runs() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    error = failure(url, request())
    assert type(error) is ConnectionFailed and error.retryable and "is the server running" in str(error)


def test_timeout_of_the_connection_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        monkeypatch.setattr("evalium.models._connections.CONNECT_SECONDS", 0.05)
        error = failure(f"http://127.0.0.1:{address[1]}", request())
        for each in waiting:
            each.close()
    assert type(error) is CallTimeout and error.retryable


def test_redirect_names_the_other_address() -> None:
    error = with_fault("301", CHAT)
    assert not error.retryable and "give that as base_url" in str(error)
