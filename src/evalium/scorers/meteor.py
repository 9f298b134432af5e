"""METEOR: words matched by form, stem and meaning, with a penalty for their order."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from evalium.core import ConfigError, MissingExtra, Verdict

from ._factory import built_in
from ._meteor_align import Synonyms, align
from ._sacrebleu import against_targets
from ._wordnet import WordNet
from .base import ScoreFunction

Words = Literal["13a", "whitespace"]
DEBIAN = Path("/usr/share/wordnet")
"""Where Debian's and Ubuntu's package `wordnet-base` puts the dictionary."""
STATISTICS = ("precision", "recall", "chunks_per_match")


@built_in(kind="meteor", values=STATISTICS, low=0.0, high=1.0)
def meteor(*, tokenizer: Words = "13a", alpha: float = 0.9, beta: float = 3.0, gamma: float = 0.5) -> ScoreFunction:
    """METEOR of an output and its target with English WordNet; the best of several targets.

    Value 0 to 1, higher is better: F (1 - gamma c^beta), where F is the harmonic mean of the precision and recall of
    matched words, recall weighing 9 times as much, and c the chunks (runs of matches in the same order) per match.
    Words match by form, by Porter stem, or as synonyms. Equals `nltk.translate.meteor_score` on the same words; the
    Java program of the authors (METEOR 1.5) has further resources and gives other numbers, so never compare the two.
    An empty output or target scores 0; no output or no target is `missing`. Banerjee and Lavie 2005; Lavie and Agarwal
    2007. Only for English: for another language take `meteor_exact_stem`, or better chrF.

    WordNet is the one that NLTK finds (`corpora/wordnet` in the folder that `NLTK_DATA` names), else
    `/usr/share/wordnet`, where Debian's and Ubuntu's package `wordnet-base` puts it; that one needs no NLTK.

    `values` hold `precision`, `recall` and `chunks_per_match` of the best target.

    Args:
        tokenizer: What makes words: sacrebleu's `13a`, which separates punctuation, or `whitespace`.
        alpha: Weight of precision against recall.
        beta: Exponent of the penalty.
        gamma: Greatest penalty.

    Raises:
        MissingExtra: Neither NLTK nor `wordnet-base` is installed.
        ConfigError: There is no WordNet; the message has the commands that bring it.

    Example:
        >>> from evalium.scorers import create
        >>> create("meteor").signature  # doctest: +SKIP
        'meteor|v:1'
    """
    return _scored(wordnet_synonyms(), tokenizer, alpha, beta, gamma)


@built_in(kind="meteor_exact_stem", values=STATISTICS, low=0.0, high=1.0)
def meteor_exact_stem(
    *, tokenizer: Words = "13a", alpha: float = 0.9, beta: float = 3.0, gamma: float = 0.5
) -> ScoreFunction:
    """METEOR without synonyms: words match by form or by Porter stem.

    Value 0 to 1, higher is better. Needs no WordNet, and is another metric than `meteor`: its numbers are lower.
    Everything else as there. Only the stemming is English.

    Args:
        tokenizer: What makes words: sacrebleu's `13a`, which separates punctuation, or `whitespace`.
        alpha: Weight of precision against recall.
        beta: Exponent of the penalty.
        gamma: Greatest penalty.

    Example:
        >>> from evalium.core import Record, Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="the cats sat", target="the cat sat")
        >>> round(meteor_exact_stem().score(record).value, 4)
        0.9815
    """
    return _scored(None, tokenizer, alpha, beta, gamma)


def _scored(synonyms: Synonyms | None, tokenizer: Words, alpha: float, beta: float, gamma: float) -> ScoreFunction:
    for option, value, high in (("alpha", alpha, 1.0), ("gamma", gamma, 1.0), ("beta", beta, None)):
        if not 0 <= value or (high is not None and value > high):
            allowed = "at least 0" if high is None else "between 0 and 1"
            raise ConfigError(f"METEOR's option {option!r} must be {allowed}, got {value!r}")
    split = _splitter(tokenizer)

    def compare(output: str, texts: tuple[str, ...]) -> Verdict:
        words = split(output)
        found = [align(words, split(text), synonyms) for text in texts]
        best = max(found, key=lambda each: each.score(alpha, beta, gamma))
        values: dict[str, float | list[float]] = {}
        if best.output_length and best.target_length:
            values["precision"] = best.matches / best.output_length
            values["recall"] = best.matches / best.target_length
        if best.matches:
            values["chunks_per_match"] = best.chunks / best.matches
        return Verdict(value=best.score(alpha, beta, gamma), values=values)

    return against_targets(compare)


def _splitter(tokenizer: Words) -> Callable[[str], list[str]]:
    if tokenizer == "whitespace":
        return lambda text: text.lower().split()
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    made: Any = Tokenizer13a
    separate = made()
    return lambda text: [word.lower() for word in separate(text).split()]


def wordnet_synonyms() -> Synonyms:
    """Synonyms by the WordNet that NLTK finds, else by that of Debian's package.

    Raises:
        MissingExtra: Neither NLTK nor Debian's package is installed.
        ConfigError: NLTK is, but finds no WordNet, and Debian's package is not.
    """
    try:
        from nltk.corpus import wordnet

        wordnet.ensure_loaded()
    except (ImportError, LookupError) as error:
        if (DEBIAN / "data.noun").is_file():
            return _kept(WordNet(DEBIAN).synonyms)
        if isinstance(error, ImportError):
            raise MissingExtra("METEOR without Debian's package wordnet-base", "meteor") from error
        raise ConfigError(
            f"METEOR needs WordNet, which neither NLTK finds nor {DEBIAN} holds: python -m nltk.downloader wordnet (or "
            "set NLTK_DATA to a folder that has corpora/wordnet), or apt-get install wordnet-base, or take "
            "meteor_exact_stem, which needs none"
        ) from error
    return synonyms_of(wordnet)


def synonyms_of(wordnet: Any) -> Synonyms:
    """Synonyms by anything with WordNet's `synsets`: the single words among the lemmas of a word's meanings."""

    def names(word: str) -> set[str]:
        found = {lemma.name() for meaning in wordnet.synsets(word) for lemma in meaning.lemmas()}
        return {name for name in found if "_" not in name}

    return _kept(names)


def _kept(names: Callable[[str], set[str]]) -> Synonyms:
    """Those names and the word itself; the latest words are looked up once."""
    return lru_cache(10_000)(lambda word: names(word) | {word})
