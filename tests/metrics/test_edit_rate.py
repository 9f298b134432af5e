"""Error rates against jiwer: real texts, degenerate ones, and any text at all."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evalium.metrics import Frame, compute, registry
from evalium.metrics._score_columns import score_columns
from evalium.scorers import create
from tests.batches import BATCH, Rng, ten_thousand
from tests.extras import require_extra
from tests.metrics.classified import by_case

jiwer = require_extra("jiwer")

NAMES = ("wer", "mer", "wil", "wip")
LETTERS = "ab  \t\n\u00a0\u2003é\u0301.,\ud83d😀"
WORDS = ["the", "cat", "sat", "on", "a", "mat", "", "The", "cat."]
TEXT = st.text(st.sampled_from(LETTERS), max_size=20) | st.text(max_size=20)
SPOKEN = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
PAIRS = st.lists(st.tuples(TEXT, TEXT) | st.tuples(SPOKEN, SPOKEN), min_size=1, max_size=6)


def ours(name: str, answers: list[str], targets: list[str]) -> float:
    return float(compute(name, answers, targets, ci=None).value)


def agrees(pairs: list[tuple[str, str]]) -> None:
    answers, targets = [a for a, _ in pairs], [t for _, t in pairs]
    words = jiwer.process_words(targets, answers)
    for name in NAMES:
        assert ours(name, answers, targets) == getattr(words, name), name
    assert ours("cer", answers, targets) == jiwer.cer(targets, answers)


@pytest.fixture(scope="module")
def translations(shared_data: Path) -> list[tuple[str, str]]:
    with gzip.open(
        shared_data / "unieval_topical_chat" / "topical_chat_result.json.gz", "rt", encoding="utf-8"
    ) as file:
        rows = json.load(file)
    return [(row["system_output"], row["source"]) for row in rows]


def test_equals_jiwer_bit_for_bit_on_real_texts(translations: list[tuple[str, str]]) -> None:
    agrees(translations)


def test_equals_jiwer_one_real_text_at_a_time(translations: list[tuple[str, str]]) -> None:
    for pair in translations[:60]:
        agrees([pair])


@pytest.mark.parametrize(
    ("answer", "target", "wer", "mer", "wil"),
    [
        ("", "", 0.0, 0.0, 0.0),
        ("a b", "", 2.0, 1.0, 1.0),
        ("", "a b", 1.0, 1.0, 1.0),
        (" \n", "\t", 0.0, 0.0, 0.0),
        ("a", "a", 0.0, 0.0, 0.0),
        ("a\tb", "a b", 1.0, 1.0, 1.0),
        ("日本", "日本", 0.0, 0.0, 0.0),
    ],
)
def test_degenerate_texts_are_as_in_jiwer(answer: str, target: str, wer: float, mer: float, wil: float) -> None:
    assert [ours(name, [answer], [target]) for name in ("wer", "mer", "wil")] == [wer, mer, wil]
    agrees([(answer, target)])
    agrees([(answer, target), ("a b c", "a c d")])


@given(PAIRS)
@example([("a\x1cb \x85 c", "a b\u2028c")])
@settings(max_examples=200)
def test_equals_jiwer_on_any_texts(pairs: list[tuple[str, str]]) -> None:
    agrees(pairs)


def drawn(rng: Rng) -> str:
    """Words, letters with blanks of many kinds, or any characters of the first plane below the surrogates."""
    kind, n = rng.integers(0, [3, 21]).tolist()
    if kind == 0:
        return " ".join(WORDS[i] for i in rng.integers(0, len(WORDS), n % 13).tolist())
    return "".join(LETTERS[i % len(LETTERS)] if kind == 1 else chr(i) for i in rng.integers(0, 0xD800, n).tolist())


def check_batch(rng: Rng) -> int:
    ends = rng.integers(1, 7, BATCH).cumsum()
    answers, targets = ([drawn(rng) for _ in range(ends[-1])] for _ in range(2))
    answers[::4] = targets[::4]
    cases = np.split(np.arange(ends[-1]), ends[:-1])
    sides = [([targets[i] for i in case], [answers[i] for i in case]) for case in cases]
    by_words = [jiwer.process_words(*each) for each in sides]
    for name in (*NAMES, "cer"):
        kind = registry.get(name)
        frame = Frame.from_columns(score_columns(create(kind.scored_by), "s", answers, targets))
        expected = [jiwer.cer(*each) for each in sides] if name == "cer" else [getattr(w, name) for w in by_words]
        np.testing.assert_array_equal(by_case([kind(scorer="s")], frame, cases)[0], expected, err_msg=name)
    return BATCH


@pytest.mark.slow
def test_equals_jiwer_on_ten_thousand_cases() -> None:
    ten_thousand(check_batch)


def test_whitespace_collapse_is_jiwer_on_collapsed_texts() -> None:
    answers, targets = ["one\ntwo\tthree", "x\ny"], ["one two four", "x y"]
    found = compute("wer", answers, targets, whitespace="collapse", ci=None)
    assert found.value == jiwer.wer([" ".join(t.split()) for t in targets], [" ".join(a.split()) for a in answers])
    assert "whitespace:collapse" in found.signature
    assert ours("wer", answers, targets) == jiwer.wer(targets, answers) != found.value


def test_the_corpus_is_a_ratio_of_sums_with_an_interval() -> None:
    answers, targets = ["a b c d x", "q", "e f"], ["a b c d", "p", "e f"]
    found = compute("wer", answers, targets)
    assert found.value == pytest.approx(2 / 7)
    assert found.low < found.value < found.high and found.method.startswith("delta")
    assert found.n == 3 and "scorer:[edit_words|v:1]" in found.signature


def test_what_is_missing_is_counted_and_not_wrong() -> None:
    found = compute("wer", ["a b", None, "c"], ["a c", "x", None])
    assert (found.value, found.n, found.n_missing) == (0.5, 1, 2)
    nothing = compute("cer", [None], ["x"])
    assert math.isnan(nothing.value) and nothing.reason


def test_the_best_of_several_targets_counts() -> None:
    assert ours("wer", ["a b c"], [["x y z", "a b d", "a b"]]) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("answer", "target", "accuracy"),
    [
        ("abcd", "abcd", 1.0),
        ("", "abcd", 0.0),
        ("xxxxxxxxxx", "ab", 0.0),
        ("abxd", "abcd", 0.75),
        ("", "", 1.0),
        ("a", "", 0.0),
    ],
)
def test_ocr_accuracy(answer: str, target: str, accuracy: float) -> None:
    found = compute("ocr_accuracy", [answer], [target], ci=None)
    assert found.value == accuracy


def test_ocr_interval_stays_in_range() -> None:
    found = compute("ocr_accuracy", ["abcd", "xyzw", "efgh"], ["abcd", "efgh", "efgh"])
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0
    rate = compute("cer", ["abcd", "xyzw", "efgh"], ["abcd", "efgh", "efgh"])
    assert found.value == pytest.approx(1 - rate.value) and found.high == pytest.approx(min(1.0, 1 - rate.low))


def test_edit_distance_is_a_mean_of_counts() -> None:
    found = compute("edit_distance", ["a", "b"], ["a", "c"])
    assert (found.value, found.unit, found.method) == (0.5, "edit", "t")
