"""Log-likelihoods: over the wire, and against token boundaries that servers report in their different ways."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import msgspec
import pytest

from evalium.core import MalformedAnswer
from evalium.models import Request
from evalium.models._errors import Origin
from evalium.models._openai_text import continuations, read_echo, rolling
from evalium.testing import TestServer
from evalium.testing.answers import is_likeliest, logprob, tokens
from tests.models.asking import ask, failure

ORIGIN = Origin("vllm/m", "http://localhost/v1/completions")


def body(texts: list[list[str]], **changes: Any) -> bytes:
    """An echo of tokens whose log-probability is minus their length, with one generated token at the end."""
    choices = []
    for i, found in enumerate(texts):
        found = [*found, "!"]
        logprobs = {
            "tokens": found,
            "token_logprobs": [None, *(-float(len(token)) for token in found[1:])],
            "text_offset": [0, *accumulate(len(token) for token in found)][:-1],
            "top_logprobs": [None, *({token: -float(len(token)), "?": -1.5} for token in found[1:])],
        }
        choices.append({"index": i, "text": "", "finish_reason": "length", "logprobs": {**logprobs, **changes}})
    return msgspec.json.encode({"choices": choices})


def score(prompt: str, texts: list[list[str]], **changes: Any) -> dict[str, Any]:
    echoes = read_echo(body(texts, **changes), ["".join(text) for text in texts], ORIGIN)
    return continuations(echoes, len(prompt)).logprobs or {}


def test_over_the_wire() -> None:
    prompt, choices = "The capital of France is", (" Paris", " Rome, of course")
    with TestServer() as server:
        what = Request(prompt=prompt, mode="choice_loglikelihood", continuations=choices)
        found = ask(server, what, "vllm/m", api="completions").logprobs or {}
        assert len(server.requests) == 1
    for i, choice in enumerate(choices):
        path = tokens(prompt + choice)
        scored = range(len(tokens(prompt)), len(path))
        assert found["continuations"][i] == pytest.approx(sum(logprob(path[k - 1], path[k]) for k in scored))
        assert found["tokens"][i] == len(scored)
        assert found["greedy"][i] is all(is_likeliest(path[k - 1], path[k]) for k in scored)
    assert found["boundary"] == 0


def test_rolling_over_the_wire() -> None:
    text = "Größe zählt nicht"
    with TestServer() as server:
        response = ask(server, Request(prompt=text, mode="rolling"), "vllm/m", api="completions")
    path = tokens(text)
    assert (response.logprobs or {})["rolling"] == pytest.approx(logprob(path[0], path[1]) + logprob(path[1], path[2]))
    assert (response.logprobs or {})["tokens"] == 2
    assert (response.logprobs or {})["bytes"] == len(" zählt nicht".encode())


def test_clean_boundary() -> None:
    found = score("a b", [["a", " b", " cc", " d"], ["a", " b", " e"]])
    assert found == {"continuations": [-5.0, -2.0], "tokens": [2, 1], "greedy": [False, False], "boundary": 0}


def test_boundary_inside_a_token_is_moved_back_for_all() -> None:
    # "Answer: " + "Paris" is one token " Paris" for the first, two tokens " ", "4" for the second.
    found = score("Answer: ", [["Answer", ":", " Paris"], ["Answer", ":", " ", "4"]])
    assert found["boundary"] == 1
    assert found["continuations"] == [-6.0, -2.0] and found["tokens"] == [1, 2]


def test_differences_do_not_depend_on_where_the_blank_stands() -> None:
    left = score("Answer: ", [["Answer", ":", " Paris"], ["Answer", ":", " Rome"]])
    right = score("Answer:", [["Answer", ":", " Paris"], ["Answer", ":", " Rome"]])
    assert left["continuations"] == right["continuations"] and (left["boundary"], right["boundary"]) == (1, 0)


def test_special_first_token_shifts_no_boundary() -> None:
    text = ["<s>", "a", " b", " c"]
    offsets = [0, 3, 4, 6, 8]
    echoes = read_echo(body([text], text_offset=offsets), ["a b c"], ORIGIN)
    assert (continuations(echoes, 3).logprobs or {})["continuations"] == [-2.0]
    # With a start token the first word has a log-probability too.
    assert (rolling(echoes).logprobs or {}) == {"rolling": -5.0, "tokens": 3, "bytes": 5}


def test_without_offsets_lengths_are_counted() -> None:
    assert score("a b", [["a", " b", " cc"]], text_offset=None)["continuations"] == [-3.0]


def test_generated_token_is_not_scored() -> None:
    assert score("a", [["a", " b"]])["tokens"] == [1]


def test_greedy_unknown_without_alternatives() -> None:
    assert score("a", [["a", " b"]], top_logprobs=None)["greedy"] == [None]


def test_greedy_holds_when_the_token_is_the_likeliest() -> None:
    tops = [None, {" b": -2.0}, {"!": -1.0}]
    assert score("a", [["a", " b"]], top_logprobs=tops)["greedy"] == [True]


def test_split_characters_do_not_break_the_count() -> None:
    # The server shows each byte of the character as a replacement: five tokens of prompt, one generated.
    found = ["a", " ", "\ufffd", "\ufffd", "\ufffd"]
    answer = msgspec.json.decode(body([found]))
    answer["usage"] = {"prompt_tokens": 5, "completion_tokens": 1}
    echoes = read_echo(msgspec.json.encode(answer), ["a 語"], ORIGIN)
    assert (continuations(echoes, 2).logprobs or {})["tokens"] == [3]


def test_empty_context_is_refused() -> None:
    with pytest.raises(MalformedAnswer, match="give the prompt a context"):
        score("", [["a", " b"]])


def test_server_without_echo_is_named() -> None:
    with TestServer() as server:
        what = Request(prompt="a", mode="loglikelihood", continuations=(" b",))
        error = failure(server, what, "vllm/m", api="completions", headers={"x-test-fault": "500"})
        assert error.retryable
    with pytest.raises(MalformedAnswer, match="echo and logprobs") as caught:
        read_echo(b'{"choices": [{"text": "a b"}]}', ["a b"], ORIGIN)
    assert not caught.value.retryable


def test_fewer_choices_than_texts() -> None:
    with pytest.raises(MalformedAnswer, match="1 choices where 2"):
        read_echo(body([["a", " b"]]), ["a b", "a c"], ORIGIN)
