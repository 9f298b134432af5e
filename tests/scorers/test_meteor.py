"""METEOR against NLTK's, with the synonyms of a small dictionary in place of WordNet."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, MissingExtra
from evalium.scorers import create
from evalium.scorers import meteor as meteor_module
from evalium.scorers._meteor_align import Synonyms, align
from evalium.scorers.meteor import meteor_exact_stem, synonyms_of
from tests.batches import Rng, each, ten_thousand
from tests.extras import require_extra

from .records import record, scored, value

MEANINGS = [["cat", "feline", "true_cat"], ["dog", "hound"], ["big", "larg", "huge"], ["sit", "sat"], ["cat", "dog"]]
WORDS = ["the", "cat", "cats", "feline", "dog", "dogs", "hound", "big", "large", "huge", "sat", "sits", ".", "Ünïon"]

sentences = st.lists(st.sampled_from(WORDS), max_size=15)


class Dictionary:
    """The part of NLTK's WordNet reader that METEOR reads."""

    def synsets(self, word: str) -> list[Any]:
        def lemma(name: str) -> Any:
            return SimpleNamespace(name=lambda: name)

        return [
            SimpleNamespace(lemmas=lambda names=names: [lemma(n) for n in names]) for names in MEANINGS if word in names
        ]


class Nothing:
    """A WordNet without words."""

    def synsets(self, word: str) -> list[Any]:
        return []


def check(output: list[str], target: list[str], wordnet: Any, synonyms: Synonyms | None) -> None:
    published = require_extra("nltk.translate.meteor_score")
    lower = [w.lower() for w in output], [w.lower() for w in target]
    for alpha, beta, gamma in ((0.9, 3.0, 0.5), (0.5, 1.0, 1.0)):
        expected = published.single_meteor_score(target, output, wordnet=wordnet, alpha=alpha, beta=beta, gamma=gamma)
        assert align(*lower, synonyms).score(alpha, beta, gamma) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@settings(max_examples=300)
@given(sentences, sentences)
def test_equals_nltk(output: list[str], target: list[str]) -> None:
    check(output, target, Dictionary(), synonyms_of(Dictionary()))
    check(output, target, Nothing(), None)


def drawn(rng: Rng) -> tuple[list[str], ...]:
    return tuple([WORDS[i] for i in rng.integers(0, len(WORDS), n).tolist()] for n in rng.integers(0, 16, 2))


@pytest.mark.slow
def test_equals_nltk_ten_thousand_times() -> None:
    wordnet, synonyms = Dictionary(), synonyms_of(Dictionary())
    ten_thousand(each(lambda output, target: check(output, target, wordnet, synonyms), drawn))


def test_example_of_the_paper() -> None:
    """As printed in NLTK's documentation, whose value needs no synonym."""
    output = "It is a guide to action which ensures that the military always obeys the commands of the party"
    target = "It is a guide to action that ensures that the military will forever heed Party commands"
    assert value(meteor_exact_stem(tokenizer="whitespace"), output, target) == pytest.approx(0.6944, abs=5e-5)


def test_several_targets_take_the_best() -> None:
    assert value(meteor_exact_stem(), "a dog", ["a cat", "a dog"]) == value(meteor_exact_stem(), "a dog", "a dog")


def test_punctuation_is_a_word() -> None:
    assert scored(meteor_exact_stem(), record("Hi, you.", "hi , you .")).values["recall"] == 1.0


def test_lacking_text_is_missing_and_empty_text_is_zero() -> None:
    assert value(meteor_exact_stem(), None, "x") == value(meteor_exact_stem(), "x", None) == "missing"
    found = scored(meteor_exact_stem(), record("", "x"))
    assert found.value == 0.0 and not found.values
    assert scored(meteor_exact_stem(), record("x", "")).explanation == "the target is empty"


def test_options_are_checked() -> None:
    for option, wrong in (("alpha", 2.0), ("beta", -1.0), ("gamma", 1.5)):
        with pytest.raises(ConfigError, match=option):
            meteor_exact_stem(**{option: wrong})


def without_wordnet(monkeypatch: pytest.MonkeyPatch, nowhere: Path) -> None:
    data = require_extra("nltk.data")
    corpus = require_extra("nltk.corpus")
    from nltk.corpus.util import LazyCorpusLoader

    monkeypatch.setattr(data, "path", [str(nowhere)])
    monkeypatch.setattr(corpus, "wordnet", LazyCorpusLoader("wordnet", corpus.WordNetCorpusReader, None))
    monkeypatch.setattr(meteor_module, "DEBIAN", nowhere / "wordnet")


def test_says_how_to_get_wordnet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_wordnet(monkeypatch, tmp_path)
    with pytest.raises(ConfigError, match=r"nltk\.downloader wordnet .* apt-get install wordnet-base"):
        create("meteor")


def test_says_how_to_get_nltk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "nltk.corpus", None)
    monkeypatch.setattr(meteor_module, "DEBIAN", tmp_path / "wordnet")
    with pytest.raises(MissingExtra, match=r"wordnet-base .*evalium\[meteor\]"):
        create("meteor")
