"""Retrieval-augmented answers: what stored verdicts on claims, passages and questions come to."""

from __future__ import annotations

from evalium.core import Record, Verdict

from ._claims import claim_rates, rag_rates, read_claims
from ._factory import built_in
from ._unreadable import unparsed_where_unreadable
from .base import ScoreFunction
from .claims import NO_CLAIMS, READS
from .structured import structured

VALUES = (
    "precision",
    "recall",
    "f1",
    "faithfulness",
    "hallucination",
    "self_knowledge",
    "noise_relevant",
    "noise_irrelevant",
    "context_recall",
    "context_utilisation",
    "ranked_precision",
    "relevant_share",
    "answer_relevancy",
)


@built_in(kind="rag", values=VALUES, reads=READS)
def rag() -> ScoreFunction:
    """Faithfulness and the other rates of a retrieval-augmented answer, computed from stored verdicts.

    A judge, a classifier or a person gives the verdicts once; this only counts, with the definitions of Ragas and
    RAGChecker. `data.claims`, or the JSON in the output, is

        {"response":  [{"claim": "...", "in_target": true, "in_context": [false, true]}],
         "target":    [{"claim": "...", "in_response": true, "in_context": [true, false]}],
         "context":   [{"useful": true}, {"useful": false}],
         "questions": [{"similarity": 0.83, "noncommittal": false}]}

    `response` and `target` are the claims of each; `in_target`, `in_response` say whether the other side entails it,
    `in_context` whether each retrieved passage does, in the order of retrieval. A verdict is true or false, or
    entailment, neutral, contradiction. `context` judges each passage as a whole; without it a passage that entails a
    claim of the target is useful. `questions` are those made from the response, with the cosine to the real question.
    Every part may be absent, and then so is what follows from it; `claim` is for readers.

    Value: faithfulness, 0 to 1, higher is better; none where claims were not held against passages. A record without
    anything to count is `missing`. Es et al. 2023 (Ragas); Ru et al. 2024 (RAGChecker).

    Example:
        >>> from evalium.core import Status
        >>> judged = {"response": [{"in_target": True, "in_context": [True, False]},
        ...                        {"in_target": False, "in_context": [False, False]}]}
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"claims": judged})
        >>> verdict = rag().score(record)
        >>> verdict.value, verdict.values["hallucination"]
        (0.5, 0.5)
    """

    @unparsed_where_unreadable
    def score(record: Record) -> Verdict:
        data = structured(record, READS)
        if isinstance(data, Verdict):
            return data
        judged = read_claims(data)
        rates = {**claim_rates(judged), **rag_rates(judged)}
        return Verdict(value=rates.get("faithfulness"), values=rates) if rates else NO_CLAIMS

    return score
