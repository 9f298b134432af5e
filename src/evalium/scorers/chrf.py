"""chrF and chrF++: F score of character n-grams, and of words, as sacrebleu's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evalium.core import ConfigError, Verdict

from ._factory import built_in
from ._ngram_matches import shared_ngrams
from ._sacrebleu import against_targets, as_columns, named, signed_with
from ._text_pairs import TextPairs, Wanted
from ._word_characters import words_as_characters
from .base import ScoreFunction

if TYPE_CHECKING:
    from ._ngram_matches import Ints
    from ._text_pairs import Columns

CHARACTERS = 6
WORDS = 2


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

    def compare(output: str, texts: tuple[str, ...]) -> Verdict:
        each = _statistics(metric, [output] * len(texts), texts).tolist()
        values = [metric._compute_f_score(numbers) for numbers in each]
        best = values.index(max(values))
        return Verdict(value=values[best], values=named(names, each[best]))

    def columns(outputs: Sequence[str], targets: Sequence[str], _: Wanted) -> Columns:
        return as_columns(names, _statistics(metric, outputs, targets), metric._compute_f_score)

    return TextPairs(against_targets(compare), columns)


def _statistics(metric: Any, outputs: Sequence[str], targets: Sequence[str]) -> Ints:
    """Numbers [n, ...] in the order of `statistic_names`, those of orders as `sacrebleu.CHRF` makes them."""
    import numpy as np

    texts = [metric._preprocess_segment(text) for text in (*outputs, *targets)]
    squeezed = ["".join(text.split()) for text in texts]
    parts = [_by_order(texts if metric.whitespace else squeezed, metric.char_order)]
    if metric.word_order:
        words = words_as_characters([" ".join(metric._remove_punctuation(text)) for text in texts])
        parts.append(_by_order(words, metric.word_order))
    lengths = np.array([*map(len, squeezed)])
    characters = lengths[: len(outputs)] + lengths[len(outputs) :]
    return np.column_stack([*parts, characters, np.full(len(outputs), metric.beta)])


def _by_order(texts: Sequence[str], orders: int) -> Ints:
    """Output, target and shared counts [n, 3 orders] of n outputs and n targets.

    An order that the target is too short for counts no n-gram of the output.
    """
    import numpy as np

    n = len(texts) // 2
    lengths = np.maximum(np.array([*map(len, texts)])[:, None] - np.arange(orders), 0)
    output, target = lengths[:n], lengths[n:]
    shared = shared_ngrams(texts[:n], texts[n:], orders)
    return np.stack([np.where(target > 0, output, 0), target, shared], axis=2).reshape(n, -1)
