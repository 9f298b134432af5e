"""Edits of one text: counts that add up, normalisation, several targets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.scorers.edit import edit_characters, edit_words

from .records import record, scored, value


def brute(target: str, answer: str) -> int:
    """Wagner and Fischer 1974."""
    row = list(range(len(answer) + 1))
    for i, a in enumerate(target, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(answer, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]


@given(st.text("abcé ", max_size=12), st.text("abcé ", max_size=12))
def test_counts_add_up_to_the_least_edits(answer: str, target: str) -> None:
    n = scored(edit_characters(), record(answer, target)).values
    assert n["substitutions"] + n["deletions"] + n["insertions"] == brute(target.strip(), answer.strip())
    assert n["hits"] + n["substitutions"] + n["deletions"] == n["reference_length"] == len(target.strip())
    assert n["hits"] + n["substitutions"] + n["insertions"] == n["hypothesis_length"] == len(answer.strip())
    assert min(n.values()) >= 0


def test_numbers_with_equal_hashes_are_not_equal_words() -> None:
    # 2**61 - 1 and 0 hash alike as integers.
    assert value(edit_words(), str(2**61 - 1), "0") == 1.0
    assert value(edit_words(), "-1", "-2") == 1.0


@pytest.mark.parametrize(
    ("options", "answer", "target", "rate"),
    [
        ({}, "The cat.", "the cat", 1.0),
        ({"case": "ignore"}, "The cat.", "the cat", 0.5),
        ({"case": "ignore", "punctuation": "strip"}, "The cat.", "the cat", 0.0),
        ({"unicode": "NFC"}, "cafe\u0301", "café", 0.0),
        ({}, "cafe\u0301", "café", 1.0),
        ({"whitespace": "collapse"}, "a\nb", "a b", 0.0),
    ],
)
def test_normalisation_is_declared(options: dict[str, str], answer: str, target: str, rate: float) -> None:
    scorer = edit_words(**options)  # type: ignore[arg-type]
    assert value(scorer, answer, target) == rate
    assert all(f"{key}:{option}" in scorer.signature for key, option in options.items())


def test_missing_says_why() -> None:
    assert value(edit_words(), None, "x") == value(edit_words(), "x", None) == "missing"
    assert scored(edit_words(), record("x", None)).explanation


def test_nearest_target_counts_and_values_are_its_own() -> None:
    found = scored(edit_words(), record("a b c", ["x", "a b c d"]))
    assert found.value == 0.25 and found.values["deletions"] == 1.0
