"""chrF and chrF++: F score of character n-grams, and of words, as sacrebleu's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evalium.core import ConfigError, Verdict

from ._factory import built_in
from ._ngram_matches import Alphabet, numbered, shared_ngrams, symbol_bits
from ._sacrebleu import against_targets, named, signed_with
from .base import ScoreFunction

CHARACTERS = 6
WORDS = 2
Shared = Callable[[str, str], list[int]]


def statistic_names(characters: int, words: int) -> tuple[str, ...]:
    """Names of the statistics in sacrebleu's order, of the characters in all, and of the `beta` they were scored with.

    Example:
        >>> statistic_names(1, 0)
        ('output_char_1', 'target_char_1', 'shared_char_1', 'characters', 'beta')
    """
    orders = [f"char_{n}" for n in range(1, characters + 1)] + [f"word_{n}" for n in range(1, words + 1)]
    return (*(f"{side}_{order}" for order in orders for side in ("output", "target", "shared")), "characters", "beta")


@signed_with("sacrebleu")
@built_in(kind="chrf", values=statistic_names(CHARACTERS, 0), low=0.0, high=100.0)
def chrf(
    *,
    char_order: int = CHARACTERS,
    word_order: int = 0,
    beta: int = 2,
    lowercase: bool = False,
    whitespace: bool = False,
) -> ScoreFunction:
    """Sentence chrF, and the statistics of which the metric `chrf` makes the corpus score.

    Value 0 to 100, higher is better: sacrebleu's `sentence_score`, F beta of the mean precision and the mean recall of
    character n-grams. The mean of sentence values is not the corpus chrF: take the metric. Of several targets the one
    with the highest value counts. An empty output or target scores 0; no output or no target is `missing`.
    Popović 2015.

    `values` hold for each order the n-grams of the output (0 where the target is too short to have any), of the target
    and those they share; the `characters` of both; and beta.

    Args:
        char_order: Longest character n-gram.
        word_order: Longest word n-gram; 2 makes chrF++.
        beta: How much more recall counts than precision.
        lowercase: Ignore upper and lower case.
        whitespace: Let n-grams run over the blanks between words.

    Example:
        >>> from evalium.core import Record, Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="the cat sat on a mat", target="the cat sat on the mat")
        >>> round(chrf().score(record).value, 2)
        65.98
    """
    return _scored("chrf", char_order, word_order, beta, lowercase, whitespace)


@signed_with("sacrebleu")
@built_in(kind="chrf_pp", values=statistic_names(CHARACTERS, WORDS), low=0.0, high=100.0)
def chrf_pp(
    *,
    char_order: int = CHARACTERS,
    word_order: int = WORDS,
    beta: int = 2,
    lowercase: bool = False,
    whitespace: bool = False,
) -> ScoreFunction:
    """Sentence chrF++, and the statistics of which the metric `chrf_pp` makes the corpus score.

    As `chrf` with words and pairs of words beside the character n-grams; a punctuation mark at the end or the start of
    a word is a word of its own. Value 0 to 100, higher is better. Popović 2017.

    Args:
        char_order: Longest character n-gram.
        word_order: Longest word n-gram.
        beta: How much more recall counts than precision.
        lowercase: Ignore upper and lower case.
        whitespace: Let character n-grams run over the blanks between words.

    Example:
        >>> from evalium.core import Record, Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="the cat sat on a mat", target="the cat sat on the mat")
        >>> round(chrf_pp().score(record).value, 2)
        67.44
    """
    return _scored("chrf_pp", char_order, word_order, beta, lowercase, whitespace)


def _scored(
    scorer: str, char_order: int, word_order: int, beta: int, lowercase: bool, whitespace: bool
) -> ScoreFunction:
    from sacrebleu.metrics.chrf import CHRF

    for option, value, least in (("char_order", char_order, 1), ("word_order", word_order, 0), ("beta", beta, 1)):
        if value < least:
            raise ConfigError(f"scorer {scorer!r}, option {option!r} must be at least {least}, got {value!r}")
    metric = CHRF(char_order, word_order, beta, lowercase, whitespace)
    names = statistic_names(char_order, word_order)
    nothing = [0] * (len(names) - 2)
    count = _counter(metric)

    def compare(output: str, texts: tuple[str, ...]) -> Verdict:
        best, numbers, nearest = -1.0, nothing, ""
        for text in texts:
            found = count(output, text)
            value = metric._compute_f_score(found)
            if value > best:
                best, numbers, nearest = value, found, text
        characters = len("".join((output + nearest).split()))
        return Verdict(value=best, values=named(names, [*numbers, characters, beta]))

    return against_targets(compare)


def _counter(metric: Any) -> Callable[[str, str], list[int]]:
    """Statistics of one output and one target, as `sacrebleu.CHRF` makes them."""
    alphabet = Alphabet(metric.char_order)

    def count(output: str, target: str) -> list[int]:
        output, target = metric._preprocess_segment(output), metric._preprocess_segment(target)
        first = output if metric.whitespace else "".join(output.split())
        second = target if metric.whitespace else "".join(target.split())
        a, b, bits = alphabet.pair(first, second)
        if not bits:
            slow: list[int] = metric._compute_segment_statistics(output, metric._extract_reference_info([target]))
            return slow
        found = _by_order(len(a), len(b), shared_ngrams(a, b, bits, metric.char_order))
        if not metric.word_order:
            return found
        a, b, distinct = numbered(metric._remove_punctuation(output), metric._remove_punctuation(target))
        bits = symbol_bits(distinct, metric.word_order)
        if not bits and distinct:
            slow = metric._compute_segment_statistics(output, metric._extract_reference_info([target]))
            return slow
        return found + _by_order(len(a), len(b), shared_ngrams(a, b, bits, metric.word_order))

    return count


def _by_order(output: int, target: int, shared: list[int]) -> list[int]:
    """Output, target and shared counts; an order that the target is too short for counts no n-gram of the output."""
    found = []
    for n, both in enumerate(shared):
        there = max(target - n, 0)
        found += [max(output - n, 0) if there else 0, there, both]
    return found
