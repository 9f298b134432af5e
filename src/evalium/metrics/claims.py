"""Claims: how many that are made are right, and how many that should be made are."""

from dataclasses import dataclass

from ._mean_of import MeanOf


@dataclass(frozen=True, kw_only=True)
class ClaimMean(MeanOf):
    """Base: a mean over answers, each counting the same however many claims it makes.

    Interval: t, or Wilson where all are 0 or 1; CR1 where units are clustered.
    """

    fits = ("claims", "rag")
    scored_by = "claims"
    reference = "RAGChecker (Ru et al. 2024)"


@dataclass(frozen=True, kw_only=True)
class ClaimPrecision(ClaimMean):
    """Mean share of a response's claims that the target entails, in [0, 1], higher is better.

    Claims that the target entails / claims, of each response. RAGChecker's `precision`, but for answers without a
    claim, which it counts as 0 and which are missing here. Interval: t over answers.

    When not to use it: alone: it says nothing of what the answer leaves out; read `claim_recall` beside it.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("claim_precision", [{"response": [{"in_target": True}, {"in_target": False}]}], [None]).value
        0.5
    """

    name = "claim_precision"
    of = "values.precision"


@dataclass(frozen=True, kw_only=True)
class ClaimRecall(ClaimMean):
    """Mean share of a target's claims that the response entails, in [0, 1], higher is better.

    Claims that the response entails / claims, of each target. RAGChecker's `recall`; what it calls claim recall, of the
    retriever, is `context_recall` here. Undefined for targets without a claim.

    When not to use it: alone: an answer that says everything scores high, whatever else it claims; read
    `claim_precision` beside it.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("claim_recall", [{"target": [{"in_response": True}, {"in_response": False}]}], [None]).value
        0.5
    """

    name = "claim_recall"
    of = "values.recall"


@dataclass(frozen=True, kw_only=True)
class ClaimF1(ClaimMean):
    """Mean harmonic mean of an answer's claim precision and recall, in [0, 1], higher is better.

    2 P R / (P + R) of each answer. RAGChecker's `f1`: the mean of F1, not the F1 of means. 0 where both are 0, missing
    where either is undefined.

    When not to use it: where making up is worse than leaving out, or the other way round: read `claim_precision` and
    `claim_recall`.

    Example:
        >>> from evalium.metrics import compute
        >>> judged = {"response": [{"in_target": True}, {"in_target": False}], "target": [{"in_response": True}]}
        >>> round(compute("claim_f1", [judged], [None]).value, 4)
        0.6667
    """

    name = "claim_f1"
    of = "values.f1"
