"""Verdicts on claims, and the rates that follow from them; pure, so that stored verdicts are scored again for free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._unreadable import Unreadable, entries, fields, number

_LABELS = {"entailment": True, "neutral": False, "contradiction": False}
Verdicts = list[bool]


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a judge said of one answer; None where it was not asked.

    Attributes:
        correct: For each claim of the response: whether the target entails it.
        grounded: For each claim of the response: whether each passage of the context entails it.
        recalled: For each claim of the target: whether the response entails it.
        found: For each claim of the target: whether each passage entails it.
        useful: For each passage, best first: whether it helps to reach the target.
        similarities: For each question made from the response: its similarity to the real one.
        noncommittal: For each such question: whether the response evades it.
    """

    correct: Verdicts | None = None
    grounded: list[Verdicts] | None = None
    recalled: Verdicts | None = None
    found: list[Verdicts] | None = None
    useful: Verdicts | None = None
    similarities: list[float] | None = None
    noncommittal: Verdicts | None = None


def read_claims(data: Any) -> Claims:
    """Read the structure that a judge of claims produces; see the scorer `rag`.

    Raises:
        Unreadable: It has another form.

    Example:
        >>> read_claims({"response": [{"in_target": True, "in_context": ["Neutral", "Entailment"]}]}).grounded
        [[False, True]]
    """
    told = fields(data, "the claims")
    known = ("response", "target", "context", "questions")
    unknown = [key for key in told if key not in known]
    if unknown:
        raise Unreadable(f"the claims have {unknown[0]!r}; known: {', '.join(known)}")
    response, target = _claims(told, "response", "in_target"), _claims(told, "target", "in_response")
    questions = _mappings(told, "questions")
    claims = Claims(
        correct=_column(response, "response", "in_target"),
        grounded=_rows(response, "response"),
        recalled=_column(target, "target", "in_response"),
        found=_rows(target, "target"),
        useful=_passages(told),
        similarities=None if questions is None else [_similarity(q, i) for i, q in enumerate(questions, 1)],
        noncommittal=None if questions is None else [verdict(q.get("noncommittal", False), "q") for q in questions],
    )
    widths = {len(row) for rows in (claims.grounded, claims.found) for row in rows or ()}
    widths |= set() if claims.useful is None else {len(claims.useful)}
    if len(widths) > 1:
        raise Unreadable(
            f"claims are judged against {' and '.join(map(str, sorted(widths)))} passages: give one number"
        )
    return claims


def verdict(value: Any, where: str) -> bool:
    """A verdict: true or false, 1 or 0, or entailment, neutral, contradiction.

    Example:
        >>> verdict("Entailment", "claim 1"), verdict(0, "claim 1")
        (True, False)
    """
    if isinstance(value, str) and value.lower() in _LABELS:
        return _LABELS[value.lower()]
    if isinstance(value, (bool, int, float)) and value in (0, 1):
        return bool(value)
    raise Unreadable(f"{where}: a verdict is true, false, entailment, neutral or contradiction, got {value!r}")


def claim_rates(claims: Claims) -> dict[str, float]:
    """Precision and recall of claims, and their harmonic mean; what is undefined is left out.

    Example:
        >>> claim_rates(Claims(correct=[True, False], recalled=[True]))
        {'precision': 0.5, 'recall': 1.0, 'f1': 0.6666666666666666}
    """
    rates: dict[str, float] = {}
    if claims.correct:
        rates["precision"] = _share(claims.correct)
    if claims.recalled:
        rates["recall"] = _share(claims.recalled)
    if len(rates) == 2:
        total = rates["precision"] + rates["recall"]
        rates["f1"] = 2 * rates["precision"] * rates["recall"] / total if total else 0.0
    return rates


def rag_rates(claims: Claims) -> dict[str, float]:
    """The rates of retrieval-augmented answers that the verdicts allow; see the scorer `rag`.

    Example:
        >>> rag_rates(Claims(correct=[True, False], grounded=[[False], [False]]))
        {'faithfulness': 0.0, 'hallucination': 0.5, 'self_knowledge': 0.5}
    """
    return {**_of_response(claims), **_of_context(claims), **_of_questions(claims)}


def ranked_precision(useful: Sequence[bool]) -> float:
    """Mean over useful passages of the share of useful ones down to each; 0 where none is.

    Example:
        >>> ranked_precision([True, False, True])
        0.8333333333333333
    """
    ranks = [rank for rank, is_useful in enumerate(useful, 1) if is_useful]
    return sum(hits / rank for hits, rank in enumerate(ranks, 1)) / len(ranks) if ranks else 0.0


def _of_response(claims: Claims) -> dict[str, float]:
    if not claims.grounded:
        return {}
    faithful = [any(row) for row in claims.grounded]
    rates = {"faithfulness": _share(faithful)}
    if claims.correct is None:
        return rates
    pairs = list(zip(faithful, claims.correct, strict=True))
    rates["hallucination"] = _share([not f and not c for f, c in pairs])
    rates["self_knowledge"] = _share([not f and c for f, c in pairs])
    relevant = _relevant(claims)
    if relevant is not None:
        wrong = [[] if c else row for row, c in zip(claims.grounded, claims.correct, strict=True)]
        by_relevant = [any(e and r for e, r in zip(row, relevant, strict=False)) for row in wrong]
        by_any = [any(row) for row in wrong]
        rates["noise_relevant"] = _share(by_relevant)
        rates["noise_irrelevant"] = _share([a and not r for a, r in zip(by_any, by_relevant, strict=True)])
    return rates


def _of_context(claims: Claims) -> dict[str, float]:
    rates: dict[str, float] = {}
    if claims.found:
        covered = [any(row) for row in claims.found]
        rates["context_recall"] = _share(covered)
        if claims.recalled is not None and any(covered):
            rates["context_utilisation"] = _share([r for r, c in zip(claims.recalled, covered, strict=True) if c])
    useful = claims.useful if claims.useful is not None else _relevant(claims)
    if useful:
        rates["ranked_precision"] = ranked_precision(useful)
        rates["relevant_share"] = _share(useful)
    return rates


def _of_questions(claims: Claims) -> dict[str, float]:
    if not claims.similarities:
        return {}
    evaded = bool(claims.noncommittal) and all(claims.noncommittal or ())
    return {"answer_relevancy": 0.0 if evaded else sum(claims.similarities) / len(claims.similarities)}


def _relevant(claims: Claims) -> Verdicts | None:
    """Whether each passage entails a claim of the target; else whether it was judged useful."""
    return [any(column) for column in zip(*claims.found, strict=True)] if claims.found else claims.useful


def _share(verdicts: Sequence[bool]) -> float:
    return sum(verdicts) / len(verdicts)


def _mappings(told: Mapping[str, Any], part: str) -> list[Mapping[str, Any]] | None:
    if part not in told:
        return None
    return [fields(one, f"{part} {i}") for i, one in enumerate(entries(told[part], part), 1)]


def _claims(told: Mapping[str, Any], part: str, verdict_key: str) -> list[Mapping[str, Any]] | None:
    claims = _mappings(told, part)
    known = {"claim", verdict_key, "in_context"}
    for i, claim in enumerate(claims or (), 1):
        if unknown := [key for key in claim if key not in known]:
            raise Unreadable(f"{part} {i} has {unknown[0]!r}; known: {', '.join(sorted(known))}")
    return claims


def _told(claims: list[Mapping[str, Any]] | None, part: str, key: str) -> list[Any] | None:
    """A key of all the claims; None where none has it."""
    lacking = [i for i, claim in enumerate(claims or (), 1) if key not in claim]
    if claims is None or (lacking and len(lacking) == len(claims)):
        return None
    if lacking:
        raise Unreadable(f"{part} {lacking[0]} has no {key!r}, which other claims have")
    return [claim[key] for claim in claims]


def _column(claims: list[Mapping[str, Any]] | None, part: str, key: str) -> Verdicts | None:
    told = _told(claims, part, key)
    return None if told is None else [verdict(one, f"{part} {i}, {key}") for i, one in enumerate(told, 1)]


def _rows(claims: list[Mapping[str, Any]] | None, part: str) -> list[Verdicts] | None:
    told = _told(claims, part, "in_context")
    if told is None:
        return None
    where = [f"{part} {i}, in_context" for i in range(1, len(told) + 1)]
    return [[verdict(one, w) for one in entries(row, w)] for row, w in zip(told, where, strict=True)]


def _passages(told: Mapping[str, Any]) -> Verdicts | None:
    if "context" not in told:
        return None
    return [
        verdict(one.get("useful") if isinstance(one, Mapping) else one, f"context {i}")
        for i, one in enumerate(entries(told["context"], "context"), 1)
    ]


def _similarity(question: Mapping[str, Any], place: int) -> float:
    return number(question.get("similarity"), f"questions {place}, similarity", low=-1, high=1)
