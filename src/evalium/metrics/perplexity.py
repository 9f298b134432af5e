"""Perplexity, word perplexity and bits per byte: the same log-likelihood, shared out differently."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._scored import scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class LikelihoodRate(SumMetric):
    """Base: total negative log-likelihood over the total number of tokens, words or bytes.

    A ratio of sums, so a long document counts for more than a short one, as in lm-evaluation-harness. Interval: delta
    method on the log scale; CR1 where units are clustered. Undefined when nothing has a length.

    Attributes:
        scorer: A `loglikelihood` scorer, whose `values` hold the lengths.
    """

    scorer: str = ""

    per: ClassVar[str] = "tokens"
    fits = ("loglikelihood",)
    interval = "ratio"
    high = None
    higher_is_better = False

    def needs(self) -> tuple[Need, ...]:
        """The log-likelihood and its lengths."""
        return Need("value", self.scorer), Need("values", self.scorer)

    def rows(self, frame: Frame) -> Floats:
        """Negative log-likelihood in nats, length."""
        nats = -scored_values(frame, self.scorer, "value", "missing")
        return np.stack([nats, frame.number(f"{self.scorer}.values.{self.per}")], axis=1)

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return f"{self.name} is undefined: the scored texts have no {self.per}"


@dataclass(frozen=True, kw_only=True)
class Perplexity(LikelihoodRate):
    """exp(-log-likelihood per token), at least 1, lower is better.

    exp(-total log-likelihood / total tokens).

    When not to use it: between models with different tokenizers, which spread the likelihood over other numbers of
    tokens: take `bits_per_byte`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"ll.value": [-3.0, -1.0], "ll.values.tokens": [2, 2]})
        >>> round(estimate(Perplexity(scorer="ll"), frame)["perplexity"].value, 4)
        2.7183
    """

    name = "perplexity"
    low = 1.0
    reference = "Jelinek et al. 1977, https://doi.org/10.1121/1.2016299"

    def finish(self, ratio: Floats) -> Floats:
        """The exponential of nats per token."""
        return np.exp(ratio)


@dataclass(frozen=True, kw_only=True)
class WordPerplexity(LikelihoodRate):
    """exp(-log-likelihood per word), at least 1, lower is better; words are separated by whitespace.

    exp(-total log-likelihood / total words). Comparable between tokenizers.

    When not to use it: for languages written without blanks, where a word is a sentence: take `bits_per_byte`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"ll.value": [-3.0, -1.0], "ll.values.words": [1, 1]})
        >>> round(estimate(WordPerplexity(scorer="ll"), frame)["word_perplexity"].value, 4)
        7.3891
    """

    name = "word_perplexity"
    per = "words"
    low = 1.0
    reference = "lm-evaluation-harness (EleutherAI)"

    def finish(self, ratio: Floats) -> Floats:
        """The exponential of nats per word."""
        return np.exp(ratio)


@dataclass(frozen=True, kw_only=True)
class BitsPerByte(LikelihoodRate):
    """-log2-likelihood per UTF-8 byte, at least 0, lower is better; comparable between tokenizers.

    -total log-likelihood / (ln 2 * total bytes).

    When not to use it: between texts in different scripts, a character of which takes one byte or several; nor on texts
    that a model may have been trained on.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"ll.value": [-3.0, -1.0], "ll.values.bytes": [4, 4]})
        >>> round(estimate(BitsPerByte(scorer="ll"), frame)["bits_per_byte"].value, 4)
        0.7213
    """

    name = "bits_per_byte"
    per = "bytes"
    unit = "bit/byte"
    reference = "Gao et al. 2020 (The Pile), arXiv 2101.00027; lm-evaluation-harness"

    def finish(self, ratio: Floats) -> Floats:
        """Nats to bits."""
        return ratio / math.log(2.0)
