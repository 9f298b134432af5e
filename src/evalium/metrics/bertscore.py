"""BERTScore of a corpus: the mean over the texts."""

from dataclasses import dataclass
from typing import ClassVar

from ._scored import scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class BertScore(SumMetric):
    """Mean BERTScore F1 of the answers, at most 1, higher is better; rescaled ones are near 0 for unrelated texts.

    Every token is matched with the most similar one of the other text by the cosine of their embeddings; precision is
    the mean over the answer's tokens, recall over the target's, F1 their harmonic mean. Model, layer, idf and rescaling
    are in the signature: numbers of different ones cannot be compared. Interval: t; CR1 where units are clustered.

    When not to use it: for facts: a fluent answer with a wrong name or number still scores high.

    Attributes:
        scorer: A scorer of BERTScore.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"bert.value": [0.875, 0.625]})
        >>> estimate(BertScore(scorer="bert"), frame)["bertscore"].value
        0.75
    """

    scorer: str = ""

    of: ClassVar[str] = "value"
    name = "bertscore"
    fits = ("bertscore",)
    scored_by = "bertscore"
    interval = "mean"
    low = None
    reference = "Zhang et al. 2020, arXiv 1904.09675"

    def needs(self) -> tuple[Need, ...]:
        """The value, or all of the scorer's numbers."""
        return (Need(self.of.partition(".")[0], self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The number."""
        return scored_values(frame, self.scorer, self.of, "missing")


@dataclass(frozen=True, kw_only=True)
class BertScorePrecision(BertScore):
    """Mean BERTScore precision: how much of the answer the target has, at most 1, higher is better.

    Mean over the answer's tokens, weighted by idf where the scorer has it, of the greatest cosine with a token of the
    target; rescaling, signature and interval as in `bertscore`.

    When not to use it: alone: a short answer that keeps to what is certain scores high; read `bertscore_recall` beside
    it.
    """

    name = "bertscore_precision"
    of = "values.precision"


@dataclass(frozen=True, kw_only=True)
class BertScoreRecall(BertScore):
    """Mean BERTScore recall: how much of the target the answer has, at most 1, higher is better.

    Mean over the target's tokens, weighted by idf where the scorer has it, of the greatest cosine with a token of the
    answer; rescaling, signature and interval as in `bertscore`.

    When not to use it: alone: a long answer that says everything scores high; read `bertscore_precision` beside it.
    """

    name = "bertscore_recall"
    of = "values.recall"
