"""Retrieval-augmented answers: means over answers of rates of judged claims, passages and questions."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from ._mean_of import MeanOf
from .base import check_choice
from .column import Floats
from .frame import Frame

RAGAS = "Ragas (Es et al. 2023)"
RAGCHECKER = "RAGChecker (Ru et al. 2024)"


@dataclass(frozen=True, kw_only=True)
class RagMean(MeanOf):
    """Base: a mean over answers of a rate that the scorer `rag` counts.

    An answer for which the rate is undefined (no claims, no passages, no verdicts) is missing, where RAGChecker counts
    0. Interval: t over answers; CR1 where they are clustered. The verdicts are taken as true: where a model gave them,
    say next to the number how it agrees with people.
    """

    of: ClassVar[str] = "values"
    fits = ("rag",)
    scored_by = "rag"
    reference = RAGCHECKER


@dataclass(frozen=True, kw_only=True)
class Faithfulness(RagMean):
    """Mean share of a response's claims that a retrieved passage entails, in [0, 1], higher is better.

    Claims that a passage entails / claims, of each response. Ragas' and RAGChecker's.

    When not to use it: for whether answers are right: a passage may be wrong, and a faithful answer may miss the
    question. Take `claim_precision`.

    Example:
        >>> from evalium.metrics import compute
        >>> judged = {"response": [{"in_context": [True, False]}, {"in_context": [False, False]}]}
        >>> compute("faithfulness", [judged], [None]).value
        0.5
    """

    name = "faithfulness"
    of = "values.faithfulness"
    reference = RAGAS


@dataclass(frozen=True, kw_only=True)
class Hallucination(RagMean):
    """Mean share of a response's claims that neither a passage nor the target entails, in [0, 1], lower is better.

    Claims in neither / claims, of each response. RAGChecker's.

    When not to use it: with short targets: a right claim that neither they nor the passages happen to hold counts as
    made up. Wrong claims taken from a passage do not count (`noise_sensitivity`).

    Example:
        >>> from evalium.metrics import compute
        >>> judged = {"response": [{"in_target": True, "in_context": [False]}, {"in_target": False, "in_context": [0]}]}
        >>> compute("hallucination", [judged], [None]).value
        0.5
    """

    name = "hallucination"
    of = "values.hallucination"
    higher_is_better = False


@dataclass(frozen=True, kw_only=True)
class SelfKnowledge(RagMean):
    """Mean share of a response's claims that are right but in no passage, in [0, 1].

    Claims that the target entails and no passage does / claims, of each response. RAGChecker's. What the model knew by
    itself: neither good nor bad, lower where answers must come from the passages.

    When not to use it: as a goal, without having said whether answers may go beyond the passages.

    Example:
        >>> from evalium.metrics import compute
        >>> judged = {"response": [{"in_target": True, "in_context": [False]}, {"in_target": False, "in_context": [0]}]}
        >>> compute("self_knowledge", [judged], [None]).value
        0.5
    """

    name = "self_knowledge"
    of = "values.self_knowledge"
    higher_is_better = None


@dataclass(frozen=True, kw_only=True)
class NoiseSensitivity(RagMean):
    """Mean share of a response's claims that are wrong and taken from a passage, in [0, 1], lower is better.

    Such claims / claims, of each response. Ragas' and RAGChecker's. A passage is relevant when it entails a claim of
    the target. A wrong claim that both kinds of passage entail counts for the relevant ones.

    When not to use it: alone: a model that ignores its passages has 0; read `context_utilisation` beside it.

    Attributes:
        passages: Whether noise in `relevant` or in `irrelevant` passages is meant.

    Example:
        >>> from evalium.metrics import compute
        >>> judged = {"response": [{"in_target": False, "in_context": [False, True]}],
        ...           "target": [{"in_context": [True, False]}]}
        >>> [compute("noise_sensitivity", [judged], [None], passages=p).value for p in ("relevant", "irrelevant")]
        [0.0, 1.0]
    """

    passages: Literal["relevant", "irrelevant"] = "relevant"

    name = "noise_sensitivity"
    higher_is_better = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self.key, "passages", self.passages, ("relevant", "irrelevant"))

    def rows(self, frame: Frame) -> Floats:
        """The share of each answer."""
        return self.number(frame, f"values.noise_{self.passages}")


@dataclass(frozen=True, kw_only=True)
class ContextPrecision(RagMean):
    """How much of what was retrieved is useful, mean over answers, in [0, 1], higher is better.

    Ragas' definition is the average precision of the ranked passages, 0 where none is useful (without the 1e-10 that
    Ragas adds to its denominator); RAGChecker's is the share of passages that are relevant.

    When not to use it: alone: retrieving one sure passage scores high; read `context_recall` beside it. Nor between the
    two definitions.

    Attributes:
        definition: `ragas` or `ragchecker`.

    Example:
        >>> from evalium.metrics import compute
        >>> judged = {"context": [True, False, True, False]}
        >>> [round(compute("context_precision", [judged], [None], definition=d).value, 4)
        ...  for d in ("ragas", "ragchecker")]
        [0.8333, 0.5]
    """

    definition: Literal["ragas", "ragchecker"] = "ragas"

    name = "context_precision"
    reference = RAGAS

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self.key, "definition", self.definition, ("ragas", "ragchecker"))

    def rows(self, frame: Frame) -> Floats:
        """The precision of each answer's passages."""
        return self.number(frame, "values.ranked_precision" if self.definition == "ragas" else "values.relevant_share")


@dataclass(frozen=True, kw_only=True)
class ContextRecall(RagMean):
    """Mean share of a target's claims that a retrieved passage entails, in [0, 1], higher is better.

    Claims that a passage entails / claims, of each target. Ragas' `context_recall` and RAGChecker's `claim_recall`: of
    the retriever, whatever the response made of it.

    When not to use it: alone: retrieving everything scores 1; read `context_precision` beside it.

    Example:
        >>> from evalium.metrics import compute
        >>> judged = {"target": [{"in_context": [True, False]}, {"in_context": [False, False]}]}
        >>> compute("context_recall", [judged], [None]).value
        0.5
    """

    name = "context_recall"
    of = "values.context_recall"
    reference = RAGAS


@dataclass(frozen=True, kw_only=True)
class ContextUtilisation(RagMean):
    """Mean share of the target's claims found in the passages that the response makes, in [0, 1], higher is better.

    Claims of the target in passages and response / claims of it in passages, of each answer. Undefined, and missing,
    where the passages hold no claim of the target. RAGChecker's `context_utilization`.

    When not to use it: for the retriever, whose gaps it leaves out (`context_recall`), or for what else the response
    says (`claim_precision`).

    Example:
        >>> from evalium.metrics import compute
        >>> judged = {"target": [{"in_response": True, "in_context": [1]}, {"in_response": False, "in_context": [1]}]}
        >>> compute("context_utilisation", [judged], [None]).value
        0.5
    """

    name = "context_utilisation"
    of = "values.context_utilisation"


@dataclass(frozen=True, kw_only=True)
class AnswerRelevancy(RagMean):
    """Mean similarity of the question to questions made from the response, in [-1, 1], higher is better.

    Mean cosine of the embeddings over the questions made from it; 0 for an answer that evades every one of them. Ragas'
    `answer_relevancy`, but for answers without a question made from them, which it counts as 0 and which are missing
    here.

    When not to use it: for whether answers are right, of which it says nothing: take `claim_precision` and
    `claim_recall`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("answer_relevancy", [{"questions": [{"similarity": 0.5}, {"similarity": 1.0}]}], [None]).value
        0.75
    """

    name = "answer_relevancy"
    of = "values.answer_relevancy"
    reference = RAGAS
    low = -1.0
