"""What statuses, error bodies and rate-limit headers mean."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import (
    AuthError,
    ContextTooLong,
    Filtered,
    MalformedAnswer,
    ProviderError,
    RateLimited,
)
from evalium.models import QuotaExhausted
from evalium.models._errors import QUOTE, Origin, failure, malformed, read_complaint
from evalium.models._openai_chat import as_response
from evalium.models._wait import duration, reset_time, wait_of

ORIGIN = Origin("openai/m", "https://api.example.org/v1/chat/completions", ("sk-secret",))


def fail(status: int, body: Any, headers: dict[str, str] | None = None) -> ProviderError:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return failure(status, headers or {}, raw, ORIGIN)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": {"message": "x", "code": "context_length_exceeded"}}, ContextTooLong),
        (400, {"error": {"message": "This model's maximum context length is 8192 tokens."}}, ContextTooLong),
        (
            400,
            {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}},
            ContextTooLong,
        ),
        (
            400,
            {"error": {"code": 400, "message": "The input token count (9) exceeds the maximum number of tokens"}},
            ContextTooLong,
        ),
        (400, {"error": {"type": "exceed_context_size_error", "message": "the request exceeds"}}, ContextTooLong),
        (413, {"error": {"message": "input is too long for this model"}}, ContextTooLong),
        (400, {"error": {"message": "x", "code": "content_filter"}}, Filtered),
        (400, {"error": {"message": "x", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}, Filtered),
        (403, {"error": {"message": "refused by our content policy"}}, Filtered),
        (401, {"error": {"message": "Incorrect API key"}}, AuthError),
        (403, {"detail": "forbidden"}, AuthError),
        (429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, RateLimited),
        (429, {"error": {"message": "x", "code": "insufficient_quota"}}, QuotaExhausted),
        (429, {"error": {"message": "x", "type": "insufficient_quota"}}, QuotaExhausted),
        (
            400,
            {"error": {"type": "invalid_request_error", "message": "Your credit balance is too low"}},
            QuotaExhausted,
        ),
        (402, {"error": {"message": "Insufficient Balance"}}, QuotaExhausted),
        (
            422,
            {"message": {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}},
            ProviderError,
        ),
        (404, b"<html>not found</html>", ProviderError),
        (500, b"", ProviderError),
    ],
)
def test_kinds(status: int, body: Any, kind: type[ProviderError]) -> None:
    error = fail(status, body)
    assert type(error) is kind and error.status_code == status


def test_quota_of_a_day_is_not_waited_for() -> None:
    violation = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}
    details = [{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]}]
    body = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "quota", "details": details}}
    assert type(fail(429, body)) is QuotaExhausted
    violation["quotaId"] = "GenerateRequestsPerMinutePerProjectPerModel"
    details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"})
    error = fail(429, body)
    assert type(error) is RateLimited and error.retry_after == 37.0


def test_message_names_model_status_and_address_and_quotes_the_server() -> None:
    error = fail(404, {"error": {"message": "The model `m` does not exist"}})
    assert str(error) == f"openai/m: HTTP 404 from {ORIGIN.url}: The model `m` does not exist"


@pytest.mark.parametrize("body", [b"key sk-secret is wrong", b'{"error": {"message": "key sk-secret is wrong"}}'])
def test_secrets_are_masked(body: bytes) -> None:
    assert str(fail(401, body)).endswith("key *** is wrong")
    assert "sk-secret" not in str(malformed(body, ORIGIN, "text"))


def test_long_bodies_are_cut() -> None:
    error = fail(500, b"x" * 100_000)
    assert str(error).count("x") == QUOTE - 1 + ORIGIN.url.count("x")


def test_secret_across_the_cut_is_masked() -> None:
    assert "sk-se" not in str(fail(500, b"y" * (QUOTE - 5) + b"sk-secret" + b"z" * 50))


@given(st.binary(max_size=200), st.sampled_from([300, 400, 401, 404, 429, 500, 503, 529, 599]))
def test_any_body_gives_an_error(body: bytes, status: int) -> None:
    error = failure(status, {}, body, ORIGIN)
    assert error.status_code == status and str(error)


@given(st.binary(max_size=200))
def test_any_answer_is_read_or_refused(body: bytes) -> None:
    with pytest.raises(ProviderError):
        as_response({}, body, ORIGIN)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 600) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "message", "details", "choices", "content", "usage", "finish_reason"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    body = msgspec.json.encode(value)
    read_complaint(body)
    try:
        response = as_response({}, body, ORIGIN)
    except ProviderError:
        return
    assert response.output is not None or response.status.value == "refused_by_filter"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-1"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m2s"}, 62.0),
        ({"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "1m2s"}, None),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "20ms",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "6s",
            },
            6.0,
        ),
    ],
)
def test_waits(headers: dict[str, str], expected: float | None) -> None:
    assert wait_of(headers) == expected


def test_wait_until_a_date() -> None:
    wait = wait_of({"retry-after": formatdate(time.time() + 1000, usegmt=True)})
    assert wait is not None and 900 < wait <= 1000
    assert wait_of({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0


def test_anthropic_resets_are_times() -> None:
    headers = {
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": "2100-01-01T00:00:00Z",
    }
    wait = wait_of(headers)
    assert wait is not None and wait > 1e8
    assert wait_of({**headers, "anthropic-ratelimit-input-tokens-remaining": "1"}) is None


@given(st.text(max_size=20))
def test_any_text_is_a_wait_or_none(text: str) -> None:
    for found in (duration(text), reset_time(text), wait_of({"retry-after": text})):
        assert found is None or found >= 0


@pytest.mark.parametrize(
    ("message", "finish", "expected"),
    [
        ({"content": ""}, "stop", ("", "ok")),
        ({"content": None}, "length", ("", "truncated")),
        ({"content": None}, "content_filter", (None, "refused_by_filter")),
        ({"content": None, "refusal": "I cannot"}, "stop", ("I cannot", "ok")),
        ({"content": None, "reasoning_content": "hm"}, "stop", ("", "ok")),
        ({"content": None, "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}, "stop", (None, "ok")),
        (
            {"content": [{"type": "thinking"}, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
            None,
            ("ab", "ok"),
        ),
    ],
)
def test_what_a_null_content_means(message: Any, finish: str | None, expected: tuple[str | None, str]) -> None:
    body = msgspec.json.encode({"choices": [{"message": message, "finish_reason": finish}]})
    response = as_response({}, body, ORIGIN)
    assert (response.output, response.status.value) == expected


def test_null_content_without_a_reason() -> None:
    for message in ({"content": None}, {}):
        body = msgspec.json.encode({"choices": [{"message": message, "finish_reason": "stop"}]})
        with pytest.raises(MalformedAnswer, match="null content"):
            as_response({}, body, ORIGIN)


def test_counts_of_other_dialects() -> None:
    choices = [{"message": {"content": "a"}, "finish_reason": "stop"}]
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "prompt_cache_hit_tokens": 4, "total_time": 0.25}
    groq = as_response({}, msgspec.json.encode({"choices": choices, "usage": usage}), ORIGIN)
    assert (groq.cached_tokens, groq.service_time) == (4, 0.25)
    timings = {"prompt_ms": 100.0, "predicted_ms": 400.0}
    llama = as_response({}, msgspec.json.encode({"choices": choices, "timings": timings}), ORIGIN)
    assert llama.service_time == 0.5
    header = as_response({"openai-processing-ms": "120"}, msgspec.json.encode({"choices": choices}), ORIGIN)
    assert header.service_time == 0.12
    assert (
        as_response({"openai-processing-ms": "?"}, msgspec.json.encode({"choices": choices}), ORIGIN).service_time
        is None
    )


def test_zero_is_a_count_and_not_missing() -> None:
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 0}}
    body = {"choices": [{"message": {"content": "a"}}], "usage": usage}
    response = as_response({}, msgspec.json.encode(body), ORIGIN)
    assert (response.input_tokens, response.output_tokens, response.cached_tokens) == (0, 0, 0)


def test_error_of_a_router_inside_status_200() -> None:
    with pytest.raises(RateLimited, match="upstream is busy"):
        as_response({}, b'{"error": {"code": 429, "message": "upstream is busy"}}', ORIGIN)
    with pytest.raises(MalformedAnswer, match="odd"):
        as_response({}, b'{"error": "odd"}', ORIGIN)
