"""Rankings against relevance judgements."""

from __future__ import annotations

from typing import Literal

from evalium.core import ConfigError, Record, Status, Verdict

from ._factory import built_in
from ._target import NO_TARGET
from ._trec import ranking_of, ranking_values, relevance_of
from ._unreadable import unparsed_where_unreadable
from .base import ScoreFunction
from .structured import structured

READS = "data.ranking"
VALUES = (
    "relevant",
    "retrieved",
    "average_precision",
    "reciprocal_rank",
    "ndcg",
    "r_precision",
    "bpref",
    "ranks",
    "gain_ranks",
    "gains",
    "ideal",
)
NONE_RELEVANT = Verdict(status=Status.MISSING, explanation="no document is relevant to this query")
NONE_FOUND = Verdict(status=Status.MISSING, explanation="the ranking is empty")


@built_in(kind="ranking", values=VALUES, reads=READS)
def retrieval(
    *,
    relevance_level: float = 1.0,
    complete: bool = True,
    max_results: int | None = None,
    no_relevant: Literal["missing", "zero"] = "missing",
) -> ScoreFunction:
    """How well a ranking finds what is relevant, by the conventions of trec_eval.

    The ranking is `data.ranking`, or the JSON in the output: ids in order, `[id, score]` pairs, a mapping of id to
    score, or mappings with `id` and `score`. With scores the higher comes first and equal ones (in single precision)
    by id, the later in the alphabet first. The target is the list of relevant ids, or a mapping of id to grade, where
    0 is a document judged not relevant; a positive grade is the gain of nDCG.

    Value: nDCG of the whole ranking, 0 to 1, higher is better. `values` holds the further measures of the whole
    ranking and the ranks and gains from which the metrics take recall, precision and nDCG at any k. A query without
    target is `missing`, a ranking that has a document twice `unparsed`.

    Args:
        relevance_level: Least grade that is relevant to measures without gains (trec_eval -l).
        complete: Whether an empty ranking counts as 0 (trec_eval -c) or is `missing`.
        max_results: Take so many from the top only (trec_eval -M).
        no_relevant: What a query without relevant documents is: `missing`, or `zero` as in trec_eval.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"ranking": ["d3", "d1", "d2"]}, target=["d1"])
        >>> verdict = retrieval().score(record)
        >>> round(verdict.value, 4), verdict.values["reciprocal_rank"]
        (0.6309, 0.5)
    """
    if max_results is not None and (isinstance(max_results, bool) or max_results < 1):
        raise ConfigError(f"scorer 'retrieval', option 'max_results' must be at least 1, got {max_results!r}")
    if no_relevant not in ("missing", "zero"):
        raise ConfigError(f"scorer 'retrieval', option 'no_relevant' must be 'missing' or 'zero', got {no_relevant!r}")
    if not relevance_level > 0:
        raise ConfigError(f"scorer 'retrieval', option 'relevance_level' must be positive, got {relevance_level!r}")

    @unparsed_where_unreadable
    def score(record: Record) -> Verdict:
        data = structured(record, READS)
        if isinstance(data, Verdict):
            return data
        if record.target is None:
            return NO_TARGET
        ranked = ranking_of(data)[:max_results]
        if not (ranked or complete):
            return NONE_FOUND
        values = ranking_values(ranked, relevance_of(record.target), relevance_level)
        if no_relevant == "missing" and not values["relevant"]:
            return NONE_RELEVANT
        ndcg = values["ndcg"]
        assert isinstance(ndcg, float)
        return Verdict(value=ndcg, values=values)

    return score
