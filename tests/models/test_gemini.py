from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from evalium.core import MalformedAnswer, Media, MediaPart, Message, Status, TextPart, Tool, ToolCall
from evalium.models import Request
from evalium.models._errors import Origin
from evalium.models._gemini_answer import as_response
from evalium.models._gemini_request import parameters
from evalium.testing import Behaviour, Latency, Reply, TestServer, echo
from tests.models.asking import ask, request, sent

MODEL = "gemini/gemini-2.5-flash"
ORIGIN = Origin(MODEL, "http://localhost/v1beta/models/m:generateContent")
ADD = Tool(name="add", description="Add", parameters={"type": "object", "properties": {"a": {"type": "number"}}})


def test_answer_with_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "AIza-1")
    reply = Reply(text="Five.", input_tokens=100, cached_tokens=40, reasoning_tokens=7)
    with TestServer(Behaviour(answer=lambda asked: reply)) as server:
        response = ask(server, request(), MODEL)
        seen = server.requests[-1]
    assert seen.path == "/v1beta/models/gemini-2.5-flash:generateContent"
    assert seen.headers["x-goog-api-key"] == "AIza-1"
    assert (response.output, response.status, response.finish_reason) == ("Five.", Status.OK, "STOP")
    assert (response.input_tokens, response.cached_tokens) == (100, 40)
    # The provider reports 1 visible and 7 thought tokens.
    assert (response.output_tokens, response.reasoning_tokens) == (8, 7)


def test_golden_payload() -> None:
    call = ToolCall(id="c1", name="add", arguments='{"a": 1}')
    what = Request(
        messages=(
            Message("system", "Be brief."),
            Message("user", "Add."),
            Message("assistant", "", tool_calls=(call,)),
            Message("tool", "2", tool_call_id="c1"),
            Message("assistant", "Two."),
            Message("user", "Thanks"),
        ),
        params={
            "temperature": 0,
            "max_tokens": 9,
            "stop": ["\n"],
            "seed": 3,
            "top_p": 0.5,
            "reasoning_effort": "low",
            "tool_choice": "required",
            "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
        },
        tools=(ADD, Tool(name="now")),
    )
    assert sent(what, MODEL) == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Add."}]},
            {"role": "model", "parts": [{"functionCall": {"name": "add", "args": {"a": 1}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "add", "response": {"result": "2"}}}]},
            {"role": "model", "parts": [{"text": "Two."}]},
            {"role": "user", "parts": [{"text": "Thanks"}]},
        ],
        "tools": [
            {
                "functionDeclarations": [
                    {"name": "add", "description": "Add", "parametersJsonSchema": ADD.parameters},
                    {"name": "now", "description": ""},
                ]
            }
        ],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        "generationConfig": {
            "temperature": 0,
            "maxOutputTokens": 9,
            "stopSequences": ["\n"],
            "seed": 3,
            "topP": 0.5,
            "thinkingConfig": {"thinkingBudget": 1024},
            "responseMimeType": "application/json",
            "responseJsonSchema": {"type": "object"},
        },
    }


def test_from_gemini_3_on_thinking_has_levels_and_calls_signatures() -> None:
    assert parameters({"reasoning_effort": "low"}, "gemini-3-pro") == (
        {"generationConfig": {"thinkingConfig": {"thinkingLevel": "low"}}},
        [],
    )
    call = ToolCall(id="c1", name="now", arguments="")
    body = sent(Request(messages=(Message("assistant", "", tool_calls=(call, call)),)), "gemini/gemini-3-pro")
    assert ["thoughtSignature" in part for part in body["contents"][0]["parts"]] == [True, False]


def test_parameters_left_out_are_named() -> None:
    with TestServer() as server:
        response = ask(server, request(params={"n": 1}), MODEL)
    assert response.data["ignored_params"] == ["n"]


def test_media_parts(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"wav")
    parts = (
        TextPart("Listen"),
        MediaPart(Media(kind="audio", mime="audio/wav", path="a.wav")),
        MediaPart(Media(kind="image", mime="image/png", url="data:image/png;base64,cG5n")),
        MediaPart(Media(kind="file", mime="application/pdf", url="gs://bucket/a.pdf")),
    )
    body = sent(Request(messages=(Message("user", parts),)), MODEL, base=tmp_path)
    assert body["contents"][0]["parts"] == [
        {"text": "Listen"},
        {"inlineData": {"mimeType": "audio/wav", "data": "d2F2"}},
        {"inlineData": {"mimeType": "image/png", "data": "cG5n"}},
        {"fileData": {"mimeType": "application/pdf", "fileUri": "gs://bucket/a.pdf"}},
    ]


@pytest.mark.parametrize("stream", [False, True])
def test_tools_and_thoughts(stream: bool) -> None:
    reply = Reply(text=None, reasoning="let me think", tool_calls=(("add", '{"a":1}'),), finish="tool_calls")
    with TestServer(Behaviour(answer=lambda asked: reply)) as server:
        response = ask(server, request(stream=stream, tools=(ADD,)), MODEL)
    assert [(call.id, call.name, call.arguments) for call in response.tool_calls] == [("call_0", "add", '{"a":1}')]
    assert response.output is None and response.data["reasoning"] == "let me think"


def test_stream_gives_the_same_answer_and_times() -> None:
    with TestServer(Behaviour(answer=echo, latency=Latency(median=0.02, between=0.005), pieces=3)) as server:
        response = ask(server, request("one two three", stream=True), MODEL)
        assert server.requests[-1].path.endswith(":streamGenerateContent")
    assert (response.output, response.finish_reason) == ("one two three", "STOP")
    assert (response.input_tokens, response.output_tokens) == (3, 3)
    assert response.ttft is not None and response.ttft >= 0.02 and response.itl is not None and response.itl >= 0.004


def test_first_token() -> None:
    with TestServer(Behaviour(answer=lambda asked: "B because")) as server:
        response = ask(server, request(mode="choice_first_token"), MODEL)
        config = server.requests[-1].body["generationConfig"]
    assert config == {"maxOutputTokens": 1, "logprobs": 20, "responseLogprobs": True}
    assert {"A", "B", "C", "D"} <= set((response.logprobs or {})["first_token"])
    assert response.status is Status.OK


def test_embedding() -> None:
    with TestServer() as server:
        response = ask(server, Request(prompt="red fox", mode="embed"), "gemini/text-embedding")
        seen = server.requests[-1]
    assert seen.path == "/v1beta/models/text-embedding:embedContent"
    assert seen.body == {"model": "models/text-embedding", "content": {"parts": [{"text": "red fox"}]}}
    assert response.embedding is not None and len(response.embedding) == 16


@pytest.mark.parametrize(
    ("body", "status", "output"),
    [
        ({"candidates": [{"finishReason": "SAFETY"}]}, Status.REFUSED_BY_FILTER, None),
        ({"candidates": [{"finishReason": "RECITATION", "content": {}}]}, Status.REFUSED_BY_FILTER, None),
        ({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}, Status.REFUSED_BY_FILTER, None),
        ({"candidates": [{"finishReason": "MAX_TOKENS", "content": {"parts": []}}]}, Status.TRUNCATED, ""),
        ({"candidates": [{"finishReason": "STOP", "content": {"role": "model"}}]}, Status.OK, ""),
    ],
)
def test_finish_reasons(body: object, status: Status, output: str | None) -> None:
    response = as_response(msgspec.json.encode(body), ORIGIN)
    assert (response.status, response.output) == (status, output)


@pytest.mark.parametrize(
    "body", [{}, {"candidates": []}, {"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL"}]}]
)
def test_no_answer_and_no_reason(body: object) -> None:
    with pytest.raises(MalformedAnswer):
        as_response(msgspec.json.encode(body), ORIGIN)
