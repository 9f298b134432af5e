from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import ConfigError, Status
from evalium.scorers import create

from .records import record, scored

MOODS = ["positive", "negative", "very negative"]


def read(output: str, target: Any = "positive", **options: Any) -> str | None:
    score = scored({"label": options}, record(output, target))
    return score.label if score.status is Status.OK else score.status.value


@pytest.mark.parametrize(
    ("output", "label"),
    [
        ("positive", "positive"),
        ("Positive.", "positive"),
        ("Sentiment: **POSITIVE**", "positive"),
        ("It is very negative!", "very negative"),
        ("positive, definitely positive", "positive"),
        ("not positive but negative", "unparsed"),
        ("unpositive", "unparsed"),
        ("neutral", "unparsed"),
        ("", "unparsed"),
    ],
)
def test_reading_known_labels(output: str, label: str) -> None:
    assert read(output, labels=MOODS) == label


def test_several_labels_with_take() -> None:
    assert read("not positive but negative", labels=MOODS, take="last") == "negative"
    assert read("positive, not negative", labels=MOODS, take="first") == "positive"


def test_aliases_stand_for_their_label_on_both_sides() -> None:
    options = {"aliases": {"positive": ["pos", "1"], "negative": ["neg", "0"]}}
    score = scored({"label": options}, record("I'd say POS", 1))
    assert (score.value, score.label, score.target) == (1.0, "positive", "positive")
    assert read("0", **options) == "negative"


def test_labels_that_are_not_words() -> None:
    assert read("c++", "C++", labels=["C", "C++", "C#"]) == "C++"
    assert read("I prefer C# really", "C", labels=["C", "C++", "C#"]) == "C#"
    assert read("spam", "not_spam", labels=["spam", "not_spam"]) == "spam"
    assert read("it is not_spam", "not_spam", labels=["spam", "not_spam"]) == "not_spam"


def test_without_labels_the_whole_output_is_the_label() -> None:
    score = scored("label", record(" **Sports News**. ", "Sports News"))
    assert (score.value, score.label, score.target) == (1.0, "Sports News", "Sports News")
    assert read("sports") == "sports"
    assert read("...") == "unparsed"


def test_a_classifiers_label_is_taken_as_it_is() -> None:
    about = record(None, 1, label="1", probabilities={"0": 0.2, "1": 0.8})
    score = scored("label", about)
    assert (score.value, score.label, score.target, score.probabilities) == (1.0, "1", "1", {"0": 0.2, "1": 0.8})
    assert scored({"label": {"labels": ["cat", "dog"]}}, record("dog", "cat", label="bird")).label == "bird"
    assert scored({"label": {"labels": ["cat"]}}, record("x", "cat", label="Cat")).label == "cat"


def test_what_cannot_be_compared() -> None:
    assert read("positive", None) == "missing"
    score = scored({"label": {"labels": MOODS}}, record("positive", "happy"))
    assert score.status is Status.ERROR
    assert score.explanation == "ScoreError: the target 'happy' is none of the labels negative, positive, very negative"


@pytest.mark.parametrize(
    ("target", "label"), [("reverted?", "reverted?"), (" a b ", " a b "), (True, "true"), (1.0, "1"), (["x", "y"], "x")]
)
def test_a_classifiers_label_and_the_target_have_one_name(target: object, label: str) -> None:
    score = scored("label", record(None, target, label=label))
    assert (score.value, score.label, score.target) == (1.0, label, label)


def test_words_for_two_labels_are_refused() -> None:
    with pytest.raises(ConfigError, match="'pos' stands for 'positive' and for 'pos'"):
        create({"label": {"labels": ["positive", "pos"], "aliases": {"positive": ["pos"], "pos": ["Pos"]}}})
    with pytest.raises(ConfigError, match="empty"):
        create({"label": {"labels": [" "]}})


@given(st.sampled_from(MOODS), st.text(st.characters(categories=["Po", "Zs", "Sm"]), max_size=10))
def test_a_label_is_found_between_signs(label: str, signs: str) -> None:
    assert read(f"{signs} {label} {signs}", labels=MOODS) == label


def probable(probabilities: dict[str, float] | None, target: Any, **fields: Any) -> tuple[Any, Any, Any]:
    score = scored("probability", record(None, target, probabilities=probabilities, **fields))
    return score.value, score.label, score.status.value


@pytest.mark.parametrize(
    ("probabilities", "target", "expected"),
    [
        ({"a": 0.3, "b": 0.7}, "a", (0.3, "b", "ok")),
        ({"a": 0.5, "b": 0.5}, "b", (0.5, "a", "ok")),
        ({"0": 0.9, "1": 0.1}, 0, (0.9, "0", "ok")),
        ({"False": 0.9, "True": 0.1}, True, (0.1, "False", "ok")),
        ({"a": 0.3, "b": 0.7}, "c", (0.0, "b", "ok")),
        ({"a": 0.3, "b": 0.4}, "c", (None, None, "missing")),
        ({"a": 0.3, "b": 0.7}, None, (None, None, "missing")),
        ({}, "a", (None, None, "missing")),
        (None, "a", (None, None, "missing")),
        ({"a": 1.3}, "a", (None, None, "error")),
        ({"a": math.nan, "b": 1.0}, "b", (None, None, "error")),
    ],
)
def test_probability(probabilities: dict[str, float] | None, target: Any, expected: tuple[Any, Any, Any]) -> None:
    assert probable(probabilities, target) == expected


def test_the_models_own_label_goes_before_the_likeliest() -> None:
    assert probable({"a": 0.3, "b": 0.7}, "a", label="a") == (0.3, "a", "ok")


def test_loglikelihood_of_the_target() -> None:
    logprobs = {"continuations": [-3.5], "tokens": [2], "greedy": [False]}
    score = scored("loglikelihood", record(None, "naïve idea", logprobs=logprobs))
    assert score.value == -3.5
    assert score.values == {"loglikelihood": -3.5, "tokens": 2.0, "bytes": 11.0, "words": 2.0, "greedy": 0.0}


def test_loglikelihood_of_a_server_that_tells_less() -> None:
    score = scored("loglikelihood", record(None, "x", logprobs={"continuations": [-1.0], "greedy": [None]}))
    assert score.values == {"loglikelihood": -1.0, "bytes": 1.0, "words": 1.0}


def test_rolling() -> None:
    score = scored("loglikelihood", record(None, input="a b  c", logprobs={"rolling": -9.0, "tokens": 5, "bytes": 5}))
    assert score.value == -9.0
    assert score.values == {"loglikelihood": -9.0, "tokens": 5.0, "bytes": 5.0, "words": 3.0}
    assert scored("loglikelihood", record(None, logprobs={"rolling": 0.0})).values == {"loglikelihood": 0.0}


@pytest.mark.parametrize(
    ("target", "logprobs", "status"),
    [
        ("x", None, "missing"),
        ("x", {"first_token": {"x": -1.0}}, "missing"),
        (None, {"continuations": [-1.0]}, "missing"),
        ("x", {"continuations": [-1.0, -2.0]}, "error"),
        ("x", {"continuations": [math.nan]}, "error"),
        (None, {"rolling": math.nan}, "error"),
    ],
)
def test_loglikelihood_that_is_none(target: Any, logprobs: dict[str, Any] | None, status: str) -> None:
    assert scored("loglikelihood", record("out", target, logprobs=logprobs)).status.value == status
