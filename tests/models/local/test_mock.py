from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from evalium.core import ConfigError, Message, Model, ProviderError, Sample, UnknownName
from evalium.models.base import Adapter, KeyedByContent, Request, Response
from evalium.models.local.mock import FAULTS, Mock, mock

SAMPLES = [
    Sample(id=str(i), hash=f"{i:032x}", input=f"question {i}", target="ABCD"[i % 4], choices=("one", "two", "3", "4"))
    for i in range(400)
]


def make(mode: str, **options: Any) -> Mock:
    return mock(Model(id=f"mock/{mode}", options=options), mode, Path("."))


def ask(model: Mock, sample: Sample, **fields: Any) -> Response:
    prompt = fields.pop("messages", (Message("user", str(sample.input)),))
    return asyncio.run(model.answer(Request(messages=prompt, sample=sample, **fields)))


async def outcomes(model: Mock, samples: list[Sample], **fields: Any) -> list[str]:
    async def one(sample: Sample) -> str:
        try:
            request = Request(prompt=str(sample.input), sample=sample, **fields)
            return (await model.answer(request)).output or ""
        except ProviderError as error:
            return error.kind

    return await asyncio.gather(*[one(sample) for sample in samples])


def test_is_an_adapter_keyed_by_content() -> None:
    assert isinstance(make("echo"), Adapter) and isinstance(make("echo"), KeyedByContent)


def test_echo_and_constant() -> None:
    assert ask(make("echo"), SAMPLES[3]).output == "question 3"
    response = ask(make("constant", text="I do not know"), SAMPLES[3])
    assert (response.output, response.input_tokens, response.output_tokens) == ("I do not know", 2, 4)
    reported = ask(make("constant", text="x", input_tokens=7, output_tokens=0, cost=0.25), SAMPLES[3])
    assert (reported.input_tokens, reported.output_tokens, reported.cost) == (7, 0, 0.25)


def test_choice_understands_text_letter_and_index_targets() -> None:
    for target in ("two", "B", "b", 1):
        sample = Sample(id="s", input="?", target=target, choices=("one", "two"))
        assert ask(make("choice"), sample).output == "B"
    assert ask(make("choice", accuracy=0.0), Sample(id="s", input="?", target="B", choices=("1", "2"))).output == "A"


@pytest.mark.parametrize(
    ("target", "right", "wrong"),
    [
        ("Paris", '{"answer":"Paris"}', '{"answer":null}'),
        ({"a": 1, "b": [2]}, '{"a":1,"b":[2]}', '{"a":null,"b":null}'),
    ],
)
def test_json(target: Any, right: str, wrong: str) -> None:
    sample = Sample(id="s", input="?", target=target)
    assert ask(make("json"), sample).output == right
    assert ask(make("json", accuracy=0.0), sample).output == wrong
    assert json.loads(wrong) is not None
    assert ask(make("json", accuracy=0.0, text="{broken"), sample).output == "{broken"


@pytest.mark.parametrize(
    ("target", "wrong"),
    [("41", "42"), ("2.5", "3.5"), ("nan", "no answer"), ("1e300", "no answer"), ("no answer", "another answer")],
)
def test_a_wrong_answer_is_wrong(target: str, wrong: str) -> None:
    assert ask(make("target", accuracy=0.0), Sample(id="s", input="?", target=target)).output == wrong


def test_a_wrong_choice_is_another_choice() -> None:
    for sample in SAMPLES[:50]:
        answer = ask(make("choice", accuracy=0.0), sample).output
        assert answer in set("ABCD") - {sample.target}


def test_accuracy_is_a_share_drawn_by_sample_whatever_the_order() -> None:
    model = make("choice", accuracy=0.8, seed=5)
    forth = asyncio.run(outcomes(model, SAMPLES))
    back = asyncio.run(outcomes(make("choice", accuracy=0.8, seed=5), SAMPLES[::-1]))
    assert forth == back[::-1]
    right = sum(answer == sample.target for answer, sample in zip(forth, SAMPLES, strict=True))
    # 99.99 % range of Binomial(400, 0.8): 287 to 351.
    assert 287 <= right <= 351
    assert asyncio.run(outcomes(make("choice", accuracy=0.8, seed=6), SAMPLES)) != forth
    assert asyncio.run(outcomes(model, SAMPLES, params={"seed": 1})) != forth, "repeats differ by their parameters"


def test_faults_come_in_their_shares_and_are_the_declared_errors() -> None:
    model = make("target", faults={"rate_limited": 0.2, "timeout": 0.1, "http_500": 0.1})
    found = asyncio.run(outcomes(model, SAMPLES))
    # 99.99 % ranges of Binomial(400, 0.2) and Binomial(400, 0.1).
    assert 50 <= found.count("rate_limited") <= 113
    assert 19 <= found.count("timeout") <= 66
    assert 19 <= found.count("http_500") <= 66
    assert found == asyncio.run(outcomes(model, SAMPLES))


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_every_fault_is_raised(kind: str) -> None:
    with pytest.raises(type(FAULTS[kind])) as caught:
        ask(make("echo", faults={kind: 1.0}), SAMPLES[0])
    assert caught.value.kind == kind or kind == "auth"
    assert caught.value.retryable == FAULTS[kind].retryable
    assert caught.value is not FAULTS[kind]


def test_latency_is_waited_for_only_when_asked() -> None:
    async def timed(model: Mock, **fields: Any) -> tuple[float, Response]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        response = await model.answer(Request(prompt="a b", **fields))
        return loop.time() - started, response

    assert asyncio.run(timed(make("echo")))[1].ttft is None
    waited, _ = asyncio.run(timed(make("echo", latency=0.02)))
    assert waited >= 0.0199
    waited, response = asyncio.run(timed(make("echo", latency=0.02), stream=True))
    assert waited >= 0.0199 and response.ttft == 0.01


def test_content_is_what_the_answer_is_made_of() -> None:
    request = Request(prompt="x", sample=SAMPLES[1])
    assert make("echo").content(request) is None
    assert make("target").content(request) == {"target": "B", "choices": ("one", "two", "3", "4")}
    assert make("target", accuracy=0.5).identity != make("target").identity


@pytest.mark.parametrize(
    ("mode", "options", "message"),
    [
        ("echo", {"acuracy": 1.0}, "has no option 'acuracy'. Did you mean 'accuracy'?"),
        ("echo", {"accuracy": 1.5}, "accuracy"),
        ("echo", {"latency": -1}, "latency"),
        ("constant", {}, "needs the option 'text'"),
        ("echo", {"faults": {"timout": 0.1}}, "has no fault 'timout'. Did you mean 'timeout'?"),
        ("echo", {"faults": {"timeout": 0.6, "auth": 0.6}}, "sum to more than 1"),
    ],
)
def test_wrong_options(mode: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        make(mode, **options)


def test_unknown_mock_and_samples_that_do_not_fit() -> None:
    with pytest.raises(UnknownName, match="unknown mock 'ecko'. Did you mean 'echo'"):
        make("ecko")
    with pytest.raises(ConfigError, match="sample 's' has none"):
        ask(make("target"), Sample(id="s", input="?"))
    with pytest.raises(ConfigError, match="needs 1 to 26 choices"):
        ask(make("choice"), Sample(id="s", input="?", target="A"))
    with pytest.raises(ConfigError, match="'E' of sample 's' is none of its choices"):
        ask(make("choice"), Sample(id="s", input="?", target="E", choices=("1", "2")))
