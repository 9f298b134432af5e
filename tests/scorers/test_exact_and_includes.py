from __future__ import annotations

import itertools
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.scorers import create
from evalium.scorers.normalise import Articles, Case, Punctuation, Unicode, Whitespace, normaliser

from .records import record, scored, value

COMBINATIONS = [
    dict(zip(("case", "whitespace", "punctuation", "articles", "unicode"), each, strict=True))
    for each in itertools.product(*map(get_args, (Case, Whitespace, Punctuation, Articles, Unicode)))
]
RELAXED = {"case": "ignore", "whitespace": "collapse", "punctuation": "strip", "articles": "strip", "unicode": "NFKC"}


@pytest.mark.parametrize(
    ("options", "output", "target", "expected"),
    [
        ({}, "Paris", "Paris", 1.0),
        ({}, " Paris\n", "Paris", 1.0),
        ({}, "paris", "Paris", 0.0),
        ({}, "Paris.", "Paris", 0.0),
        ({}, "", "Paris", 0.0),
        ({}, "", "", 1.0),
        ({}, "Lutetia", ["Paris", "Lutetia"], 1.0),
        ({}, "Rome", ["Paris", "Lutetia"], 0.0),
        ({}, "Paris", None, "missing"),
        ({}, "Paris", [], "missing"),
        ({}, "Paris", {"city": "Paris"}, "error"),
        ({}, "4", 4, 1.0),
        ({}, "true", True, 1.0),
        ({}, "True", True, 1.0),
        ({}, "False", True, 0.0),
        ({}, "Cafe\u0301", "Café", 1.0),
        ({"unicode": "keep"}, "Cafe\u0301", "Café", 0.0),
        ({}, "Ｐａｒｉｓ", "Paris", 0.0),
        ({"unicode": "NFKC"}, "Ｐａｒｉｓ", "Paris", 1.0),
        ({"case": "ignore"}, "STRASSE", "straße", 1.0),
        ({"whitespace": "keep"}, "Paris ", "Paris", 0.0),
        ({"whitespace": "collapse"}, "New \t York", "New York", 1.0),
        ({"punctuation": "strip"}, "“Paris”.", "Paris", 1.0),
        ({"articles": "strip"}, "The  cat", "cat", 1.0),
        ({"articles": "strip"}, "Theodor", "odor", 0.0),
        (RELAXED, " The Ｃａｔ’s hat! ", "cats hat", 1.0),
        ({}, "a\0b", "a\0b", 1.0),
        ({"after": "answer is"}, "The answer is 3. No, the answer is 4", "4", 1.0),
        ({"after": "answer is"}, "4", "4", 1.0),
        ({"line": "first"}, "\n4\n5", "4", 1.0),
        ({"line": "last"}, "4\n5\n", "5", 1.0),
        ({"strip": "."}, "Yes.", "Yes", 1.0),
        ({"strip": "."}, "Yes", "Yes.", 1.0),
    ],
)
def test_exact(options: dict[str, Any], output: str, target: Any, expected: float | str) -> None:
    assert value({"exact": options}, output, target) == expected


@pytest.mark.parametrize(
    ("options", "output", "target", "expected"),
    [
        ({}, "It is PARIS.", "Paris", 1.0),
        ({"case": "keep"}, "It is PARIS.", "Paris", 0.0),
        ({}, "concatenate", "cat", 1.0),
        ({"words": True}, "concatenate", "cat", 0.0),
        ({"words": True}, "the cat, sat", "cat", 1.0),
        ({"words": True}, "costs $5 (net)", "$5", 1.0),
        ({"words": True}, "chats", "cat", 0.0),
        ({}, "New\nYork", "new york", 1.0),
        ({}, "Rome", ["Paris", "rome"], 1.0),
        ({}, "anything", "", "missing"),
        ({}, "anything", ["", "thing"], 1.0),
        ({"punctuation": "strip"}, "anything", "...", "missing"),
        ({}, "", "x", 0.0),
        ({}, "x", None, "missing"),
    ],
)
def test_includes(options: dict[str, Any], output: str, target: Any, expected: float | str) -> None:
    assert value({"includes": options}, output, target) == expected


def test_verdict_shows_what_was_compared() -> None:
    scorer = create({"exact": {"after": "It is", "strip": ".", "case": "ignore"}})
    assert scored(scorer, record("It is Paris.", "x")).answer == "paris"
    assert scored("includes", record("It is Paris.", ["x", "PARIS"])).answer == "paris"


TEXT = st.text(st.one_of(st.characters(), st.sampled_from("aAtThe.,-' \t\n\u0301\u0345\u00a0İßΣΐﬁ⑴½ͅ")), max_size=30)


@pytest.mark.parametrize("options", COMBINATIONS, ids=lambda o: "-".join(o.values()))
@given(text=TEXT)
def test_normalising_twice_changes_nothing(options: dict[str, Any], text: str) -> None:
    normalise = normaliser(**options)
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.slow
def test_every_code_point_is_normalised_once_and_for_all() -> None:
    normalise = normaliser(**RELAXED)
    for code in range(0x110000):
        once = normalise(f"x{chr(code)}y")
        assert normalise(once) == once, hex(code)


@given(st.text())
def test_an_answer_equals_itself(text: str) -> None:
    assert value({"exact": RELAXED}, text, text) == 1.0


@given(st.text(), st.text())
def test_exact_is_symmetric(a: str, b: str) -> None:
    assert value({"exact": RELAXED}, a, b) == value({"exact": RELAXED}, b, a)
