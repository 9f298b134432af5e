"""What texts are like besides being right: length, readability, language."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._scored import scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class LengthRatio(SumMetric):
    """Length of all answers over that of all targets, from 0 with no upper bound, 1 being as long.

    Neither direction is better. A ratio of sums. Undefined where no target has words. Interval: delta method; CR1 where
    units are clustered.

    When not to use it: alone: short and long answers cancel. It is read next to BLEU, ROUGE or a judge's grade, which
    long answers may please.

    Attributes:
        scorer: A scorer of lengths.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("length_ratio", ["one two three", "one"], ["one two", "one two"], ci=None).value
        1.0
    """

    scorer: str = ""

    name = "length_ratio"
    fits = ("length",)
    scored_by = "length"
    interval = "ratio"
    high = None
    higher_is_better = None
    reference = "sacrebleu, the ratio that its BLEU prints"

    def needs(self) -> tuple[Need, ...]:
        """Both lengths."""
        return (Need("values", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """Length of the answer, of the target."""
        names = ("hypothesis_length", "reference_length")
        return np.stack([scored_values(frame, self.scorer, f"values.{name}", "missing") for name in names], axis=1)


@dataclass(frozen=True, kw_only=True)
class Readability(SumMetric):
    """Base: the mean of one of the numbers of a readability scorer.

    Interval: t; CR1 where units are clustered. For English only: other texts are missing.

    Attributes:
        scorer: A scorer of readability.
    """

    scorer: str = ""

    of: ClassVar[str] = "value"
    fits = ("readability",)
    scored_by = "readability"
    interval = "mean"
    low: ClassVar[float | None] = None
    high: ClassVar[float | None] = None

    def needs(self) -> tuple[Need, ...]:
        """The number."""
        return (Need(self.of.partition(".")[0], self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The number."""
        return scored_values(frame, self.scorer, self.of, "missing")


@dataclass(frozen=True, kw_only=True)
class FleschReadingEase(Readability):
    """Mean reading ease of the answers, at most 121.22, unbounded below, higher is easier to read.

    206.835 - 1.015 words/sentence - 84.6 syllables/word of each answer; 60 to 70 is plain English.

    When not to use it: for whether a text makes sense, of which it says nothing, or for one under a hundred words, of
    which it says little.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("flesch_reading_ease", ["The cat sat on the mat."], [None], ci=None).value, 3)
        116.145
    """

    name = "flesch_reading_ease"
    high = 121.22
    reference = "Flesch 1948"


@dataclass(frozen=True, kw_only=True)
class FleschKincaidGrade(Readability):
    """Mean school grade (US) that the answers ask for, at least -3.4, neither direction better.

    0.39 words/sentence + 11.8 syllables/word - 15.59 of each answer.

    When not to use it: for answers of a sentence or two, or for whether a text is clear: it counts lengths only.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("flesch_kincaid_grade", ["The cat sat on the mat."], [None], ci=None).value, 3)
        -1.45
    """

    name = "flesch_kincaid_grade"
    of = "values.grade"
    unit = "grade"
    low = -3.4
    higher_is_better = None
    reference = "Kincaid et al. 1975"


@dataclass(frozen=True, kw_only=True)
class LanguageMatch(SumMetric):
    """Share of the answers that are in the expected language, in [0, 1], higher is better.

    Answers in the expected language / answers with words. Missing where none is expected or an answer has no words.
    Interval: Wilson; CR1 where units are clustered. The detector's own errors are in it: see the scorer's `label`.

    When not to use it: for answers below some 20 letters, where detectors often err, or that mix languages with reason.

    Attributes:
        scorer: A scorer of languages.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"lang.value": [1, 1, 0, 1]})
        >>> estimate(LanguageMatch(scorer="lang"), frame)["language_match"].value
        0.75
    """

    scorer: str = ""

    name = "language_match"
    fits = ("language",)
    scored_by = "language"
    interval = "mean"

    def needs(self) -> tuple[Need, ...]:
        """Whether it was the expected one."""
        return (Need("value", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """Whether it was the expected one."""
        return scored_values(frame, self.scorer, "value", "missing")


@dataclass(frozen=True, kw_only=True)
class SemanticSimilarity(SumMetric):
    """Mean cosine of the embeddings of answer and target, in [-1, 1], higher is better.

    Interval: t; CR1 where units are clustered. What is a high value depends on the embedding model, which is part of
    the signature.

    When not to use it: for factual agreement: negation and numbers hardly move it. Nor between embedding models.

    Attributes:
        scorer: A scorer of similarity.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"sim.value": [0.5, 0.75]})
        >>> estimate(SemanticSimilarity(scorer="sim"), frame)["semantic_similarity"].value
        0.625
    """

    scorer: str = ""

    name = "semantic_similarity"
    fits = ("semantic_similarity",)
    scored_by = "semantic_similarity"
    interval = "mean"
    low = -1.0
    reference = "Reimers and Gurevych 2019 (Sentence-BERT), arXiv 1908.10084"

    def needs(self) -> tuple[Need, ...]:
        """The cosine."""
        return (Need("value", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The cosine."""
        return scored_values(frame, self.scorer, "value", "missing")
