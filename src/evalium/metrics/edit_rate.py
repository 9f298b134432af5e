"""Word and character error rates: ratios of summed edits."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._scored import scored_values
from .base import IntervalRule, Need, SumMetric, divide
from .column import Floats
from .frame import Frame

RATE = ("value", "values.reference_length")


@dataclass(frozen=True, kw_only=True)
class EditMetric(SumMetric):
    """Base of metrics of the numbers that an edit scorer counts.

    Attributes:
        scorer: A scorer of edits.
    """

    scorer: str = ""

    fits = ("edit_words",)
    scored_by = "edit_words"
    interval: ClassVar[IntervalRule] = "ratio"
    high: ClassVar[float | None] = None
    higher_is_better: ClassVar[bool | None] = False
    reference = "Morris, Maier and Green 2004; jiwer 4"

    def needs(self) -> tuple[Need, ...]:
        """The rate and the counts."""
        return (Need("value", self.scorer), Need("values", self.scorer))

    def counted(self, frame: Frame, *names: str) -> list[Floats]:
        """Counts [n] by name."""
        return [scored_values(frame, self.scorer, f"values.{name}", "missing") for name in names]

    def edits(self, frame: Frame) -> Floats:
        """Substitutions, deletions and insertions [n] together: the rate times the target's length where it has any."""
        [length] = self.counted(frame, "reference_length")
        rate = scored_values(frame, self.scorer, "value", "missing")
        return np.rint(rate * np.where(length == 0, 1.0, length))


@dataclass(frozen=True, kw_only=True)
class Wer(EditMetric):
    """Word error rate of the corpus, from 0 (equal) with no upper bound, lower is better.

    (S + D + I) / (H + S + D): the edits of all texts over the words of all targets, so a long text counts for more than
    a short one. Equals `jiwer.wer`. Where no target has a word it is the number of words inserted, as in jiwer.
    Interval: delta method; CR1 where units are clustered.

    When not to use it: for languages written without blanks (take `cer`), nor for free answers, where a good paraphrase
    counts as an error.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("wer", ["the cat sat", "yes"], ["the cat sits", "yes it is"], ci=None).value, 4)
        0.5
    """

    name = "wer"
    reads = RATE

    def rows(self, frame: Frame) -> Floats:
        """Edits, words of the target."""
        return np.stack([self.edits(frame), *self.counted(frame, "reference_length")], axis=1)

    def value(self, sums: Floats) -> Floats:
        """Edits over words; edits where there are no words."""
        return np.where(sums[..., 1] == 0, self.finish(sums[..., 0]), super().value(sums))


@dataclass(frozen=True, kw_only=True)
class Cer(Wer):
    """Character error rate of the corpus, from 0 (equal) with no upper bound, lower is better.

    (S + D + I) / (H + S + D), as `wer`, in Unicode code points with blanks. Equals `jiwer.cer`. Interval: delta method;
    CR1 where units are clustered.

    When not to use it: for free answers, where a good paraphrase counts as an error; nor between scripts, whose
    characters say more or less each.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("cer", ["sitting"], ["kitten"], ci=None).value
        0.5
    """

    name = "cer"
    fits = ("edit_characters",)
    scored_by = "edit_characters"


@dataclass(frozen=True, kw_only=True)
class OcrAccuracy(Cer):
    """Share of the target's characters that were read: 1 - CER, not below 0; in [0, 1], higher is better.

    max(0, 1 - (S + D + I) / (H + S + D)) in characters. 1 where neither targets nor readings have a character. Say
    which normalisation was used: the scorer's options `case`, `punctuation`, `whitespace` and `unicode` are part of the
    signature. Interval: that of `cer`, turned round.

    When not to use it: where outputs are much too long: it stops at 0, while `cer` goes on; nor where a field must be
    right as a whole (`accuracy`).

    Example:
        >>> from evalium.metrics import compute
        >>> compute("ocr_accuracy", ["T0tal 12"], ["Total 12"], ci=None).value
        0.875
    """

    name = "ocr_accuracy"
    high = 1.0
    higher_is_better = True
    reference = "Rice, Jenkins and Nartker 1995"

    def rows(self, frame: Frame) -> Floats:
        """Characters without edits, characters of the target."""
        [length] = self.counted(frame, "reference_length")
        return np.stack([length - self.edits(frame), length], axis=1)

    def value(self, sums: Floats) -> Floats:
        """The share, not below 0."""
        right, length = sums[..., 0], sums[..., 1]
        return np.where(length == 0, (right == 0).astype(np.float64), self.finish(divide(right, length)))

    def finish(self, ratio: Floats) -> Floats:
        """Not below 0."""
        return np.maximum(ratio, 0.0)


@dataclass(frozen=True, kw_only=True)
class Mer(EditMetric):
    """Match error rate of the corpus: the share of word matches that are wrong, in [0, 1], lower is better.

    (S + D + I) / (H + S + D + I). Equals `jiwer.mer`; 0 where neither side has a word, as in jiwer. Interval: delta
    method; CR1 where units are clustered.

    When not to use it: beside published word error rates, which are `wer` and never smaller; for free answers, where a
    good paraphrase counts as an error.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("mer", ["a b c x"], ["a b c"], ci=None).value
        0.25
    """

    name = "mer"
    high = 1.0

    def rows(self, frame: Frame) -> Floats:
        """Edits, edits and hits."""
        edits, [hits] = self.edits(frame), self.counted(frame, "hits")
        return np.stack([edits, hits + edits], axis=1)

    def value(self, sums: Floats) -> Floats:
        """The share; 0 of nothing."""
        return np.where(sums[..., 1] == 0, 0.0, super().value(sums))


@dataclass(frozen=True, kw_only=True)
class Wip(EditMetric):
    """Word information preserved, in [0, 1], higher is better.

    H / targets' words * H / answers' words, over the corpus: the shares of both sides' words that are hits. Equals
    `jiwer.wip`; 1 where neither side has a word, 0 where one has none, as in jiwer. Interval: bootstrap.

    When not to use it: beside published word error rates (`wer`); for languages written without blanks; or for free
    answers, where a good paraphrase counts as an error.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("wip", ["a b c x"], ["a b c"], ci=None).value
        0.75
    """

    name = "wip"
    interval = "bootstrap"
    high = 1.0
    higher_is_better = True

    lost: ClassVar[bool] = False

    def source(self) -> str:
        """Shared by both."""
        return f"{self.scorer}|hits"

    def rows(self, frame: Frame) -> Floats:
        """Hits, words of the target, words of the answer."""
        return np.stack(self.counted(frame, "hits", "reference_length", "hypothesis_length"), axis=1)

    def value(self, sums: Floats) -> Floats:
        """The product of both shares, or what it lacks to 1."""
        hits, expected, given = sums[..., 0], sums[..., 1], sums[..., 2]
        kept = np.nan_to_num(divide(hits, expected) * divide(hits, given), nan=0.0)
        kept = np.where((expected == 0) & (given == 0), 1.0, kept)
        return 1 - kept if self.lost else kept


@dataclass(frozen=True, kw_only=True)
class Wil(Wip):
    """Word information lost: 1 - `wip`, in [0, 1], lower is better. Equals `jiwer.wil`.

    1 - H / targets' words * H / answers' words, over the corpus. Interval: bootstrap.

    When not to use it: beside published word error rates (`wer`); for languages written without blanks; or for free
    answers, where a good paraphrase counts as an error.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("wil", ["a b c x"], ["a b c"], ci=None).value
        0.25
    """

    name = "wil"
    higher_is_better = False
    lost = True


@dataclass(frozen=True, kw_only=True)
class EditDistance(EditMetric):
    """Mean Levenshtein distance in characters, from 0 (equal) with no upper bound, lower is better.

    Least number of characters to substitute, delete and insert, a text at a time. Interval: t; CR1 where units are
    clustered.

    When not to use it: between corpora: it grows with the length of the texts. Take `cer`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("edit_distance", ["sitting", "a"], ["kitten", "a"], ci=None).value
        1.5
    """

    name = "edit_distance"
    fits = ("edit_characters",)
    scored_by = "edit_characters"
    reads = RATE
    interval = "mean"
    unit = "edit"
    reference = "Levenshtein 1966"

    def rows(self, frame: Frame) -> Floats:
        """Edits."""
        return self.edits(frame)
