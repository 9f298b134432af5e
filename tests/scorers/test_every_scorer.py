"""Laws that hold for every registered scorer; a new one adds one row to EXAMPLES."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evalium.core import ConfigError, Record, Status
from evalium.scorers import Scorer, create, registry

from .records import record, scored

EXAMPLES: dict[str, tuple[dict[str, Any], Record, Record]] = {
    # name: options, a record with the perfect answer, one with a wrong answer
    "choice": ({}, record("(B)", "B", choices=("x", "y")), record("(A)", "B", choices=("x", "y"))),
    "em": ({}, record("the Cat!", "cat"), record("dog", "cat")),
    "exact": ({}, record("cat", "cat"), record("dog", "cat")),
    "f1": ({}, record("black cat", "a black cat"), record("dog", "cat")),
    "includes": ({}, record("a cat", "cat"), record("a dog", "cat")),
    "json_field": ({"path": "a.0"}, record('{"a": [1]}', 1), record('{"a": [2]}', 1)),
    "json_schema": ({"schema": {"type": "array"}}, record("[]"), record("{}")),
    "json_valid": ({}, record("{}"), record("{")),
    "label": ({"labels": ["cat", "dog"]}, record("cat", "cat"), record("dog", "cat")),
    "loglikelihood": (
        {},
        record(target="cat", logprobs={"continuations": [0.0], "tokens": [1], "greedy": [True]}),
        record(target="cat", logprobs={"continuations": [-9.0], "tokens": [1], "greedy": [False]}),
    ),
    "numeric": ({}, record("it is 4", 4), record("it is 5", 4)),
    "probability": (
        {},
        record(target="cat", probabilities={"cat": 1.0, "dog": 0.0}),
        record(target="cat", probabilities={"cat": 0.0, "dog": 1.0}),
    ),
    "regex": ({"pattern": "c.t"}, record("cat"), record("dog")),
}
NAMES = registry.names()
OUTPUTS = ["", " ", "\0", "𝒳", "\ud800", "é" * 10_000, "[" * 5_000, "-", "1/0", "(" * 100, "answer is", "A:", "####"]


def make(name: str) -> Scorer:
    return create({name: EXAMPLES[name][0]})


def test_every_scorer_has_examples() -> None:
    assert [*EXAMPLES] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_is_documented(name: str) -> None:
    doc = inspect.getdoc(registry.get(name)) or ""
    assert doc.splitlines()[0].endswith(".")
    assert ">>>" in doc
    for option in inspect.signature(registry.get(name)).parameters:
        assert f"    {option}: " in doc, f"option {option} is not documented"


@pytest.mark.parametrize("name", NAMES)
def test_is_signed_with_name_and_version(name: str) -> None:
    scorer = make(name)
    assert scorer.name == name
    assert scorer.signature.startswith(f"{name}|") and scorer.signature.endswith("|v:1")
    assert "\n" not in scorer.signature
    assert make(name).signature == scorer.signature


@pytest.mark.parametrize("name", NAMES)
def test_perfect_is_best_and_wrong_is_worse(name: str) -> None:
    _, perfect, wrong = EXAMPLES[name]
    best, worse = scored(make(name), perfect), scored(make(name), wrong)
    assert best.status is Status.OK and worse.status is Status.OK
    assert best.value is not None and worse.value is not None
    assert best.value == make(name).high
    assert best.value > worse.value
    assert worse.value >= (make(name).low if make(name).low is not None else -9.0)


@pytest.mark.parametrize("name", NAMES)
def test_no_output_is_missing(name: str) -> None:
    nothing = record(None, "cat" if name != "numeric" else 4)
    score = scored(make(name), nothing)
    assert score.status is Status.MISSING and score.value is None and score.explanation


@pytest.mark.parametrize("name", NAMES)
def test_failed_call_is_missing(name: str) -> None:
    failed = msgspec.structs.replace(EXAMPLES[name][1], status=Status.ERROR)
    assert scored(make(name), failed).status is Status.MISSING


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("output", OUTPUTS, ids=lambda text: ascii(text[:8]))
def test_hostile_output_is_scored_or_unparsed(name: str, output: str) -> None:
    perfect = msgspec.structs.replace(EXAMPLES[name][1], output=output)
    score = scored(make(name), perfect)
    assert score.status in (Status.OK, Status.UNPARSED), score.explanation
    assert (score.value is None) == (score.status is Status.UNPARSED)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("loglikelihood", "probability")])
def test_ten_megabytes(name: str) -> None:
    perfect = EXAMPLES[name][1]
    assert perfect.output is not None
    score = scored(make(name), msgspec.structs.replace(perfect, output="lorem ipsum 12 " * 700_000))
    assert score.status in (Status.OK, Status.UNPARSED)


@pytest.mark.parametrize("name", NAMES)
def test_is_deterministic(name: str) -> None:
    for each in EXAMPLES[name][1:]:
        assert scored(make(name), each) == scored(make(name), each)


@pytest.mark.parametrize("name", NAMES)
def test_leaves_the_record_alone(name: str) -> None:
    for each in EXAMPLES[name][1:]:
        before = msgspec.json.encode(each)
        scored(make(name), each)
        assert msgspec.json.encode(each) == before


@pytest.mark.parametrize("name", NAMES)
def test_unknown_option_suggests_the_nearest(name: str) -> None:
    known = next(iter(inspect.signature(registry.get(name)).parameters), None)
    wrong = f"{known}x" if known else "foo"
    with pytest.raises(ConfigError, match=f"scorer '{name}' has no option '{wrong}'") as error:
        create({name: {**EXAMPLES[name][0], wrong: 1}})
    assert known is None or f"Did you mean '{known}'" in str(error.value)


OTHER: dict[str, dict[str, Any]] = {
    "choice": {"take": "first", "patterns": ["a|b"], "norm": "bytes", "target_is": "letter"},
    "em": {},
    "exact": {
        "case": "ignore",
        "whitespace": "keep",
        "punctuation": "strip",
        "articles": "strip",
        "unicode": "NFKC",
        "after": ":",
        "line": "last",
        "strip": ".",
    },
    "f1": {},
    "includes": {"case": "keep", "words": True, "whitespace": "keep", "punctuation": "strip", "unicode": "keep"},
    "json_field": {"path": "b", "compare": "numeric", "fenced": True},
    "json_schema": {"schema": {"type": "object"}, "fenced": True},
    "json_valid": {"fenced": True},
    "label": {"labels": ["a"], "aliases": {"cat": ["puss"]}, "take": "last"},
    "loglikelihood": {},
    "numeric": {"absolute": 1, "relative": 0.5, "after": ":", "units": {"km": 1000}, "decimal": ","},
    "probability": {},
    "regex": {"pattern": "d", "group": 0, "take": "first", "case": "ignore"},
}


@pytest.mark.parametrize("name", NAMES)
def test_every_option_changes_the_signature(name: str) -> None:
    options = set(inspect.signature(registry.get(name)).parameters) - {"base"}
    seen = {make(name).signature}
    for option, other in OTHER[name].items():
        seen.add(create({name: {**EXAMPLES[name][0], option: other}}).signature)
    assert len(seen) == 1 + len(OTHER[name])
    tolerances = {"absolute", "relative"} if name == "json_field" else set()
    assert options == set(OTHER[name]) | tolerances


def test_listing_names_imports_no_scorer(tmp_path: Path) -> None:
    code = (
        "import sys, evalium.scorers as s; s.registry.names(); "
        "heavy = {'numpy', 'jsonschema', 'scipy', 'evalium.scorers.choice'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
