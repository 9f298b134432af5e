"""METEOR on the whole of WordNet 3.0, read from Debian's files, against NLTK's reader and NLTK's METEOR."""

from __future__ import annotations

import gzip
import io
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from evalium.scorers import Scorer, create
from evalium.scorers._wordnet import ENDINGS, WordNet
from evalium.scorers.meteor import DEBIAN
from tests.extras import not_here, require_extra

from .records import value

nltk = require_extra("nltk")
if not (DEBIAN / "data.noun").is_file():
    not_here(f"needs WordNet in {DEBIAN}: apt-get install wordnet-base")


@pytest.fixture(scope="module")
def published() -> Any:
    """NLTK's reader of the same files; Debian leaves out two that meanings do not depend on."""
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

    class Reader(WordNetCorpusReader):
        def open(self, file: str) -> Any:
            names = io.StringIO("".join(f"{i:02d}\tnoun.Tops\t1\n" for i in range(45)))
            return names if file == "lexnames" else super().open(file)

        def map_wn(self, version: str = "wordnet") -> None:
            """No other version's numbers are asked for."""

    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The multilingual functions")
        patch.setattr(nltk.data, "path", [str(DEBIAN)])
        yield Reader(str(DEBIAN), None)


@pytest.fixture(scope="module")
def meteor() -> Scorer:
    """The scorer where there is no NLTK, so that it takes Debian's files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "nltk.corpus", None)
        return create({"meteor": {"tokenizer": "whitespace"}})


def first_words(file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if not line.startswith(" ")]


def inflected(step: int) -> set[str]:
    """Every so manyeth entry of the index, with endings, and all irregular forms."""
    words = [word for name in ENDINGS for word in first_words(DEBIAN / f"index.{name}")[::step]]
    irregular = [word for name in ENDINGS for word in first_words(DEBIAN / f"{name}.exc")]
    return {*irregular, *(word + ending for word in words for ending in ("", "s", "es", "ies", "ed", "ing", "est"))}


def test_synonyms_are_those_of_nltks_reader(published: Any) -> None:
    wordnet = WordNet(DEBIAN)
    words = inflected(step=29)
    assert len(words) > 40_000
    for word in words:
        names = {lemma.name() for meaning in published.synsets(word) for lemma in meaning.lemmas()}
        assert wordnet.synonyms(word) == {name for name in names if "_" not in name}, word


@pytest.mark.parametrize("word", ["", " ", "\0", "\ud800", "é", "a" * 100_000, "(p)", "-"])
def test_what_is_no_word_has_no_synonyms(word: str) -> None:
    assert WordNet(DEBIAN).synonyms(word) == set()


def test_published_answers_score_as_with_nltk(published: Any, meteor: Scorer, shared_data: Path) -> None:
    score: Any = require_extra("nltk.translate.meteor_score").meteor_score
    rows = json.loads(gzip.decompress((shared_data / "pandalm" / "testset-v1.json.gz").read_bytes()))
    both = [(row["response1"], row["response2"]) for row in rows]
    # Some answers of the file are truth values
    pairs = [pair for pair in both if all(isinstance(text, str) for text in pair)]
    assert len(pairs) > 900
    exact_stem = create({"meteor_exact_stem": {"tokenizer": "whitespace"}})
    by_meaning = 0
    for output, target in pairs:
        expected = score([target.split()], output.split(), wordnet=published)
        assert value(meteor, output, target) == pytest.approx(expected, abs=1e-9)
        by_meaning += expected > value(exact_stem, output, target) + 1e-9
    assert by_meaning > 100
