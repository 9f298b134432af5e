"""ROUGE against rouge-score to the bit, its stemmer against NLTK's."""

from __future__ import annotations

import gzip
import json
import re
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError
from evalium.scorers._lcs import lcs_length, lcs_positions, positions
from evalium.scorers._porter import stem
from evalium.scorers.rouge import TYPES, rouge
from tests.batches import Rng, each, ten_thousand
from tests.extras import require_extra
from tests.metrics.text_corpora import DEGENERATE, texts

from .records import record, scored, value

THEIRS = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL", "rouge_lsum": "rougeLsum"}
SUFFIXES = (
    "s es ies ed eed ied ing ational tional enci anci izer bli abli alli entli eli ousli ization ation ator alism "
    "iveness fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic "
    "able ible ant ement ment ent ion sion ou ism ate iti ous ive ize y ly e ll"
).split()


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "stemmed"])
def both(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """Our scorer and theirs."""
    theirs = require_extra("rouge_score.rouge_scorer").RougeScorer([*THEIRS.values()], use_stemmer=request.param)
    return rouge(stem=request.param), theirs


def check(both: tuple[Any, Any], output: str, targets: list[str]) -> None:
    ours, theirs = both
    found = scored(ours, record(output, targets)).values
    published = theirs.score_multi(targets, output)
    for name, other in THEIRS.items():
        expected = published[other]
        assert found[name] == expected.fmeasure, (name, output, targets)
        assert found[name + "_precision"] == expected.precision
        assert found[name + "_recall"] == expected.recall


def test_equals_rouge_score_on_degenerate_texts(both: tuple[Any, Any]) -> None:
    for output, target in [*DEGENERATE, ("İstanbul K", "istanbul k"), ("a\n\nb", "b\na\n")]:
        check(both, output, [target])
        check(both, output, [target, "the cat\nsat", output])


@settings(max_examples=200)
@given(output=texts, targets=st.lists(texts, min_size=1, max_size=3))
def test_equals_rouge_score_on_made_up_texts(both: tuple[Any, Any], output: str, targets: list[str]) -> None:
    check(both, output, targets)


few_words = st.lists(st.sampled_from(["a", "b", "c", "\n"]), max_size=30).map(" ".join)


def drawn(rng: Rng) -> tuple[str, ...]:
    return tuple(" ".join("abc\n"[i] for i in rng.integers(0, 4, n).tolist()) for n in rng.integers(0, 31, 2))


@pytest.mark.slow
def test_equals_rouge_score_on_ten_thousand_tied_texts(both: tuple[Any, Any]) -> None:
    ten_thousand(each(lambda output, target: check(both, output, [target]), drawn))


@settings(max_examples=200)
@given(output=few_words, target=few_words)
def test_ties_are_broken_as_rouge_score_does(both: tuple[Any, Any], output: str, target: str) -> None:
    check(both, output, [target])


def test_equals_rouge_score_on_summaries(both: tuple[Any, Any], shared_data: Path) -> None:
    with gzip.open(shared_data / "qags" / "qags_xsum_result.json.gz", "rt", encoding="utf-8") as file:
        rows = json.load(file)
    assert len(rows) == 239
    for row in rows[:60]:
        source = row["source"].replace(" . ", " .\n")
        check(both, row["system_output"], [source])
        check(both, source, [row["system_output"]])


def test_the_stemmer_equals_nltks_on_every_word_of_the_data(shared_data: Path) -> None:
    reference = require_extra("nltk.stem.porter").PorterStemmer()
    words: set[str] = set()
    for path in ("qags/qags_xsum_result.json.gz", "mt_bench", "halueval", "banking77", "arena_hard"):
        found = shared_data / path
        for file in [found] if found.is_file() else sorted(found.glob("*.gz")):
            words |= set(
                re.findall(r"[a-z0-9]+", gzip.decompress(file.read_bytes()).decode("utf-8", "replace").lower())
            )
    assert len(words) > 20_000
    assert [word for word in sorted(words) if stem(word) != reference.stem(word)] == []


def test_the_stemmer_equals_nltks_on_all_pairs_of_suffixes() -> None:
    reference = require_extra("nltk.stem.porter").PorterStemmer()
    starts = ["", "a", "y", "b", "sk", "ab", "try", "oy", "control", "yy", "hop", "fil", "tel"]
    irregular = ["sky", "skies", "dying", "news", "innings", "canning", "cannings", "howe", "proceed", "é", "ñandus"]
    made = [a + b + c for a, b, c in product(starts, SUFFIXES, ["", *SUFFIXES])]
    assert [word for word in [*made, *irregular] if stem(word) != reference.stem(word)] == []


@given(a=st.lists(st.sampled_from("abcd"), max_size=12), b=st.lists(st.sampled_from("abcd"), max_size=12))
def test_the_subsequence_is_common_and_longest(a: list[str], b: list[str]) -> None:
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, j in product(range(len(a)), range(len(b))):
        table[i + 1][j + 1] = table[i][j] + 1 if a[i] == b[j] else max(table[i][j + 1], table[i + 1][j])
    bits = lcs_positions(positions(a), len(a), b)
    chosen = [token for i, token in enumerate(a) if bits >> i & 1]
    assert lcs_length(positions(a), len(a), b) == len(chosen) == table[-1][-1]
    rest = iter(b)
    assert all(token in rest for token in chosen)


def test_other_scripts_need_another_tokenizer() -> None:
    found = scored(rouge(), record("猫坐在垫子上", "猫坐在垫子上"))
    assert found.value == 0.0 and found.values["unread"] == 1.0 and "tokenizer" in (found.explanation or "")
    assert value(rouge(tokenizer="characters"), "猫坐在垫子上", "猫坐在垫子上") == 1.0
    assert value(rouge(tokenizer="unicode"), "Это тест", "это тест!") == 1.0
    assert value(rouge(tokenizer="whitespace"), "a-b c", "a-b c") == 1.0
    assert "tokenizer:unicode" in rouge(tokenizer="unicode").signature


def test_lacking_text_is_missing() -> None:
    assert value(rouge(), None, "x") == value(rouge(), "x", None) == value(rouge(), "x", []) == "missing"
    assert scored(rouge(), record("x", "")).explanation == "the target is empty"
    assert scored(rouge(), record("", "x")).value == 0.0


def test_types_are_those_asked_for() -> None:
    assert {*scored(rouge(), record("a b", "a c")).values} == {*rouge().values}
    found = scored(rouge(types=["rouge_2"]), record("a b c", "a b d")).values
    assert {*found} == {"rouge_2", "rouge_2_precision", "rouge_2_recall", "unread"}
    for wrong in (["rouge_9"], [], "rouge_1"):
        with pytest.raises(ConfigError, match="types"):
            rouge(types=wrong)
    assert all(a != b for a, b in pairwise(TYPES))
