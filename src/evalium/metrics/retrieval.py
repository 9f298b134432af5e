"""Rankings: what is found among the first k, and the measures of whole rankings."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._mean_of import MeanOf
from .base import check_count, divide
from .column import Floats, Ragged
from .frame import Frame

TREC = "trec_eval (NIST)"


@dataclass(frozen=True, kw_only=True)
class RankingMean(MeanOf):
    """Base: a mean over queries of what the scorer `retrieval` says of a ranking.

    Undefined where no query has a relevant document. Interval: t, or Wilson where all are 0 or 1; CR1 where units are
    clustered.
    """

    of: ClassVar[str] = "values"
    fits = ("ranking",)
    scored_by = "retrieval"
    reference = TREC

    def relevant(self, frame: Frame) -> Floats:
        """Relevant documents [n] of each query; nan where the query has no score."""
        return self.number(frame, "values.relevant")

    def several(self, frame: Frame, of: str) -> Ragged:
        """A list of numbers for each query."""
        return frame.several(f"{self.scorer}.values.{of}")

    def found(self, frame: Frame, within: int | Floats) -> Floats:
        """Relevant documents [n] among the first ones."""
        ranks = self.several(frame, "ranks")
        limit = within if isinstance(within, int) else within[ranks.units]
        return np.bincount(ranks.units[ranks.values <= limit], minlength=frame.n).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class CutMetric(RankingMean):
    """Base of measures of the first k documents.

    Attributes:
        k: How many documents count, from the top.
    """

    k: int = 10

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.key, "k", self.k)


@dataclass(frozen=True, kw_only=True)
class RecallAtK(CutMetric):
    """Mean share of a query's relevant documents that are among the first k, in [0, 1], higher is better.

    Relevant documents among the first k / relevant documents. Equals trec_eval's `recall`. Undefined for queries
    without relevant documents, which are missing. Interval: t over queries.

    When not to use it: for queries with more than k relevant documents, where it cannot reach 1: take `ndcg` or
    `r_precision`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("recall_at_k", [["d3", "d1", "d2"]], [["d1", "d2"]], k=2).value
        0.5
    """

    name = "recall_at_k"

    def rows(self, frame: Frame) -> Floats:
        """The share of each query."""
        return self.found(frame, self.k) / np.maximum(self.relevant(frame), 1)


@dataclass(frozen=True, kw_only=True)
class PrecisionAtK(CutMetric):
    """Mean share of relevant documents among the first k, in [0, 1], higher is better.

    Relevant documents among the first k / k. Divided by k also where fewer documents were retrieved, as in trec_eval's
    `P`.

    When not to use it: for queries with fewer than k relevant documents, where it cannot reach 1 (`r_precision`); nor
    where the order within the first k matters (`ndcg`).

    Example:
        >>> from evalium.metrics import compute
        >>> compute("precision_at_k", [["d3", "d1", "d2"]], [["d1", "d2"]], k=4).value
        0.5
    """

    name = "precision_at_k"

    def rows(self, frame: Frame) -> Floats:
        """The share of each query."""
        return self.found(frame, self.k) / self.k + 0 * self.relevant(frame)


@dataclass(frozen=True, kw_only=True)
class SuccessAtK(CutMetric):
    """Share of queries with a relevant document among the first k, in [0, 1], higher is better.

    Queries with a hit / queries. Equals trec_eval's `success`. Interval: Wilson over queries.

    When not to use it: where it matters how many relevant documents there are, or at which rank: take `recall_at_k` or
    `ndcg`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("success_at_k", [["d3", "d1"], ["d9"]], [["d1"], ["d1"]], k=2).value
        0.5
    """

    name = "success_at_k"

    def rows(self, frame: Frame) -> Floats:
        """1 or 0 for each query."""
        return np.minimum(self.found(frame, self.k), 1) + 0 * self.relevant(frame)


@dataclass(frozen=True, kw_only=True)
class HitRateAtK(SuccessAtK):
    """Share of users (queries) with a relevant item among the first k, in [0, 1], higher is better.

    Users with a hit / users. What recommenders call `success_at_k`. Interval: Wilson.

    When not to use it: where it matters how many relevant items there are, or at which rank: take `recall_at_k` or
    `ndcg`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("hit_rate_at_k", [["d3", "d1"], ["d9"]], [["d1"], ["d1"]], k=2).value
        0.5
    """

    name = "hit_rate_at_k"


@dataclass(frozen=True, kw_only=True)
class Ndcg(RankingMean):
    """Mean discounted cumulative gain over that of the ideal ranking, in [0, 1], higher is better.

    The sum of gain / log2(rank + 1) over the first k documents, divided by the same sum for all judged documents in
    their best order; the gain is the grade itself, not 2^grade - 1. Equals trec_eval's `ndcg` and `ndcg_cut`
    (scikit-learn's takes its ideal from the retrieved documents only, and so is higher).

    When not to use it: with incomplete judgements, where a good document that nobody judged counts as irrelevant
    (`bpref`); nor beside values whose gain is 2^grade - 1.

    Attributes:
        k: How many documents count, from the top; None for all.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("ndcg", [["d2", "d1"]], [{"d1": 2, "d2": 1}]).value, 4)
        0.8597
    """

    k: int | None = None

    name = "ndcg"
    of = "values.ndcg"
    reference = "Järvelin and Kekäläinen 2002, https://doi.org/10.1145/582415.582418; trec_eval (NIST)"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.k is not None:
            check_count(self.key, "k", self.k)

    def rows(self, frame: Frame) -> Floats:
        """The ratio of each query."""
        whole = self.number(frame, self.of)
        if self.k is None:
            return whole
        gains, ideal = self.several(frame, "gains"), self.several(frame, "ideal")
        gained = discounted(gains, self.several(frame, "gain_ranks").values, self.k)
        best = discounted(ideal, places(ideal), self.k)
        return np.where(best > 0, divide(gained, best), 0.0) + 0 * whole


def places(several: Ragged) -> Floats:
    """Place [m] of each number among those of its unit, from 1.

    Example:
        >>> places(Ragged.of([[7.0, 7.0], [7.0]])).tolist()
        [1.0, 2.0, 1.0]
    """
    return (1 + np.arange(len(several.values)) - several.starts[several.units]).astype(np.float64)


def discounted(gains: Ragged, ranks: Floats, k: int) -> Floats:
    """Discounted cumulative gain [n] of the first k.

    Example:
        >>> discounted(Ragged.of([[2.0, 1.0], [1.0]]), np.array([1.0, 3.0, 9.0]), 5).tolist()
        [2.5, 0.0]
    """
    counted = np.where(ranks <= k, gains.values / np.log2(ranks + 1), 0.0)
    return np.bincount(gains.units, weights=counted, minlength=len(gains)).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class Map(RankingMean):
    """Mean average precision, in [0, 1], higher is better.

    Of each query the mean over its relevant documents of the precision at their ranks, 0 for those not retrieved.
    Equals trec_eval's `map` and `map_cut`. The mAP of object detection is another measure.

    When not to use it: for graded relevance (`ndcg`), or where users look at a few results only (`precision_at_k`).

    Attributes:
        k: How many documents count, from the top; None for all.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("map", [["d1", "d3", "d2", "d4"]], [["d1", "d4"]]).value
        0.75
    """

    k: int | None = None

    name = "map"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.k is not None:
            check_count(self.key, "k", self.k)

    def rows(self, frame: Frame) -> Floats:
        """The average precision of each query."""
        ranks = self.several(frame, "ranks")
        precision = places(ranks) / ranks.values
        if self.k is not None:
            precision = np.where(ranks.values <= self.k, precision, 0.0)
        total = np.bincount(ranks.units, weights=precision, minlength=frame.n)
        return np.asarray(total / np.maximum(self.relevant(frame), 1), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Mrr(RankingMean):
    """Mean of 1 / rank of the first relevant document, 0 where there is none, in [0, 1], higher is better.

    Equals trec_eval's `recip_rank`.

    When not to use it: where more than one document is wanted: it says nothing of further relevant ones. Take `map` or
    `ndcg`.

    Attributes:
        k: How many documents count, from the top; None for all.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("mrr", [["d3", "d1"], ["d1"]], [["d1"], ["d1"]]).value
        0.75
    """

    k: int | None = None

    name = "mrr"
    of = "values.reciprocal_rank"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.k is not None:
            check_count(self.key, "k", self.k)

    def rows(self, frame: Frame) -> Floats:
        """1 / rank of each query."""
        reciprocal = self.number(frame, self.of)
        # 1 / rank is rounded, so that it is compared with the rounded 1 / k.
        return reciprocal if self.k is None else np.where(reciprocal < 1.0 / self.k, 0 * reciprocal, reciprocal)


@dataclass(frozen=True, kw_only=True)
class RPrecision(RankingMean):
    """Mean precision among the first R documents of a query with R relevant ones, in [0, 1], higher is better.

    Relevant documents among the first R / R. Equals trec_eval's `Rprec`. Unlike precision at k it can always reach 1.

    When not to use it: where users see a fixed number of results, whatever R is: take `precision_at_k`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("r_precision", [["d1", "d3", "d2"]], [["d1", "d2"]]).value
        0.5
    """

    name = "r_precision"
    of = "values.r_precision"


@dataclass(frozen=True, kw_only=True)
class Bpref(RankingMean):
    """Mean share of judged irrelevant documents that do not come before a relevant one, in [0, 1], higher is better.

    Of each query 1 / R times the sum, over the relevant documents retrieved, of 1 - min(irrelevant ones above it, R) /
    min(R, N), for R relevant and N irrelevant judged documents. For incomplete judgements: documents that nobody judged
    (not in the target) count for nothing. Needs grades of 0 in the target. Equals trec_eval's `bpref`.

    When not to use it: with complete judgements, where `map` and `ndcg` say more; with a list of relevant ids alone it
    is recall.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("bpref", [["d3", "d1"]], [{"d1": 1, "d2": 1, "d3": 0, "d4": 0}]).value
        0.25
    """

    name = "bpref"
    of = "values.bpref"
    reference = "Buckley and Voorhees 2004, https://doi.org/10.1145/1008992.1009000; trec_eval (NIST)"
