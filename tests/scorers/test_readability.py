"""Flesch's formulas: counts by hand, and what is not English."""

from __future__ import annotations

import pytest

from evalium.metrics import compute
from evalium.scorers.readability import syllables

from .records import record, scored, value

COUNTED = {
    "cat": 1, "the": 1, "be": 1, "make": 1, "table": 2, "little": 2, "apple": 2, "whole": 1, "jumped": 1, "wanted": 2,
    "needed": 2, "boxes": 2, "wishes": 2, "makes": 1, "times": 1, "people": 2, "readability": 5, "rhythm": 1,
    "beautiful": 3, "don't": 1, "queue": 1, "education": 4, "tables": 2, "handled": 2,
    "clothes": 1, "faces": 2, "called": 1, "miles": 1,
}  # fmt: skip


@pytest.mark.parametrize("word", COUNTED)
def test_syllables(word: str) -> None:
    assert syllables(word) == syllables(word.upper()) == COUNTED[word]


@pytest.mark.parametrize(
    ("text", "words", "sentences", "spoken"),
    [
        ("The cat sat on the mat.", 6, 1, 6),
        ("Stop! Who goes there? A friend.", 6, 3, 6),
        ("no full stop", 3, 1, 3),
        ("Version 3.5 of e.g. this", 5, 2, 6),
        ("He said: “Go.” She went...", 5, 2, 5),
        ("Well-known facts", 3, 1, 3),
    ],
)
def test_counts_by_hand(text: str, words: int, sentences: int, spoken: int) -> None:
    found = scored("readability", record(text))
    assert (found.values["words"], found.values["sentences"], found.values["syllables"]) == (words, sentences, spoken)
    ease = 206.835 - 1.015 * words / sentences - 84.6 * spoken / words
    grade = 0.39 * words / sentences + 11.8 * spoken / words - 15.59
    assert found.value == pytest.approx(ease, abs=1e-9) and found.values["grade"] == pytest.approx(grade, abs=1e-9)


@pytest.mark.parametrize("text", ["", "123 456", "日本語の文章です。", "Это русский текст.", "..."])
def test_what_is_not_english_is_missing_and_says_why(text: str) -> None:
    found = scored("readability", record(text))
    assert found.value is None and found.explanation


def test_an_attribute_names_the_language() -> None:
    assert value("readability", "Bonjour tout le monde.", attributes={"language": "fr"}) == "missing"
    assert isinstance(value("readability", "Hello world.", attributes={"language": "en-GB"}), float)


def test_harder_texts_are_harder() -> None:
    plain = ["The dog ran home. It was glad to eat."] * 2
    hard = ["Institutional accountability necessitates comprehensive organisational transparency."] * 2
    for name, sign in (("flesch_reading_ease", 1), ("flesch_kincaid_grade", -1)):
        easy, heavy = (compute(name, texts, [None, None], ci=None).value for texts in (plain, hard))
        assert (easy - heavy) * sign > 10
