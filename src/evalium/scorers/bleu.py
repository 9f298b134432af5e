"""BLEU: clipped n-gram precision with a penalty for brevity, by sacrebleu."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from evalium.core import ConfigError, Verdict

from ._factory import built_in
from ._ngram_matches import shared_ngrams
from ._sacrebleu import against_targets, as_columns, named, signed_with
from ._text_pairs import TextPairs, Wanted
from ._tokenize_13a import tokenize_13a, tokenize_13a_lines
from ._word_characters import words_as_characters
from ._word_ngrams import Ngrams, matches
from .base import ScoreFunction

if TYPE_CHECKING:
    from ._ngram_matches import Ints
    from ._text_pairs import Columns

Tokenize = Literal["13a", "intl", "zh", "char", "ja-mecab", "ko-mecab", "flores101", "flores200", "none"]
Smoothing = Literal["exp", "floor", "add-k", "none"]

ORDERS = 4
STATISTICS = (
    "output_length",
    "target_length",
    *(f"matches_{n}" for n in range(1, ORDERS + 1)),
    *(f"ngrams_{n}" for n in range(1, ORDERS + 1)),
)


@signed_with("sacrebleu")
@built_in(kind="bleu", values=STATISTICS, low=0.0, high=100.0)
def bleu(
    *,
    tokenize: Tokenize = "13a",
    lowercase: bool = False,
    smooth_method: Smoothing = "exp",
    smooth_value: float | None = None,
    effective_order: bool = True,
) -> ScoreFunction:
    """Sentence BLEU, and the statistics of which the metric `bleu` makes the corpus score.

    Value 0 to 100, higher is better: sacrebleu's `sentence_score`. The mean of sentence values is not BLEU: take the
    metric. Several targets are several references. An empty output scores 0; an empty target scores 0 and says so; no
    output or no target is `missing`. Papineni et al. 2002; Post 2018 (sacrebleu).

    `values` hold the lengths of the output and of the closest target in tokens, and for n from 1 to 4 the n-grams of
    the output (`ngrams_n`) and those of them found in a target (`matches_n`).

    Args:
        tokenize: sacrebleu's tokenizer: `13a` for European languages, `intl`, `zh`, `char`, `none`; `ja-mecab`,
            `ko-mecab` and `flores101`, `flores200` need further packages.
        lowercase: Ignore upper and lower case.
        smooth_method: What a precision of 0 counts as in the sentence value: `exp` halves a single hit again and again,
            `floor` takes `smooth_value` hits, `add-k` adds it to all counts, `none` makes BLEU 0.
        smooth_value: See there; None takes 0.1 for `floor` and 1 for `add-k`.
        effective_order: Leave orders out of the sentence value that are longer than the sentence.

    Example:
        >>> from evalium.core import Record, Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="the cat sat on a mat", target=["the cat sat on the mat", "a cat"])
        >>> round(bleu().score(record).value, 2)
        56.23
    """
    metric = sacrebleu_bleu(
        tokenize=tokenize,
        lowercase=lowercase,
        smooth_method=smooth_method,
        smooth_value=smooth_value,
        effective_order=effective_order,
    )

    @lru_cache(1024)
    def references(texts: tuple[str, ...]) -> Ngrams:
        return Ngrams([metric._preprocess_segment(text).split() for text in texts], ORDERS)

    def compare(output: str, texts: tuple[str, ...]) -> Verdict:
        words, targets = metric._preprocess_segment(output).split(), references(texts)
        length = len(words)
        numbers = [
            length,
            metric._get_closest_ref_len(length, targets.lengths),
            *matches(Ngrams([words], ORDERS), targets),
            *(max(length - n, 0) for n in range(ORDERS)),
        ]
        return Verdict(value=value(numbers), values=named(STATISTICS, numbers))

    def value(numbers: Sequence[int]) -> float:
        # sacrebleu adds its smoothing to the lists that it is given
        score: float = metric._compute_score_from_stats([*numbers]).score
        return min(score, 100.0)

    def columns(outputs: Sequence[str], targets: Sequence[str], _: Wanted) -> Columns:
        words = words_as_characters(_tokenized(metric, [*outputs, *targets]))
        numbers = _statistics(words[: len(outputs)], words[len(outputs) :])
        return as_columns(STATISTICS, numbers, value)

    return TextPairs(against_targets(compare), columns)


def _tokenized(metric: Any, texts: Sequence[str]) -> Sequence[str]:
    """Texts with blanks between their tokens."""
    if metric.tokenizer is not tokenize_13a:
        return [metric._preprocess_segment(text) for text in texts]
    return tokenize_13a_lines([(text.lower() if metric.lowercase else text).rstrip() for text in texts])


def _statistics(outputs: Sequence[str], targets: Sequence[str]) -> Ints:
    """Numbers [n, ...] in the order of `STATISTICS`, of texts with a character for each token."""
    import numpy as np

    output_length, target_length = (np.array([*map(len, texts)]) for texts in (outputs, targets))
    ngrams = np.maximum(output_length[:, None] - np.arange(ORDERS), 0)
    return np.column_stack([output_length, target_length, shared_ngrams(outputs, targets, ORDERS), ngrams])


def sacrebleu_bleu(**options: Any) -> Any:
    """A `sacrebleu.BLEU`.

    Raises:
        ConfigError: A tokenizer lacks the package that it is made of.
    """
    from sacrebleu.metrics.bleu import BLEU

    try:
        metric = BLEU(**options)
    except (ImportError, RuntimeError) as error:
        tokenize = options["tokenize"]
        extra = tokenize.partition("-")[0] if tokenize.endswith("mecab") else "sentencepiece"
        package = f"sacrebleu[{extra}]" if tokenize.endswith("mecab") else extra
        raise ConfigError(
            f"scorer 'bleu', option 'tokenize': {tokenize!r} needs a further package: pip install '{package}'"
        ) from error
    if options["tokenize"] == "13a":
        metric.tokenizer = tokenize_13a
    return metric
