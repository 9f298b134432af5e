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
    "bleu": ({}, record("the cat sat down", "the cat sat down"), record("dog", "the cat sat down")),
    "box_overlap": ({}, record("[0, 0, 2, 2]", [0, 0, 2, 2]), record("[5, 5, 2, 2]", [0, 0, 2, 2])),
    "chart_data": ({}, record('{"a": {"x": 1}}', {"a": {"x": 1}}), record('{"b": {"y": 9}}', {"a": {"x": 1}})),
    "chrf": ({}, record("cat", "cat"), record("dog", "cat")),
    "chrf_pp": ({}, record("cat", "cat"), record("dog", "cat")),
    "citations": ({}, record('[{"citations": [true]}]'), record('[{"citations": [false]}]')),
    "claims": (
        {},
        record('{"response": [{"in_target": true}], "target": [{"in_response": true}]}'),
        record('{"response": [{"in_target": false}], "target": [{"in_response": true}]}'),
    ),
    "conversation": ({}, record("[1.0, 1.0]"), record("[0.0, 0.5]")),
    "detection": (
        {},
        record('[{"box": [0, 0, 2, 2], "score": 0.9, "category": "a"}]', [{"box": [0, 0, 2, 2], "category": "a"}]),
        record('[{"box": [9, 9, 2, 2], "score": 0.9, "category": "a"}]', [{"box": [0, 0, 2, 2], "category": "a"}]),
    ),
    "diversity": ({}, record("a b c"), record("a a a")),
    "edit_characters": ({}, record("cat", "cat"), record("dog", "cat")),
    "edit_words": ({}, record("cat", "cat"), record("dog", "cat")),
    "energy_wh": ({}, record("", data={"energy_wh": 0.0}), record("", data={"energy_wh": 2.0})),
    "execution": (
        {"unsafe_local_exec": True, "timeout": 60.0},
        record("x = 1", "assert x == 1"),
        record("x = 2", "assert x == 1"),
    ),
    "labels": ({}, record("a, b", ["a", "b"]), record("c", ["a", "b"])),
    "length": ({}, record("a b", "a b"), record("a", "a b")),
    "meteor_exact_stem": ({"gamma": 0.0}, record("cat", "cat"), record("dog", "cat")),
    "number": ({}, record("4", 4), record("5", 4)),
    "rag": ({}, record('{"response": [{"in_context": [true]}]}'), record('{"response": [{"in_context": [false]}]}')),
    "readability": ({}, record("Go."), record("Institutional accountability.")),
    "recommendation": ({}, record('{"items": ["a"], "clicks": 1}'), record('{"items": ["a"], "clicks": 0}')),
    "retrieval": ({}, record('["a", "b"]', ["a"]), record('["b", "a"]', ["a"])),
    "rouge": ({}, record("cat", "cat"), record("dog", "cat")),
    "segmentation": ({}, record("[[1, 0]]", [[1, 0]]), record("[[0, 1]]", [[1, 0]])),
    "ter": ({}, record("cat", "cat"), record("dog", "cat")),
    "tool_calls": ({}, record("", [{"name": "a"}], data={"tool_calls": [{"name": "a"}]}), record("", [{"name": "a"}])),
    "trajectory": ({}, record('["a"]', ["a"]), record('["b"]', ["a"])),
    "vqa": ({}, record("cat", ["cat"] * 10), record("dog", ["cat"] * 10)),
}
EXAMPLES = dict(sorted(EXAMPLES.items()))
NEED_MORE = {
    *("bertscore", "clip_score", "embedding_pair", "image_features", "image_similarity", "language", "meteor"),
    *("semantic_similarity", "tifa", "zero_shot"),
}
"""Scorers that need a model, images, a dictionary or questions besides; their own tests hold them to the laws."""
OF_DATA = {"conversation", "energy_wh", "execution", "tool_calls"}
"""Scorers whose answer is not the output's text, or takes long to run."""
NAMES = [name for name in registry.names() if name not in NEED_MORE]
OUTPUTS = ["", " ", "\0", "𝒳", "\ud800", "é" * 10_000, "[" * 5_000, "-", "1/0", "(" * 100, "answer is", "A:", "####"]


LONG = {"bleu", "chrf", "chrf_pp", "ter", "rouge", "meteor_exact_stem", "edit_words", "edit_characters", "diversity"}
"""Scorers that look at every n-gram: megabytes take them minutes, which `heavy` and the pool are for."""


def make(name: str) -> Scorer:
    return create({name: EXAMPLES[name][0]})


def test_every_scorer_has_examples() -> None:
    assert [*EXAMPLES] == NAMES
    assert NEED_MORE < {*registry.names()}


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
    scorer = make(name)
    if scorer.higher_is_better is None:
        return
    most, least = (scorer.high, scorer.low) if scorer.higher_is_better else (scorer.low, scorer.high)
    assert most is None or best.value == pytest.approx(most)
    assert (best.value > worse.value) is scorer.higher_is_better
    assert least is None or (worse.value >= least if scorer.higher_is_better else worse.value <= least)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OF_DATA])
def test_no_output_is_missing(name: str) -> None:
    nothing = record(None, "cat" if name != "numeric" else 4)
    score = scored(make(name), nothing)
    assert score.status is Status.MISSING and score.value is None and score.explanation


@pytest.mark.parametrize("name", NAMES)
def test_failed_call_is_missing(name: str) -> None:
    failed = msgspec.structs.replace(EXAMPLES[name][1], status=Status.ERROR)
    assert scored(make(name), failed).status is Status.MISSING


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OF_DATA])
@pytest.mark.parametrize("output", OUTPUTS, ids=lambda text: ascii(text[:8]))
def test_hostile_output_is_scored_or_unparsed(name: str, output: str) -> None:
    perfect = msgspec.structs.replace(EXAMPLES[name][1], output=output)
    score = scored(make(name), perfect)
    assert score.status in (Status.OK, Status.UNPARSED, Status.MISSING), score.explanation
    assert score.explanation or score.value is not None


@pytest.mark.parametrize("name", [n for n in NAMES if n not in {"loglikelihood", "probability", *OF_DATA, *LONG}])
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
    "recommendation": {"features": {"a": "x"}, "popularity": {"a": 0.5}},
    "retrieval": {"relevance_level": 2, "complete": False, "max_results": 5, "no_relevant": "zero"},
    "conversation": {"aggregate": "min"},
    "trajectory": {"compare": "call"},
    "execution": {
        **{"code": "output", "template": "{code}", "timeout": 61.0, "memory": 600, "disk": 65, "processes": 17},
        **{"prints": 1025, "unsafe_local_exec": False},
    },
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


@pytest.mark.parametrize("name", [*OTHER])
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
