"""Few-shot examples, multiple choice, log-likelihoods and media, as they arrive at the server."""

from __future__ import annotations

import base64
import json
import math
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import evalium as ev
from evalium.core import ConfigError
from evalium.testing import Asked, Behaviour, TestServer
from evalium.testing.answers import logprob, tokens

N = 24
ITEMS = [{"q": f"Is {i} even?", "a": "yes" if i % 2 == 0 else "no", "kind": f"k{i % 3}"} for i in range(N)]
DATA = {"items": ITEMS, "input": "q", "target": "a", "attributes": ["kind"]}
QUESTIONS = [
    {"q": f"Which is {i}?", "options": [f"number {i + k}" for k in range(4)], "right": i % 4} for i in range(12)
]


@pytest.fixture
def server() -> Iterator[TestServer]:
    with TestServer() as running:
        yield running


def plan(server: TestServer, **changes: Any) -> dict[str, Any]:
    api = changes.pop("api", "chat")
    model = {"id": "openai-compatible/test", "name": "test", "base_url": server.url, "api": api}
    return {"plan": "prompts", "data": DATA, "models": [model], "scorers": ["exact"], **changes}


def prompts(server: TestServer) -> dict[str, str]:
    """What the server was asked, by the question at its end."""
    texts = [seen.body["messages"][-1]["content"] for seen in server.requests]
    return {text.splitlines()[-1]: text for text in texts}


@pytest.mark.parametrize("strategy", ["fixed", "random", "stratified"])
@pytest.mark.parametrize("by", [None, "kind"])
def test_the_item_itself_is_never_an_example(strategy: str, by: str | None, server: TestServer, workspace: Path):
    shots = {"n": 4, "strategy": strategy, "seed": 3, **({"by": by} if by else {})}
    ev.run(plan(server, few_shot=shots))
    asked = prompts(server)
    assert len(asked) == N
    answers = {item["q"]: item["a"] for item in ITEMS}
    shown_at_all = Counter[str]()
    for question, text in asked.items():
        *examples, last = text.split("\n\n")
        assert last == question and len(examples) == 4 and not any(question in one for one in examples)
        shown = [one.splitlines() for one in examples]
        assert all(answers[q] == a for q, a in shown)
        shown_at_all.update(q for q, _ in shown)
        if strategy == "fixed":
            assert [q for q, _ in shown] == [item["q"] for item in ITEMS if item["q"] != question][:4]
        if strategy == "stratified":
            kinds = Counter(a if by is None else f"k{int(q.split()[1]) % 3}" for q, a in shown)
            assert max(kinds.values()) - min(kinds.values()) <= 1 and len(kinds) == (2 if by is None else 3)
    assert len(shown_at_all) == 5 if strategy == "fixed" else len(shown_at_all) > 12


def test_examples_are_the_same_in_every_run(workspace: Path):
    found = []
    for _ in range(2):
        with TestServer() as server:
            ev.run(plan(server, few_shot={"n": 3, "strategy": "random"}), fresh=True, workspace=f"ws-{len(found)}")
            found.append(prompts(server))
    assert found[0] == found[1]


def test_examples_as_turns_with_a_template_and_data_of_their_own(server: TestServer, workspace: Path):
    own = {"items": [{"q": f"Is {i} odd?", "a": "maybe"} for i in range(100, 103)], "input": "q", "target": "a"}
    ev.run(plan(server, few_shot={"n": 2, "data": own, "as_turns": True}, system="Say yes or no."))
    messages = server.requests[0].body["messages"]
    assert [m["role"] for m in messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert [m["content"] for m in messages[1:5]] == ["Is 100 odd?", "maybe", "Is 101 odd?", "maybe"]
    ev.run(plan(server, few_shot={"n": 2, "data": own, "template": "<{{ input }}|{{ target }}>", "separator": "\n"}))
    text = server.requests[-1].body["messages"][-1]["content"]
    assert text.startswith("<Is 100 odd?|maybe>\n<Is 101 odd?|maybe>\nIs ")


def test_a_field_to_balance_that_does_not_exist(server: TestServer, workspace: Path):
    with pytest.raises(ConfigError, match=r"few_shot.by: no field 'kin'"):
        ev.run(plan(server, few_shot={"n": 2, "strategy": "stratified", "by": "kin"}))
    assert server.stats().requests == 0 and not (workspace / "catalog.db").exists()


def choices(server: TestServer, mode: str, **changes: Any) -> dict[str, Any]:
    data = {"items": QUESTIONS, "input": "q", "target": "right", "choices": "options"}
    return plan(server, mode=mode, data=data, scorers=[], metrics=[], execution={"concurrency": 1}, **changes)


def right_letter(asked: Asked) -> str:
    i = int(asked.prompt.split("?")[0].split()[-1])
    return f"Answer: {'ABCD'[i % 4]}"


def test_choice_generate(workspace: Path):
    with TestServer(Behaviour(answer=right_letter)) as server:
        run = ev.run(choices(server, "choice_generate")).runs[0]
        prompt = server.requests[0].body["messages"][0]["content"]
    assert run["choice"].value == 1.0 and run["choice"].n == 12
    assert prompt.startswith("Which is 0?\n\nA. number 0\nB. number 1\nC. number 2\nD. number 3\n")


def test_choice_first_token(server: TestServer, workspace: Path):
    run = ev.run(choices(server, "choice_first_token")).runs[0]
    body = server.requests[0].body
    assert body["logprobs"] is True and body["top_logprobs"] == 20 and body["max_tokens"] == 1
    assert body["messages"][0]["content"].endswith("Answer:")
    row = run.records().arrow(text=True).to_pylist()[0]
    assert set(json.loads(row["logprobs"])) == {"first_token"} and run["choice"].n == 12


def sum_of(prompt: str, continuation: str) -> float:
    """The test server's log-likelihood of a continuation, worked out here."""
    all_ = tokens(prompt + continuation)
    first = len(tokens(prompt))
    return sum(logprob(all_[i - 1], all_[i]) for i in range(first, len(all_)))


def test_choice_loglikelihood(server: TestServer, workspace: Path):
    run = ev.run(choices(server, "choice_loglikelihood", api="completions")).runs[0]
    rows = sorted(run.records().arrow(text=True).to_pylist(), key=lambda row: int(row["sample"]))
    likeliest = 0
    for question, row in zip(QUESTIONS, rows, strict=True):
        expected = [sum_of(question["q"], " " + option) for option in question["options"]]
        found = json.loads(row["logprobs"])["continuations"]
        assert found == pytest.approx(expected)
        likeliest += max(range(4), key=expected.__getitem__) == question["right"]
    body = server.requests[0].body
    assert body["echo"] is True and len(body["prompt"]) == 4 and body["prompt"][0] == "Which is 0? number 0"
    assert run["choice"].value == pytest.approx(likeliest / 12)


def test_loglikelihood_and_rolling(server: TestServer, workspace: Path):
    run = ev.run(plan(server, mode="loglikelihood", api="completions", scorers=[])).runs[0]
    rows = {row["sample"]: row for row in run.records().arrow(text=True).to_pylist()}
    expected = [sum_of(item["q"], " " + item["a"]) for item in ITEMS]
    assert [json.loads(rows[str(i + 1)]["logprobs"])["continuations"][0] for i in range(N)] == pytest.approx(expected)
    assert run["perplexity"].value == pytest.approx(math.exp(-sum(expected) / N))
    rolled = ev.run(plan(server, mode="rolling", api="completions", scorers=[])).runs[0]
    row = next(row for row in rolled.records().arrow(text=True).to_pylist() if row["sample"] == "1")
    words = tokens(ITEMS[0]["q"])
    whole = sum(logprob(a, b) for a, b in pairwise(words))
    assert json.loads(row["logprobs"])["rolling"] == pytest.approx(whole)


def test_a_mode_that_the_model_cannot_do_is_refused_without_a_call(server: TestServer, workspace: Path):
    for mode in ("loglikelihood", "rolling"):
        with pytest.raises(ConfigError, match="api: completions"):
            ev.run(plan(server, mode=mode))
    assert server.stats().requests == 0


def tiny_png() -> bytes:
    """One red pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")


def test_an_image_arrives_as_a_data_url(server: TestServer, workspace: Path):
    Path("red.png").write_bytes(tiny_png())
    data = {"items": [{"q": "What colour?", "a": "red", "picture": "red.png"}], "input": "q", "target": "a"}
    run = ev.run(plan(server, data={**data, "image": "picture"})).runs[0]
    [message] = server.requests[0].body["messages"]
    text, image = message["content"]
    assert text == {"type": "text", "text": "What colour?"}
    assert image["image_url"]["url"] == "data:image/png;base64," + base64.b64encode(tiny_png()).decode()
    assert run.status == {"ok": 1}
    Path("red.png").write_bytes(tiny_png() + b"more")
    assert ev.run(plan(server, data={**data, "image": "picture"})).runs[0].status == {"ok": 1}
    assert server.stats().requests == 2, "another picture under the same name is another question"
