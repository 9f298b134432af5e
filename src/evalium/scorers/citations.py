"""Citations: whether the passages that an answer cites bear out what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from evalium.core import Record, Status, Verdict

from ._claims import verdict
from ._factory import built_in
from ._unreadable import Unreadable, entries, fields, unparsed_where_unreadable
from .base import ScoreFunction
from .structured import structured

READS = "data.citations"
KNOWN = ("claim", "citations", "supported")
NO_CLAIMS = Verdict(status=Status.MISSING, explanation="the answer makes no claim")


class Cited(NamedTuple):
    """A claim as it was judged.

    Attributes:
        entails: Whether each cited passage entails the claim, in the order of citation.
        supported: Whether all of them together do.
    """

    entails: list[bool]
    supported: bool


@built_in(kind="citations", values=("entails", "cited", "recall", "coverage"), reads=READS)
def citations() -> ScoreFunction:
    """Whether claims are cited, and whether the cited passages entail them, from stored verdicts.

    `data.citations`, or the JSON in the output, is a list of the answer's claims:

        [{"claim": "...", "citations": [{"id": "d1", "entails": true}, {"id": "d7", "entails": false}],
          "supported": true}]

    in the order of citation; a citation may be the bare verdict (true, false, entailment, neutral, contradiction).
    `supported` says whether all cited passages together entail the claim; without it, whether one does.

    Value: the share of claims that their citations support (citation recall), 0 to 1, higher is better. `values` holds
    `recall`, `coverage` (share of claims with a citation), the verdicts on all citations and their number for each
    claim. An answer without claims is `missing`. After Gao et al. 2023 (ALCE).

    Example:
        >>> judged = [{"citations": [True, False]}, {"citations": []}]
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"citations": judged})
        >>> verdict = citations().score(record)
        >>> verdict.value, verdict.values["coverage"], verdict.values["cited"]
        (0.5, 0.5, [2.0, 0.0])
    """

    @unparsed_where_unreadable
    def score(record: Record) -> Verdict:
        data = structured(record, READS)
        if isinstance(data, Verdict):
            return data
        judged = [_cited(one, f"claim {i}") for i, one in enumerate(entries(data, "the citations"), 1)]
        if not judged:
            return NO_CLAIMS
        recall = sum(claim.supported for claim in judged) / len(judged)
        values: dict[str, float | list[float]] = {
            "entails": [float(one) for claim in judged for one in claim.entails],
            "cited": [float(len(claim.entails)) for claim in judged],
            "recall": recall,
            "coverage": sum(bool(claim.entails) for claim in judged) / len(judged),
        }
        return Verdict(value=recall, values=values)

    return score


def _cited(told: Any, where: str) -> Cited:
    claim = fields(told, where)
    if unknown := [key for key in claim if key not in KNOWN]:
        raise Unreadable(f"{where} has {unknown[0]!r}; known: {', '.join(KNOWN)}")
    entails = [
        verdict(one.get("entails") if isinstance(one, Mapping) else one, f"{where}, citation {i}")
        for i, one in enumerate(entries(claim.get("citations", ()), f"{where}, citations"), 1)
    ]
    supported = verdict(claim["supported"], f"{where}, supported") if "supported" in claim else any(entails)
    if supported and not entails:
        raise Unreadable(f"{where} is supported by its citations, of which there are none")
    return Cited(entails, supported)
