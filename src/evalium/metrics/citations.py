"""Citations: how many bear out the claim they stand at, and how many claims are borne out or cited at all."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._mean_of import MeanOf
from .base import check_count, divide
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class CitationMean(MeanOf):
    """Base: a mean over answers, each counting the same however many claims it makes.

    Interval: t, or Wilson where all are 0 or 1; CR1 where units are clustered.
    """

    of: ClassVar[str] = "values"
    fits = ("citations",)
    scored_by = "citations"
    reference = "ALCE (Gao et al. 2023)"


@dataclass(frozen=True, kw_only=True)
class CitationPrecisionAtK(CitationMean):
    """Mean share of the first k passages cited for a claim that entail it, in [0, 1], higher is better.

    Of a claim: entailing passages among the first k cited / min(k, cited); of an answer: the mean over its claims with
    a citation. An answer that cites nothing is missing.

    When not to use it: alone: one sure citation scores 1, and an answer that cites nothing does not count; read
    `citation_recall` and `citation_coverage` beside it.

    Attributes:
        k: How many citations of a claim count.

    Example:
        >>> from evalium.metrics import compute
        >>> judged = [{"citations": [True, False]}, {"citations": [False]}, {"citations": []}]
        >>> [compute("citation_precision_at_k", [judged], [None], k=k).value for k in (1, 2)]
        [0.5, 0.25]
    """

    k: int = 5

    name = "citation_precision_at_k"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.key, "k", self.k)

    def rows(self, frame: Frame) -> Floats:
        """The precision of each answer."""
        entails = frame.several(f"{self.scorer}.values.entails").values
        cited = frame.several(f"{self.scorer}.values.cited")
        counts = cited.values.astype(np.int64)
        claims = np.repeat(np.arange(len(counts)), counts)
        place = np.arange(len(claims)) - np.repeat(np.cumsum(counts) - counts, counts)
        hits = np.bincount(claims[place < self.k], weights=entails[place < self.k], minlength=len(counts))
        precision = np.where(counts > 0, hits / np.maximum(np.minimum(counts, self.k), 1), 0.0)
        total = np.bincount(cited.units, weights=precision, minlength=frame.n)
        with_citation = np.bincount(cited.units, weights=counts > 0, minlength=frame.n)
        return divide(total.astype(np.float64), with_citation.astype(np.float64)) + 0 * self.number(
            frame, "values.coverage"
        )


@dataclass(frozen=True, kw_only=True)
class CitationRecall(CitationMean):
    """Mean share of an answer's claims that the passages it cites for them entail, in [0, 1], higher is better.

    Claims that their cited passages entail / claims, of each answer; an answer without claims is missing. A claim
    without a citation is not supported. ALCE's citation recall.

    When not to use it: for whether answers are true, since a cited passage may be wrong; citations that nobody needs
    cost nothing either (`citation_precision_at_k`).

    Example:
        >>> from evalium.metrics import compute
        >>> compute("citation_recall", [[{"citations": [True, False]}, {"citations": []}]], [None]).value
        0.5
    """

    name = "citation_recall"
    of = "values.recall"


@dataclass(frozen=True, kw_only=True)
class CitationCoverage(CitationMean):
    """Mean share of an answer's claims that have a citation, right or wrong, in [0, 1], higher is better.

    Claims with a citation / claims, of each answer; an answer without claims is missing.

    When not to use it: alone: citing anything at all scores 1; read `citation_recall` and `citation_precision_at_k`
    beside it.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("citation_coverage", [[{"citations": [False]}, {"citations": []}]], [None]).value
        0.5
    """

    name = "citation_coverage"
    of = "values.coverage"
