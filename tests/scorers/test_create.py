"""Plan entries, own functions, the decorator, entry points, signatures."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

import evalium.scorers
from evalium.core import ConfigError, Record, Score, Status, UnknownName, Verdict
from evalium.core import registry as core_registry
from evalium.scorers import Scorer, create, registry, score_now, scorer
from evalium.scorers._factory import sign

from .records import record, scored, value

OWN = """
def near(output: str, target: float, *, tolerance: float = 0.5) -> bool:
    return abs(float(output) - target) <= tolerance

async def later(record):
    return len(record.output)

def everything(output, target, record, input, context, choices, attributes):
    return f"{output} {target} {record.sample} {input} {context} {choices} {attributes}"

def factory(word: str, base):
    return lambda record: word in record.output and base.is_dir()

class Judge:
    def __call__(self, output):
        return None

judge = Judge()
constant = 5

def typo(otput, target):
    return 1

def useless():
    return 5

def unresolved(record: "Unknown", limit: "Unknown" = 3):
    return limit

def broken(output):
    raise ValueError("broken on purpose")

def strange(output):
    return [1]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def _clean_registry() -> Iterator[None]:
    before = dict(registry._loaded)
    yield
    registry._loaded.clear()
    registry._loaded.update(before)


def test_forms_of_an_entry() -> None:
    assert create("exact").signature == create({"exact": {}}).signature == create({"exact": None}).signature
    strict = create({"exact": {"name": "strict", "whitespace": "keep"}})
    assert (strict.name, strict.signature) == ("strict", "exact|whitespace:keep|v:1")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("exat", "unknown scorer 'exat'. Did you mean 'exact'?"),
        ({"exact": {"cse": "ignore"}}, "scorer 'exact' has no option 'cse'. Did you mean 'case'?"),
        ({"exact": {"case": "lower"}}, "scorer 'exact', option 'case': Invalid enum value 'lower'"),
        ({"exact": {"name": 3}}, "scorer 'exact', option 'name': expected text, got 3"),
        ({"exact": "ignore"}, "the options of scorer 'exact' are a mapping"),
        ({"exact": {}, "name": "strict"}, "got the keys 'exact', 'name'"),
        ({}, "got the keys none"),
    ],
)
def test_wrong_entries(spec: Any, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        create(spec)
    assert message in str(error.value)


def test_names_are_unique_within_a_plan() -> None:
    with pytest.raises(
        ConfigError, match=r"two scorers are named 'exact': rename one, as in \{exact: \{name: other\}\}"
    ):
        create("exact", taken=["f1", "exact"])
    assert create({"exact": {"name": "other"}}, taken=["exact"]).name == "other"


def test_own_function(folder: Path) -> None:
    near = create("own.py:near", base=folder)
    assert near.name == "near"
    assert (near.kind, near.low, near.high) == ("graded", None, None)
    assert value(near, "1.4", 1.0) == 1.0
    assert value(near, "1.6", 1.0) == 0.0
    wide = create({"python/own.py:near": {"tolerance": 1, "name": "wide"}}, base=folder)
    assert wide.name == "wide" and value(wide, "1.6", 1.0) == 1.0
    assert wide.signature != near.signature
    assert value(near, None, 1.0) == "missing"


def test_own_function_is_signed_with_its_source(folder: Path) -> None:
    before = create("own.py:near", base=folder).signature
    assert before.startswith("near|src:") and before == create("python/own.py:near", base=folder).signature
    (folder / "own.py").write_text(OWN.replace("<=", "<"), encoding="utf-8")
    assert create("own.py:near", base=folder).signature != before


def test_own_async_function(folder: Path) -> None:
    pending = score_now(create("own.py:later", base=folder), record("four"))
    assert isinstance(pending, Awaitable)

    async def settled() -> Score:
        return await pending

    assert asyncio.run(settled()).value == 4.0


def test_own_function_gets_every_part_of_a_record(folder: Path) -> None:
    about = record("o", "t", input="i", context=("c",), choices=("a", "b"), attributes={"k": 1})
    assert scored(create("own.py:everything", base=folder), about).label == "o t 1 i ('c',) ('a', 'b') {'k': 1}"


def test_annotations_for_type_checkers_only(folder: Path) -> None:
    assert value(create("own.py:unresolved", base=folder), "x") == 3.0
    assert value(create({"own.py:unresolved": {"limit": 4}}, base=folder), "x") == 4.0


def test_own_factory_and_callable_object(folder: Path) -> None:
    assert value(create({"own.py:factory": {"word": "a"}}, base=folder), "cat") == 1.0
    judge = create("own.py:judge", base=folder)
    assert judge.name == "Judge" and value(judge, "cat") == "missing"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("own.py:nea", "own.py has no 'nea'. Did you mean 'near'?"),
        ("on.py:near", "there is no Python file 'on.py'"),
        ("own.py:constant", "scorer 'own.py:constant' is a int, not a function"),
        (
            "own.py:typo",
            "parameter 'otput' that is neither part of a record nor set as an option. Did you mean 'output'",
        ),
        ("own.py:useless", "takes nothing of a record (record, output, target"),
        ({"own.py:near": {"tolrance": 1}}, "has no option 'tolrance'. Did you mean 'tolerance'?"),
        ({"own.py:near": {"tolerance": "wide"}}, "option 'tolerance': Expected `float`, got `str`"),
        ({"own.py:near": {"target": 1}}, "'target' is filled from the record and cannot be set"),
        ("own.py:factory", "needs the option 'word'"),
        ({"own.py:factory": {"word": "x", "base": "y"}}, "'base' is the folder of the plan and cannot be set"),
    ],
)
def test_wrong_own_functions(spec: Any, message: str, folder: Path) -> None:
    with pytest.raises(ConfigError) as error:
        create(spec, base=folder)
    assert message in str(error.value)


def test_an_own_function_that_fails_fails_its_record_only(folder: Path) -> None:
    score = scored(create("own.py:broken", base=folder), record("x"))
    assert (score.status, score.value, score.explanation) == (Status.ERROR, None, "ValueError: broken on purpose")
    score = scored(create("own.py:strange", base=folder), record("x"))
    assert score.status is Status.ERROR and "returned list" in (score.explanation or "")


def test_decorated_function() -> None:
    @scorer
    def longer(output: str, target: str) -> bool:
        return len(output) > len(target)

    assert longer("ab", "a") is True
    assert "longer" in registry.names()
    assert value("longer", "ab", "a") == 1.0
    assert create("longer").signature == "longer|v:1"


def test_decorated_factory_with_traits() -> None:
    @scorer(name="size", unit="character", higher_is_better=False, low=0, version=3)
    def count(limit: int = 10) -> Any:
        return lambda record: min(limit, len(record.output or ""))

    made = create({"size": {"limit": 3}})
    assert (made.name, made.unit, made.low, made.high, made.higher_is_better) == ("size", "character", 0, None, False)
    assert made.signature == "size|limit:3|v:3"
    assert value(made, "abcdef") == 3.0
    assert callable(count(2))


@pytest.mark.parametrize(("kind", "bounds"), [("binary", (0.0, 1.0)), ("graded", (None, None))])
def test_bounds_that_a_decorator_does_not_name(kind: str, bounds: tuple[float | None, float | None]) -> None:
    @scorer(name=f"short_{kind}", kind=kind)
    def short(output: str) -> bool:
        return len(output) < 3

    made = create(f"short_{kind}")
    assert short("ab") and (made.low, made.high) == bounds


def test_decorated_again_the_last_one_wins() -> None:
    for result in (1.0, 0.0):

        @scorer
        def cell(output: str, result: float = result) -> float:
            return result

        assert value("cell", "x") == result


def test_built_in_names_are_not_taken_over() -> None:
    with pytest.raises(ConfigError, match="the scorer 'exact' is built in: choose another name"):

        @scorer
        def exact(output: str) -> bool:
            return True


def test_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint("third_party", f"{__name__}:third_party", "evalium.scorers")]
    monkeypatch.setattr(core_registry, "entry_points", lambda group: points if group == "evalium.scorers" else [])
    monkeypatch.setattr(registry, "_plugins_read", False)
    monkeypatch.setattr(registry, "_lazy", dict(registry._lazy))
    assert "third_party" in registry.names()
    made = create({"third_party": {"bonus": 2}})
    assert (made.name, value(made, "x")) == ("third_party", 3.0)
    with pytest.raises(UnknownName, match="Did you mean 'third_party'"):
        create("third_prty")


def third_party(bonus: int = 0) -> Scorer:
    def score(record: Record) -> Verdict:
        return Verdict(value=len(record.output or "") + bonus)

    return Scorer(name="whatever", signature=f"whatever|bonus:{bonus}", score=score)


@pytest.mark.parametrize(
    ("options", "signature"),
    [
        ({}, "x|v:1"),
        ({"b": 1, "a": "y"}, "x|a:y|b:1|v:1"),
        ({"a": "y|z"}, 'x|a:"y\\u007cz"|v:1'),
        ({"a": "y:z"}, 'x|a:"y:z"|v:1'),
        ({"a": " "}, 'x|a:" "|v:1'),
        ({"a": ""}, 'x|a:""|v:1'),
        ({"a": "new\nline"}, 'x|a:"new\\nline"|v:1'),
        ({"a": "y" * 200}, "x|a:sha256=bc3330451b647fa6|v:1"),
        ({"a": ("y", "z")}, 'x|a:["y","z"]|v:1'),
        ({"a": {"k": 1.5}}, 'x|a:{"k":1.5}|v:1'),
    ],
)
def test_signature(options: dict[str, Any], signature: str) -> None:
    assert sign("x", 1, options) == signature


def test_exported() -> None:
    assert sorted(evalium.scorers.__all__, key=str.lower) == [
        "compile_extract",
        "create",
        "Judgement",
        "make_score",
        "registry",
        "score_now",
        "ScoreFunction",
        "Scorer",
        "scorer",
        "verdict_of",
        "with_extract",
    ]
    for name in evalium.scorers.__all__:
        assert hasattr(evalium.scorers, name)
