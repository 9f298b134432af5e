from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from evalium.core import ConfigError, MalformedAnswer, Message, Model, RateLimited, Sample, Status
from evalium.models.base import Adapter, Request, Response
from evalium.models.local.python import FunctionFailed, PythonModel, python

CODE = """
import asyncio, functools, threading
from evalium.core import RateLimited
from evalium.models.base import Response

def by_name(prompt, params): return f"{prompt} {sorted(params.items())}"
def any_name(question): return question[::-1]
async def later(messages):
    await asyncio.sleep(0)
    return " | ".join(f"{m.role}: {m.text}" for m in messages)
def of_sample(sample, bonus: int = 0): return sample.input["x"] + bonus
def everything(request): return Response(logprobs={"rolling": -1.5, "tokens": 2, "bytes": len(request.prompt)})
def gives(prompt, what="none"): return {
    "none": None, "text": "t", "number": 0.5, "truth": True, "list": [1, "a"],
    "class": {"label": 1, "probabilities": {0: 0.25, 1: 0.75}, "input_tokens": 3},
    "answer": {"output": {"a": 1}, "cost": 0.5, "data": {"kept": 1}},
    "typo": {"outptu": "x"}, "hollow": {"cost": 1.0}, "object": object(), "wrong": {"output": "x", "cost": "much"},
}[what]
def fails(prompt): return {}["no such key"]
def stops(prompt): raise StopIteration("end")
def leaves(prompt): raise SystemExit(3)
async def limits(prompt): raise RateLimited("slow down", retry_after=2.0)
def needs(prompt, depth, width): return prompt
def deaf(): return "x"
def open_ended(prompt, **options): return str(options)
def numbers(prompt):
    import numpy
    return {"probabilities": dict(zip("ab", numpy.array([0.5, 0.5]))), "embedding": numpy.arange(3.0)}
doubled = functools.partial(by_name, params={})
class Counter:
    def __init__(self, start: int = 0):
        self.n, self.closed, self.thread = start, False, None
    def __call__(self, prompt):
        self.n += 1
        self.thread = threading.current_thread().name
        return self.n
    def close(self): self.closed = True
class Async:
    def __init__(self): self.closed = False
    async def __call__(self, prompt): return threading.current_thread().name
    async def aclose(self): self.closed = True
class Refuses:
    def __init__(self): raise OSError("no weights")
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "models.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def make(base: Path, name: str, **options: Any) -> PythonModel:
    return python(Model(id=f"python/models.py:{name}", options=options), f"models.py:{name}", base)


def ask(model: PythonModel, **fields: Any) -> Response:
    async def one() -> Response:
        try:
            return await model.answer(Request(**fields))
        finally:
            await model.aclose()

    return asyncio.run(one())


def test_gets_what_its_parameters_are_named_after(base: Path) -> None:
    messages = (Message("system", "be brief"), Message("user", "hi"))
    assert isinstance(make(base, "by_name"), Adapter)
    assert ask(make(base, "by_name"), messages=messages, params={"seed": 1}).output == "be brief\n\nhi [('seed', 1)]"
    assert ask(make(base, "any_name"), prompt="abc").output == "cba"
    assert ask(make(base, "later"), messages=messages).output == "system: be brief | user: hi"
    sample = Sample(id="1", input={"x": 2})
    assert ask(make(base, "of_sample", bonus=3), sample=sample).output == "5"
    assert ask(make(base, "everything"), prompt="abc", mode="rolling").logprobs == {
        "rolling": -1.5,
        "tokens": 2,
        "bytes": 3,
    }
    assert "rolling" in make(base, "everything").capabilities
    assert "rolling" not in make(base, "by_name").capabilities
    assert ask(make(base, "open_ended", a=1), prompt="").output == "{'a': 1}"
    assert ask(make(base, "any_name"), sample=sample).output == '}2:"x"{', "features as JSON where no prompt is"


def test_what_it_returns(base: Path) -> None:
    def given(what: str) -> Response:
        return ask(make(base, "gives", what=what), prompt="")

    assert given("none") == Response(status=Status.MISSING)
    assert given("text") == Response(output="t")
    assert given("number") == Response(output="0.5", data={"value": 0.5})
    assert given("truth") == Response(output="true", data={"value": True})
    assert given("list") == Response(output='[1,"a"]', data={"value": [1, "a"]})
    assert given("class") == Response(label="1", probabilities={"0": 0.25, "1": 0.75}, input_tokens=3)
    assert given("answer") == Response(output='{"a":1}', cost=0.5, data={"value": {"a": 1}, "kept": 1})
    assert ask(make(base, "numbers"), prompt="") == Response(
        probabilities={"a": 0.5, "b": 0.5}, embedding=[0.0, 1.0, 2.0]
    )


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("typo", "the key 'outptu', which no response has. Did you mean 'output'"),
        ("hollow", "returned no answer"),
        ("object", "returned object, which is neither text nor JSON"),
        ("wrong", r"wrong response: Expected `float \| null`, got `str` - at `\$.cost`"),
    ],
)
def test_what_is_no_answer(base: Path, what: str, message: str) -> None:
    with pytest.raises(MalformedAnswer, match=message) as caught:
        ask(make(base, "gives", what=what), prompt="")
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("name", "kind"), [("fails", "KeyError"), ("stops", "StopIteration"), ("leaves", "SystemExit")]
)
def test_what_it_raises_is_an_error_of_the_call(base: Path, name: str, kind: str) -> None:
    with pytest.raises(FunctionFailed, match=f"models.py:{name} raised {kind}") as caught:
        ask(make(base, name), prompt="")
    assert caught.value.kind == kind
    trace = caught.value.__cause__.__traceback__ if caught.value.__cause__ else None
    files = []
    while trace is not None:
        files.append(Path(trace.tb_frame.f_code.co_filename).name)
        trace = trace.tb_next
    assert "models.py" in files, "the traceback leads into the user's file"


def test_its_own_provider_errors_pass(base: Path) -> None:
    with pytest.raises(RateLimited) as caught:
        ask(make(base, "limits"), prompt="")
    assert caught.value.retry_after == 2.0


def test_classes_are_made_once_called_in_threads_and_closed(base: Path) -> None:
    model = make(base, "Counter", start=40)

    async def both() -> list[str | None]:
        answers = [(await model.answer(Request(prompt="x"))).output for _ in range(2)]
        await model.aclose()
        return answers

    assert asyncio.run(both()) == ["41", "42"]
    counter: Any = model._function
    assert counter.closed and counter.thread.startswith("evalium-python")
    model = make(base, "Async")
    assert ask(model, prompt="x").output == threading.current_thread().name
    instance: Any = model._function
    assert instance.closed


def test_sync_functions_run_at_the_same_time(base: Path) -> None:
    (base / "meet.py").write_text(
        "import threading\nbarrier = threading.Barrier(4, timeout=20)\n"
        "def f(prompt):\n    barrier.wait()\n    return 'met'\n",
        encoding="utf-8",
    )
    model = python(Model(id="python/meet.py:f", concurrency=4), "meet.py:f", base)

    async def four() -> list[str | None]:
        found = await asyncio.gather(*[model.answer(Request(prompt="x")) for _ in range(4)])
        await model.aclose()
        return [response.output for response in found]

    assert asyncio.run(four()) == ["met"] * 4


def test_changed_code_or_options_are_another_model(base: Path) -> None:
    before = make(base, "by_name").identity
    assert make(base, "by_name").identity == before
    assert make(base, "of_sample", bonus=1).identity != make(base, "of_sample", bonus=2).identity
    (base / "models.py").write_text(CODE + "\nx = 1\n", encoding="utf-8")
    assert make(base, "by_name").identity != before
    sample = Sample(id="1", input={"x": 2})
    assert make(base, "of_sample").content(Request(sample=sample)) == sample
    assert make(base, "by_name").content(Request(sample=sample)) is None


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("of_sample", {"bonsu": 1}, "has no option 'bonsu'. Did you mean 'bonus'"),
        ("by_name", {"prompt": "x"}, "has no option 'prompt'"),
        ("needs", {}, "nothing fills the parameters depth, width of models.py:needs: name them prompt, messages"),
        ("deaf", {}, "takes nothing of the request: give it a parameter prompt, messages"),
        ("Counter", {"begin": 1}, "has no option 'begin'"),
        ("Refuses", {}, "models.py:Refuses cannot be made: OSError: no weights"),
        ("CODE", {}, "has no 'CODE'"),
        ("RateLimited", {}, "nothing fills the parameters message of"),
    ],
)
def test_wrong_use(base: Path, name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make(base, name, **options)


def test_a_thing_that_cannot_be_called(base: Path) -> None:
    (base / "data.py").write_text("table = [1]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="data.py:table is list, not a function"):
        python(Model(id="python/data.py:table"), "data.py:table", base)
