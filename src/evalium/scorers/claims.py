"""Claims of an answer against those of the target."""

from __future__ import annotations

from evalium.core import Record, Status, Verdict

from ._claims import claim_rates, read_claims
from ._factory import built_in
from ._unreadable import unparsed_where_unreadable
from .base import ScoreFunction
from .structured import structured

READS = "data.claims"
NO_CLAIMS = Verdict(status=Status.MISSING, explanation="no claims were judged")


@built_in(kind="claims", values=("precision", "recall", "f1"), reads=READS)
def claims() -> ScoreFunction:
    """How many claims of the response are right, and how many of the target it makes, from stored verdicts.

    `data.claims`, or the JSON in the output, as for the scorer `rag`: each claim of `response` with `in_target`, each
    of `target` with `in_response`. Value: the harmonic mean of precision and recall, 0 to 1, higher is better; none
    where either has no claims, and `missing` where both have none. RAGChecker (Ru et al. 2024).

    Example:
        >>> judged = {"response": [{"in_target": True}, {"in_target": False}], "target": [{"in_response": True}]}
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"claims": judged})
        >>> verdict = claims().score(record)
        >>> verdict.values["precision"], verdict.values["recall"], round(verdict.value, 4)
        (0.5, 1.0, 0.6667)
    """

    @unparsed_where_unreadable
    def score(record: Record) -> Verdict:
        data = structured(record, READS)
        if isinstance(data, Verdict):
            return data
        rates = claim_rates(read_claims(data))
        return Verdict(value=rates.get("f1"), values=rates) if rates else NO_CLAIMS

    return score
