"""Many texts at once give the numbers of one at a time; n-grams and words against plain counting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evalium.scorers import Scorer
from evalium.scorers._ngram_matches import shared_ngrams
from evalium.scorers._text_pairs import TextPairs
from evalium.scorers._word_characters import words_as_characters
from evalium.scorers.bleu import bleu
from evalium.scorers.chrf import chrf, chrf_pp
from evalium.scorers.edit import edit_characters, edit_words
from tests.metrics.text_corpora import DEGENERATE, texts

from .records import record, scored

SCORERS = {
    "bleu": bleu(),
    "bleu lower case": bleu(lowercase=True, smooth_method="add-k"),
    "bleu char": bleu(tokenize="char"),
    "chrf": chrf(),
    "chrf long": chrf(char_order=12, lowercase=True, whitespace=True),
    "chrf_pp": chrf_pp(),
    "words": edit_words(),
    "words folded": edit_words(case="ignore", punctuation="strip", whitespace="collapse", unicode="NFC"),
    "characters": edit_characters(),
}
ODD = st.text(st.sampled_from("ab  \t\n\0\x1c\u00a0\u2003é\u0301.,-5&<>\ud83d😀"), max_size=20)
PAIRS = st.lists(st.tuples(texts | ODD, texts | ODD), min_size=1, max_size=4)
LONG = "a-longer-word-than-fits-one-number " * 60
"""Enough for words to be coded together."""


def same(scorer: Scorer, pairs: Sequence[tuple[str, str]]) -> None:
    assert isinstance(scorer.score, TextPairs)
    columns = scorer.score.columns([output for output, _ in pairs], [target for _, target in pairs])
    assert columns is not None
    for i, (output, target) in enumerate(pairs):
        verdict = scored(scorer, record(output, target))
        expected = {"value": verdict.value} | {f"values.{name}": n for name, n in verdict.values.items()}
        assert {field: float(column[i]) for field, column in columns.items()} == expected


@pytest.mark.parametrize("case", SCORERS)
def test_together_as_one_by_one(case: str) -> None:
    same(SCORERS[case], [*DEGENERATE, (LONG, LONG[40:]), *DEGENERATE])
    same(SCORERS[case], [(f"{i} a{i % 7} {i} the cat", f"{i % 5} the cat a{i % 3}") for i in range(2000)])


@pytest.mark.parametrize("case", SCORERS)
@settings(max_examples=60)
@given(PAIRS)
def test_together_as_one_by_one_on_made_up_texts(case: str, pairs: list[tuple[str, str]]) -> None:
    same(SCORERS[case], pairs)
    same(SCORERS[case], [*pairs, (LONG, "")])


def test_what_is_no_pair_of_texts_is_left_to_others() -> None:
    score = edit_words().score
    assert isinstance(score, TextPairs)
    assert score.columns(["a", None], ["a", "b"]) is None
    assert score.columns(["a"], [["a", "b"]]) is None
    assert score.columns([], []) is None


def test_rates_without_alignment_are_the_same() -> None:
    score = edit_words().score
    assert isinstance(score, TextPairs)
    outputs, targets = ["a b", "", "x", "a c b"], ["a c b", "", "", "a b"]
    rates, everything = (score.columns(outputs, targets, wanted) for wanted in (("value",), ("value", "values")))
    assert rates is not None and everything is not None and len(rates) < len(everything)
    assert all(column.tolist() == everything[field].tolist() for field, column in rates.items())


def counted(first: str, second: str, n: int) -> int:
    a, b = (Counter(text[i : i + n] for i in range(len(text) - n + 1)) for text in (first, second))
    return (a & b).total()


@given(
    st.lists(st.tuples(st.text("ab\0", max_size=12), st.text("ab\0", max_size=12) | st.text(max_size=5)), min_size=1),
    st.integers(1, 7),
)
@example([("".join(map(chr, range(1, 1500))), "".join(map(chr, range(700, 2000))))], 6)
@example([("".join(map(chr, range(i, i + 600))), "".join(map(chr, range(i + 9, i + 600)))) for i in (1, 601)], 6)
def test_shared_ngrams_are_those_of_counters(pairs: list[tuple[str, str]], orders: int) -> None:
    """The examples: a pair with more characters than fit, and two of which only both together have."""
    firsts, seconds = [first for first, _ in pairs], [second for _, second in pairs]
    expected = [[counted(*pair, n) for n in range(1, orders + 1)] for pair in pairs]
    assert shared_ngrams(firsts, seconds, orders).tolist() == expected


def numbered(texts: Sequence[Sequence[str]]) -> list[list[int]]:
    """Texts with their items numbered as they come."""
    known: dict[str, int] = {}
    return [[known.setdefault(item, len(known)) for item in text] for text in texts]


WORDS = st.text("ab", min_size=1, max_size=3) | st.text("aé日😀\ud800", min_size=6, max_size=16) | ODD


@given(st.lists(st.lists(WORDS, max_size=6), max_size=6), st.booleans())
def test_equal_characters_are_equal_words(words: list[list[str]], together: bool) -> None:
    texts = [" ".join(each) for each in words] + [LONG] * together
    assert numbered(words_as_characters(texts)) == numbered([text.split() for text in texts])


def test_words_of_any_length_are_told_apart() -> None:
    texts = [" ".join("x" * n + end for end in ("", "y", "z", "é")) for n in range(1, 40)]
    assert numbered(words_as_characters(texts)) == numbered([text.split() for text in texts])
    many = " ".join(f"{n:x}" for n in range(20_000))
    assert len(set(*words_as_characters([many]))) == 20_000
