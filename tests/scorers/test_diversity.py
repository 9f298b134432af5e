"""Distinct n-grams, repetition and self-BLEU against plain counting and nltk; length and language."""

from __future__ import annotations

import gzip
import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import ConfigError, MissingExtra
from evalium.metrics import compute
from evalium.scorers.diversity import word_number
from tests.batches import Rng, each, ten_thousand
from tests.extras import require_extra

from .records import record, scored, value

ANSWERS = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=9).map(" ".join), min_size=2, max_size=7)


def runs(text: str, n: int) -> list[tuple[str, ...]]:
    words = text.split()
    return list(zip(*(words[i:] for i in range(n)), strict=False))


def ours(name: str, answers: list[str], **options: int) -> float:
    return float(compute(name, answers, [None] * len(answers), ci=None, **options).value)


@pytest.fixture(scope="module")
def replies(shared_data: Path) -> list[str]:
    with gzip.open(
        shared_data / "unieval_topical_chat" / "topical_chat_result.json.gz", "rt", encoding="utf-8"
    ) as file:
        return [row["system_output"] for row in json.load(file)]


def plain_distinct(answers: list[str], n: int) -> float:
    every = [run for answer in answers for run in runs(answer, n)]
    return len(set(every)) / len(every) if every else math.nan


def plain_repetition(answers: list[str], n: int) -> float:
    each = [1 - len(set(found)) / len(found) for answer in answers if (found := runs(answer, n))]
    return sum(each) / len(each) if each else math.nan


def nltk_self_bleu(answers: list[str]) -> float:
    bleu = require_extra("nltk.translate.bleu_score")
    smooth = bleu.SmoothingFunction().method1
    words = [answer.split() for answer in answers]
    each = [
        bleu.sentence_bleu(words[:i] + words[i + 1 :], one, smoothing_function=smooth) for i, one in enumerate(words)
    ]
    return sum(each) / len(each)


@given(ANSWERS, st.integers(1, 4))
def test_counts_are_those_of_plain_counting(answers: list[str], n: int) -> None:
    assert ours("distinct_n", answers, n=n) == pytest.approx(plain_distinct(answers, n), nan_ok=True)
    assert ours("repetition", answers, n=n) == pytest.approx(plain_repetition(answers, n), nan_ok=True)


def test_counts_on_real_replies(replies: list[str]) -> None:
    for n, name in ((1, "distinct_1"), (2, "distinct_2"), (3, "distinct_n")):
        assert ours(name, replies) == pytest.approx(plain_distinct(replies, n), abs=1e-12)
    assert ours("repetition", replies) == pytest.approx(plain_repetition(replies, 4), abs=1e-12)


@given(ANSWERS)
def test_self_bleu_equals_nltk(answers: list[str]) -> None:
    assert ours("self_bleu", answers) == pytest.approx(nltk_self_bleu(answers), abs=1e-9)


def drawn(rng: Rng) -> tuple[list[str]]:
    lengths = rng.integers(1, 10, rng.integers(2, 6))
    return ([" ".join("abcd"[i] for i in rng.integers(0, 4, n).tolist()) for n in lengths],)


@pytest.mark.slow
def test_self_bleu_equals_nltk_on_ten_thousand_cases() -> None:
    def equal(answers: list[str]) -> None:
        assert ours("self_bleu", answers) == pytest.approx(nltk_self_bleu(answers), abs=1e-9)

    ten_thousand(each(equal, drawn))


def test_self_bleu_of_real_replies(replies: list[str]) -> None:
    some = replies[:80]
    assert ours("self_bleu", some) == pytest.approx(nltk_self_bleu(some), abs=1e-9)


def test_a_sample_does_not_depend_on_the_order(replies: list[str]) -> None:
    shuffled = [replies[i] for i in np.random.default_rng(0).permutation(len(replies))]
    first, second = ours("self_bleu", replies, at_most=50), ours("self_bleu", shuffled, at_most=50)
    assert first == pytest.approx(second, abs=1e-12) and 0 < first < 1


def test_intervals_hold_the_value(replies: list[str]) -> None:
    for name in ("distinct_1", "distinct_2", "self_bleu", "repetition"):
        found = compute(name, replies[:120], [None] * 120)
        assert found.low < found.value < found.high, name
        assert "jackknife" in found.method or found.method == "t"


def test_degenerate_corpora() -> None:
    assert ours("self_bleu", ["a b", "c d"]) == 0.0
    assert math.isnan(ours("self_bleu", ["a b"])) and math.isnan(ours("distinct_2", ["a", "b"]))
    found = compute("distinct_1", ["", None, "a a"], [None] * 3)
    assert (found.value, found.n, found.n_missing) == (0.5, 1, 2)
    assert ours("repetition", ["x " * 100]) == pytest.approx(1 - 1 / 97)
    with pytest.raises(ConfigError, match="'n' must be a whole number of at least 1"):
        compute("distinct_n", ["a"], [None], n=0)


def test_words_have_numbers_of_their_own() -> None:
    words = ["".join(letters) for letters in itertools.product("abcdefgh", repeat=5)]
    numbers = {word_number(word) for word in words}
    assert len(numbers) == len(words) and all(0 <= n < 2**53 and n == int(n) for n in numbers)
    assert word_number("\ud800") != word_number("?")


def test_length_takes_the_nearest_target() -> None:
    assert value("length", "a b c", ["a", "a b c d", "a b"]) == 1.5
    assert value("length", "a b", "") == "missing"
    assert compute("length_ratio", ["a b", "a"], ["a", "a b c"], ci=None).value == 0.75
    assert compute("length_ratio", ["ab", "a"], ["a", "abc"], unit="characters", ci=None).value == 0.75


def test_language_by_an_own_detector(tmp_path: Path) -> None:
    (tmp_path / "guess.py").write_text(
        "def guess(text):\n    return 'DE_at' if 'ü' in text else 'en'\n", encoding="utf-8"
    )
    from evalium.scorers import create

    scorer = create({"language": {"detector": "guess.py:guess"}}, base=tmp_path)
    assert value(scorer, "Grüße", attributes={"language": "de"}) == 1.0
    wrong = scored(scorer, record("Greetings", attributes={"language": "de-DE"}))
    assert (wrong.value, wrong.label, wrong.target) == (0.0, "en", "de")
    assert value(scorer, "Grüße") == value(scorer, "123", attributes={"language": "de"}) == "missing"
    assert "src:" in scorer.signature


def test_language_by_py3langid() -> None:
    require_extra("py3langid")
    answers = [
        "Das Wetter ist heute sehr schön, und wir gehen spazieren.",
        "The weather is very nice today, let us walk.",
    ]
    found = compute("language_match", answers, [None, None], expected="de")
    assert found.value == 0.5 and found.method == "wilson"
    assert "expected:de" in found.signature and "py3langid:" in found.signature


def test_language_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from evalium.scorers.language import _py3langid, language

    _py3langid.cache_clear()
    monkeypatch.setitem(sys.modules, "py3langid", None)
    with pytest.raises(MissingExtra, match=r"evalium\[language\]"):
        language(expected="en")
    _py3langid.cache_clear()
