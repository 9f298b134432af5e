from __future__ import annotations

import asyncio
import base64
import hashlib
from pathlib import Path

import pytest

from evalium.core import ConfigError, DataError, Media, MediaPart, Message, Model, Status, TextPart, Tool, ToolCall
from evalium.models import Request, connect
from evalium.testing import Behaviour, Latency, Reply, TestServer, echo
from tests.models.asking import ask, failure, request, sent

ADD = Tool(name="add", description="Add", parameters={"type": "object", "properties": {"a": {"type": "number"}}})


def test_chat_answer_with_counts() -> None:
    reply = Reply(text="ANSWER: 5", cached_tokens=2, reasoning_tokens=3)
    with TestServer(Behaviour(answer=lambda asked: reply, latency=Latency(median=0.002))) as server:
        response = ask(server, request())
    assert (response.output, response.status, response.finish_reason) == ("ANSWER: 5", Status.OK, "stop")
    assert (response.input_tokens, response.cached_tokens) == (5, 2)
    assert (response.output_tokens, response.reasoning_tokens) == (5, 3)
    assert response.service_time == pytest.approx(0.002)
    assert response.model == "test" and response.ttft is None and response.cost is None


def test_golden_payload() -> None:
    what = Request(
        messages=(
            Message("system", "Be brief."),
            Message("user", "Add."),
            Message("assistant", "", tool_calls=(ToolCall(id="c1", name="add", arguments='{"a": 1}'),)),
            Message("tool", "2", tool_call_id="c1"),
            Message("user", ""),
        ),
        params={"temperature": 0, "max_tokens": 9, "stop": ["\n"], "min_p": 0.1},
        tools=(ADD, Tool(name="now")),
    )
    assert sent(what) == {
        "model": "test",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Add."},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}],
            },
            {"role": "tool", "content": "2", "tool_call_id": "c1"},
            {"role": "user", "content": ""},
        ],
        "tools": [
            {"type": "function", "function": {"name": "add", "description": "Add", "parameters": ADD.parameters}},
            {
                "type": "function",
                "function": {"name": "now", "description": "", "parameters": {"type": "object", "properties": {}}},
            },
        ],
        "temperature": 0,
        "max_tokens": 9,
        "stop": ["\n"],
        "min_p": 0.1,
    }


def test_media_parts(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(b"png")
    sound = base64.b64encode(b"wav").decode()
    parts = (
        TextPart("Look"),
        MediaPart(Media(kind="image", mime="image/png", path="dot.png")),
        MediaPart(Media(kind="image", mime="image/png", url="https://example.org/a.png")),
        MediaPart(Media(kind="audio", mime="audio/wav", data=sound)),
        MediaPart(Media(kind="file", mime="application/pdf", data="cGRm", name="a.pdf")),
    )
    body = sent(Request(messages=(Message("user", parts),)), base=tmp_path)
    assert body["messages"][0]["content"] == [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,cG5n"}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "input_audio", "input_audio": {"data": sound, "format": "wav"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,cGRm"}},
    ]


def test_blob_is_read_from_the_workspace(workspace: Path) -> None:
    blob = hashlib.sha256(b"png").hexdigest()
    (workspace / "blobs" / blob[:2]).mkdir(parents=True)
    (workspace / "blobs" / blob[:2] / blob).write_bytes(b"png")
    part = MediaPart(Media(kind="image", mime="image/png", blob=blob))
    body = sent(Request(messages=(Message("user", (part,)),)))
    assert body["messages"][0]["content"][0]["image_url"]["url"] == "data:image/png;base64,cG5n"


def test_blob_cannot_lead_out_of_the_workspace() -> None:
    part = MediaPart(Media(kind="image", mime="image/png", blob="../../secret"))
    with TestServer() as server, pytest.raises(DataError, match="not a sha256"):
        ask(server, Request(messages=(Message("user", (part,)),)))


def test_missing_media_names_the_file(tmp_path: Path) -> None:
    part = MediaPart(Media(kind="image", mime="image/png", path="none.png"))
    with TestServer() as server, pytest.raises(DataError, match=r"none\.png.*No such file"):
        ask(server, Request(messages=(Message("user", (part,)),)), base=tmp_path)


def test_unknown_sound_is_refused() -> None:
    part = MediaPart(Media(kind="audio", mime="audio/ogg", data="AA=="))
    with TestServer() as server, pytest.raises(ConfigError, match="audio/ogg"):
        ask(server, Request(messages=(Message("user", (part,)),)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-4o-mini", "max_tokens"),
        ("gpt-4.1", "max_tokens"),
        ("o3-mini", "max_completion_tokens"),
        ("o1", "max_completion_tokens"),
        ("gpt-5", "max_completion_tokens"),
        ("gpt-5.1-mini", "max_completion_tokens"),
        ("gpt-10", "max_completion_tokens"),
        ("gpt-oss-20b", "max_tokens"),
        ("olmo", "max_tokens"),
    ],
)
def test_token_limit_goes_by_the_name_that_the_model_takes(name: str, expected: str) -> None:
    body = sent(request(params={"max_tokens": 7}), f"openai-compatible/{name}")
    assert {k for k in body if k.startswith("max_")} == {expected} and body[expected] == 7


def test_providers_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "key-mistral")
    monkeypatch.setenv("OPENROUTER_API_KEY", "key-openrouter")
    assert sent(request(params={"seed": 1}), "mistral/m")["random_seed"] == 1
    assert "stream_options" not in sent(request(stream=True), "mistral/m")
    assert sent(request(), "openrouter/a/b")["usage"] == {"include": True}
    assert sent(request(stream=True))["stream_options"] == {"include_usage": True}


def test_reported_cost_is_kept() -> None:
    with TestServer(Behaviour(price=(1.0, 2.0))) as server:
        response = ask(server, request())
    assert response.cost == pytest.approx((5 * 1.0 + 2 * 2.0) / 1e6)


@pytest.mark.parametrize("stream", [False, True])
def test_tool_calls_and_reasoning(stream: bool) -> None:
    calls = (("add", '{"a": 1, "b": 2}'), ("now", "{}"))
    reply = Reply(text=None, reasoning="let me think", tool_calls=calls, finish="tool_calls")
    with TestServer(Behaviour(answer=lambda asked: reply)) as server:
        response = ask(server, request(stream=stream, tools=(ADD,)))
    assert [(call.name, call.arguments) for call in response.tool_calls] == list(calls)
    assert [call.id for call in response.tool_calls] == ["call_0", "call_1"]
    assert response.data == {"reasoning": "let me think"}
    assert not response.output and response.status is Status.OK
    assert (response.ttft is not None) is stream


def test_stream_gives_the_same_answer_and_times() -> None:
    latency = Latency(median=0.02, between=0.005)
    with TestServer(Behaviour(answer=echo, latency=latency, pieces=4)) as server:
        whole = ask(server, request("one two three four five six seven eight"))
        streamed = ask(server, request("one two three four five six seven eight", stream=True))
    assert streamed.output == whole.output == "one two three four five six seven eight"
    assert (streamed.input_tokens, streamed.output_tokens) == (whole.input_tokens, whole.output_tokens) == (8, 8)
    assert streamed.finish_reason == "stop" and whole.ttft is None
    # Lower bounds only: the server waits at least so long.
    assert streamed.ttft is not None and streamed.ttft >= 0.02
    assert streamed.itl is not None and streamed.itl >= 3 * 0.004 / 7


def test_one_piece_has_no_time_between_tokens() -> None:
    with TestServer(Behaviour(answer=echo, pieces=1)) as server:
        response = ask(server, request("one two three", stream=True))
    assert response.ttft is not None and response.itl is None


def test_stream_options_refused_once_are_left_out_from_then_on() -> None:
    async def twice(url: str) -> list[str | None]:
        adapter = connect(Model(id="vllm/m", base_url=url), Path())
        answers = [(await adapter.answer(request(stream=True))).output for _ in range(2)]
        await adapter.aclose()
        return answers

    with TestServer(Behaviour(refuses=("stream_options",))) as server:
        assert asyncio.run(twice(server.url)) == ["ANSWER: 5"] * 2
        # The refused attempt is not counted as a request; the second call did not ask again.
        assert [seen.body.get("stream_options") for seen in server.requests] == [None, None]


@pytest.mark.parametrize("stream", [False, True])
def test_truncated(stream: bool) -> None:
    with TestServer(Behaviour(answer=echo)) as server:
        response = ask(server, request("a b c d", params={"max_tokens": 2}, stream=stream))
    assert (response.output, response.status, response.finish_reason) == ("a b", Status.TRUNCATED, "length")


@pytest.mark.parametrize("stream", [False, True])
def test_completions(stream: bool) -> None:
    what = Request(messages=(Message("system", "S"), Message("user", "U")), stream=stream)
    with TestServer(Behaviour(answer=echo)) as server:
        response = ask(server, what, api="completions")
        body = server.requests[-1].body
        assert server.requests[-1].path == "/v1/completions"
    assert response.output == "S\n\nU" and body["prompt"] == "S\n\nU"
    assert response.status is Status.OK and response.output_tokens == 2


def test_logprobs_that_were_asked_for() -> None:
    with TestServer(Behaviour(answer=echo)) as server:
        response = ask(server, request("a b", params={"logprobs": True, "top_logprobs": 2}))
    found = response.logprobs
    assert found is not None and found["tokens"] == ["a", " b"]
    assert found["output"] == pytest.approx(sum(found["token_logprobs"]))
    assert [len(top) for top in found["top"]] == [2, 2]


@pytest.mark.parametrize("api", ["chat", "completions"])
def test_first_token(api: str) -> None:
    with TestServer(Behaviour(answer=lambda asked: "B because")) as server:
        response = ask(server, request(mode="choice_first_token"), api=api)
        body = server.requests[-1].body
    assert body["max_tokens"] == 1 and body["logprobs"] == (True if api == "chat" else 5)
    found = (response.logprobs or {})["first_token"]
    assert {"A", "B", "C", "D"} <= set(found) and all(value < 0 for value in found.values())
    assert response.status is Status.OK


def test_first_token_without_logprobs_is_said() -> None:
    with TestServer() as server:
        error = failure(server, request(mode="choice_first_token", params={"max_tokens": 0}))
    assert "choice_first_token" in str(error) and not error.retryable


def test_embedding() -> None:
    with TestServer() as server:
        one = ask(server, Request(prompt="red fox", mode="embed"))
        two = ask(server, Request(prompt="fox red", mode="embed"))
    assert one.embedding is not None and len(one.embedding) == 16
    assert one.embedding == pytest.approx(two.embedding) and one.input_tokens == 2


def test_mode_that_the_api_lacks_says_the_way_out() -> None:
    with TestServer() as server, pytest.raises(ConfigError, match="api: completions"):
        ask(server, Request(prompt="a", mode="rolling"))
