"""Token F1 and exact match against the rules as published, written down a second time."""

from __future__ import annotations

import collections
import re
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .records import record, scored, value


def normalised(text: str) -> str:
    """Rajpurkar et al. 2016: lower case, then punctuation, articles and superfluous whitespace go."""
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def published_f1(answer: str, gold: str) -> float:
    """Rajpurkar et al. 2018: with an empty side, 1 if both are empty, else 0."""
    a, g = normalised(answer).split(), normalised(gold).split()
    if not a or not g:
        return float(a == g)
    same = sum((collections.Counter(a) & collections.Counter(g)).values())
    if same == 0:
        return 0.0
    precision, recall = same / len(a), same / len(g)
    return 2 * precision * recall / (precision + recall)


def published(answer: str, golds: list[str]) -> tuple[float, float]:
    golds = [g for g in golds if normalised(g)] or [""]
    exact = max(float(normalised(answer) == normalised(g)) for g in golds)
    return exact, max(published_f1(answer, g) for g in golds)


@pytest.mark.parametrize(
    ("output", "target", "em", "f1"),
    [
        ("Paris", "Paris", 1.0, 1.0),
        ("the Paris!", "paris", 1.0, 1.0),
        ("in the Eiffel Tower", ["Paris", "Eiffel Tower"], 0.0, 0.8),
        ("a b c c", "c c c d", 0.0, 0.5714285714285714),
        ("", "", 1.0, 1.0),
        ("", [], 1.0, 1.0),
        ("The.", "", 1.0, 1.0),
        ("something", [], 0.0, 0.0),
        ("", "Paris", 0.0, 0.0),
        ("Paris", ["", "Paris"], 1.0, 1.0),
        ("", ["the", "Paris"], 0.0, 0.0),
        ("well-known", "wellknown", 1.0, 1.0),
        ("“Paris”", "Paris", 0.0, 0.0),
        ("巴黎", "巴黎", 1.0, 1.0),
        ("x", None, "missing", "missing"),
        (None, "x", "missing", "missing"),
    ],
)
def test_golden(output: str | None, target: Any, em: float | str, f1: float | str) -> None:
    assert value("em", output, target) == em
    assert value("f1", output, target) == (pytest.approx(f1) if isinstance(f1, float) else f1)


WORDS = st.lists(st.sampled_from(["the", "a", "cat", "Cat.", "sat", "on", "an", "mat!", "!", "…", "ß"]), max_size=8)


@given(WORDS.map(" ".join), st.lists(WORDS.map(" ".join), min_size=1, max_size=4))
def test_equal_to_the_published_rules(output: str, targets: list[str]) -> None:
    em, f1 = published(output, targets)
    assert value("em", output, targets) == em
    assert value("f1", output, targets) == pytest.approx(f1, abs=1e-12)


@given(st.text(max_size=40), st.text(max_size=40))
def test_equal_to_the_published_rules_on_any_text(output: str, target: str) -> None:
    em, f1 = published(output, [target])
    assert value("em", output, target) == em
    assert value("f1", output, target) == pytest.approx(f1, abs=1e-12)


def test_shows_precision_and_recall_of_the_best_target() -> None:
    score = scored("f1", record("in the Eiffel Tower", ["Paris", "Eiffel Tower"]))
    assert score.values == {"precision": pytest.approx(2 / 3), "recall": 1.0}
    assert score.answer == "in eiffel tower"
