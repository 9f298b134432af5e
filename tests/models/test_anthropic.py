from __future__ import annotations

import base64
from pathlib import Path

import msgspec
import pytest

from evalium.core import (
    ConfigError,
    MalformedAnswer,
    Media,
    MediaPart,
    Message,
    ProviderError,
    Status,
    TextPart,
    Tool,
    ToolCall,
)
from evalium.models import Request
from evalium.models._anthropic_answer import StreamedMessage, as_response
from evalium.models._errors import Origin
from evalium.testing import Behaviour, Latency, Reply, TestServer, echo
from tests.models.asking import ask, request, sent

MODEL = "anthropic/test"
ORIGIN = Origin(MODEL, "http://localhost/v1/messages")
ADD = Tool(name="add", description="Add", parameters={"type": "object", "properties": {"a": {"type": "number"}}})


def test_answer_with_counts() -> None:
    reply = Reply(text="Five.", input_tokens=100, cached_tokens=40)
    with TestServer(Behaviour(answer=lambda asked: reply)) as server:
        response = ask(server, request(), MODEL)
        seen = server.requests[-1]
    assert seen.path == "/v1/messages" and seen.headers["anthropic-version"] == "2023-06-01"
    assert (response.output, response.status, response.finish_reason) == ("Five.", Status.OK, "end_turn")
    # The provider reports 60 fresh and 40 cached tokens.
    assert (response.input_tokens, response.cached_tokens, response.output_tokens) == (100, 40, 1)


def test_key_goes_into_its_own_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-1")
    with TestServer() as server:
        ask(server, request(), MODEL)
        headers = server.requests[-1].headers
    assert headers["x-api-key"] == "sk-ant-1" and "authorization" not in headers


def test_golden_payload() -> None:
    call = ToolCall(id="c1", name="add", arguments='{"a": 1}')
    other = ToolCall(id="c2", name="add", arguments="oops")
    what = Request(
        messages=(
            Message("system", "Be brief."),
            Message("system", "Be kind."),
            Message("user", "Add."),
            Message("assistant", "Well", tool_calls=(call, other)),
            Message("tool", "2", tool_call_id="c1"),
            Message("tool", "3", tool_call_id="c2"),
            Message("user", "Thanks"),
        ),
        params={
            "temperature": 0,
            "max_completion_tokens": 9,
            "stop": "\n",
            "seed": 3,
            "top_k": 5,
            "user": "u1",
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "parallel_tool_calls": False,
            "tool_choice": "required",
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
        },
        tools=(ADD,),
    )
    assert sent(what, MODEL) == {
        "model": "test",
        "system": "Be brief.\n\nBe kind.",
        "messages": [
            {"role": "user", "content": "Add."},
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "Well"},
                    {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1}},
                    {"type": "tool_use", "id": "c2", "name": "add", "input": {"unparsed": "oops"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "c1", "content": "2"},
                    {"type": "tool_result", "tool_use_id": "c2", "content": "3"},
                ],
            },
            {"role": "user", "content": "Thanks"},
        ],
        "tools": [{"name": "add", "description": "Add", "input_schema": ADD.parameters}],
        "temperature": 0,
        "max_tokens": 9,
        "stop_sequences": ["\n"],
        "top_k": 5,
        "metadata": {"user_id": "u1"},
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
        "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
    }


def test_parameters_left_out_are_named() -> None:
    with TestServer() as server:
        response = ask(server, request(params={"seed": 1, "response_format": {"type": "json_object"}}), MODEL)
        assert server.requests[-1].body["max_tokens"] == 4096
    assert response.data["ignored_params"] == ["seed", "response_format"]


def test_forced_tool() -> None:
    choice = {"type": "function", "function": {"name": "add"}}
    assert sent(request(params={"tool_choice": choice}), MODEL)["tool_choice"] == {"type": "tool", "name": "add"}


def test_media_blocks(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"png")
    parts = (
        TextPart("Look"),
        MediaPart(Media(kind="image", mime="image/png", path="a.png")),
        MediaPart(Media(kind="image", mime="image/png", url="https://example.org/a.png")),
        MediaPart(Media(kind="image", mime="image/png", url="data:image/png;base64,cG5n")),
        MediaPart(Media(kind="file", mime="application/pdf", data="cGRm")),
        MediaPart(Media(kind="file", mime="text/csv", data=base64.b64encode(b"a,b").decode())),
    )
    body = sent(Request(messages=(Message("user", parts),)), MODEL, base=tmp_path)
    image = {"type": "base64", "media_type": "image/png", "data": "cG5n"}
    assert body["messages"][0]["content"] == [
        {"type": "text", "text": "Look"},
        {"type": "image", "source": image},
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
        {"type": "image", "source": image},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "cGRm"}},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a,b"}},
    ]


def test_sound_is_refused() -> None:
    part = MediaPart(Media(kind="audio", mime="audio/wav", data="AA=="))
    with TestServer() as server, pytest.raises(ConfigError, match="images and documents only"):
        ask(server, Request(messages=(Message("user", (part,)),)), MODEL)


@pytest.mark.parametrize("stream", [False, True])
def test_tools_and_thinking(stream: bool) -> None:
    calls = (("add", '{"a":1}'), ("now", "{}"))
    reply = Reply(text="So:", reasoning="let me think", tool_calls=calls, finish="tool_calls")
    with TestServer(Behaviour(answer=lambda asked: reply)) as server:
        response = ask(server, request(stream=stream, tools=(ADD,)), MODEL)
    assert [(call.id, call.name, call.arguments) for call in response.tool_calls] == [
        ("toolu_0", "add", '{"a":1}'),
        ("toolu_1", "now", "{}"),
    ]
    assert response.output == "So:" and response.data["reasoning"] == "let me think"
    assert response.finish_reason == "tool_use"


def test_stream_gives_the_same_answer_and_times() -> None:
    with TestServer(Behaviour(answer=echo, latency=Latency(median=0.02, between=0.005), pieces=3)) as server:
        response = ask(server, request("one two three", stream=True), MODEL)
    assert (response.output, response.finish_reason) == ("one two three", "end_turn")
    # The first event reports one output token, the last one all three: they are not added.
    assert (response.input_tokens, response.output_tokens) == (3, 3)
    assert response.ttft is not None and response.ttft >= 0.02 and response.itl is not None and response.itl >= 0.004


@pytest.mark.parametrize(
    ("reason", "status", "output"),
    [
        ("end_turn", Status.OK, ""),
        ("max_tokens", Status.TRUNCATED, ""),
        ("model_context_window_exceeded", Status.TRUNCATED, ""),
        ("refusal", Status.REFUSED_BY_FILTER, None),
        ("pause_turn", Status.OK, ""),
    ],
)
def test_stop_reasons_of_an_empty_answer(reason: str, status: Status, output: str | None) -> None:
    body = {"content": [], "stop_reason": reason, "usage": {"input_tokens": 1, "output_tokens": 1}}
    response = as_response(msgspec.json.encode(body), ORIGIN)
    assert (response.status, response.output, response.finish_reason) == (status, output, reason)


def test_newly_cached_tokens_are_kept_apart() -> None:
    usage = {"input_tokens": 5, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 70, "output_tokens": 1}
    body = {"content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn", "usage": usage}
    response = as_response(msgspec.json.encode(body), ORIGIN)
    assert (response.input_tokens, response.cached_tokens) == (95, 70)
    assert response.data == {"cache_creation_tokens": 20}


def test_error_event_in_a_stream_is_overload() -> None:
    answer = StreamedMessage(ORIGIN)
    with pytest.raises(ProviderError, match="Overloaded") as caught:
        answer.take(b'{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}', 0.0)
    assert caught.value.retryable and caught.value.status_code == 529


def test_half_a_stream() -> None:
    answer = StreamedMessage(ORIGIN)
    answer.take(b'{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}}', 0.0)
    with pytest.raises(MalformedAnswer, match="after 1 pieces"):
        answer.response()


def test_mode_that_does_not_exist_here() -> None:
    with TestServer() as server, pytest.raises(ConfigError, match="another provider"):
        ask(server, request(mode="rolling"), MODEL)
