"""Rankings by the conventions of trec_eval: who comes before whom, what is relevant, and what follows from it."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ._unreadable import Unreadable, entries, fields, identifier, number


def ranking_of(data: Any) -> list[str]:
    """Ids of a ranking, best first.

    Where there are scores they decide: higher first, equal ones by id, the later in the alphabet first. As in
    trec_eval scores are compared in single precision.

    Args:
        data: Ids in order, `[id, score]` pairs, a mapping of id to score, or mappings with `id` and perhaps `score`.

    Raises:
        Unreadable: It is none of them, or an id occurs twice.

    Example:
        >>> ranking_of({"d1": 0.5, "d2": 0.9, "d3": 0.5})
        ['d2', 'd3', 'd1']
        >>> ranking_of([{"id": 7}, {"id": 3}])
        ['7', '3']
    """
    ids, scores = _read(data)
    if len(set(ids)) < len(ids):
        raise Unreadable(f"the ranking has {Counter(ids).most_common(1)[0][0]!r} twice")
    if scores is None:
        return ids
    single = array("f", scores)
    return [i for _, i in sorted(zip(single, ids, strict=True), reverse=True)]


def _read(data: Any) -> tuple[list[str], list[float] | None]:
    if isinstance(data, dict) and {*map(type, data)} <= {str} and {*map(type, data.values())} <= {float}:
        if all(map(math.isfinite, data.values())):
            return list(data), list(data.values()) if data else None
    rows = list(data.items()) if isinstance(data, Mapping) else entries(data, "the ranking")
    if {*map(type, rows)} <= {str}:
        return [*map(str, rows)], None
    pairs = [_pair(row, f"ranking, place {place}") for place, row in enumerate(rows, 1)]
    ids = [i for i, _ in pairs]
    scores = [score for _, score in pairs if score is not None]
    if not scores:
        return ids, None
    if len(scores) < len(ids):
        raise Unreadable(f"the ranking has {len(ids)} documents and {len(scores)} scores: give all of them or none")
    return ids, scores


def _pair(row: Any, where: str) -> tuple[str, float | None]:
    if isinstance(row, Mapping):
        if "id" not in row:
            raise Unreadable(f"{where}: the mapping has no 'id'")
        score = row.get("score")
        return identifier(row["id"], where), None if score is None else number(score, f"{where}, score")
    if isinstance(row, (list, tuple)):
        if len(row) != 2:
            raise Unreadable(f"{where}: expected [id, score], got {len(row)} entries")
        return identifier(row[0], where), number(row[1], f"{where}, score")
    return identifier(row, where), None


def relevance_of(target: Any) -> dict[str, float]:
    """Grade by id: of a list of relevant ids each has 1.

    Example:
        >>> relevance_of(["d1"]), relevance_of({"d1": 2, "d2": 0})
        ({'d1': 1.0}, {'d1': 2.0, 'd2': 0.0})
    """
    if isinstance(target, Mapping):
        return {str(i): number(grade, f"target, grade of {i!r}") for i, grade in fields(target, "target").items()}
    several = [target] if isinstance(target, (str, int)) else entries(target, "target")
    return {identifier(one, "target"): 1.0 for one in several}


def ranking_values(ranked: Sequence[str], grades: Mapping[str, float], level: float) -> dict[str, float | list[float]]:
    """Everything that measures of one query need.

    Args:
        ranked: Ids, best first.
        grades: Grade of each judged document; a positive one is its gain.
        level: Least grade of a relevant document.

    Returns:
        `relevant` documents, `retrieved` documents, `ranks` of the relevant ones retrieved, `gain_ranks` and `gains` of
        those with a gain, `ideal` gains in order; and `average_precision`, `reciprocal_rank`, `ndcg`, `r_precision`,
        `bpref` of the whole ranking. With no relevant document all of the latter are 0, as in trec_eval.
    """
    at = [(rank, grades[i]) for rank, i in enumerate(ranked, 1) if i in grades]
    ranks = [float(rank) for rank, grade in at if grade >= level]
    gained = [(float(rank), grade) for rank, grade in at if grade > 0]
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    relevant = sum(grade >= level for grade in grades.values())
    best = dcg(range(1, len(ideal) + 1), ideal)
    per = relevant or 1
    return {
        "relevant": float(relevant),
        "retrieved": float(len(ranked)),
        "average_precision": sum(hits / rank for hits, rank in enumerate(ranks, 1)) / per,
        "reciprocal_rank": 1.0 / ranks[0] if ranks else 0.0,
        "ndcg": dcg(*zip(*gained, strict=True)) / best if gained else 0.0,
        "r_precision": sum(rank <= relevant for rank in ranks) / per,
        "bpref": _preferred(at, grades, level) / per,
        "ranks": ranks,
        "gain_ranks": [rank for rank, _ in gained],
        "gains": [gain for _, gain in gained],
        "ideal": ideal,
    }


def dcg(ranks: Sequence[float], gains: Sequence[float]) -> float:
    """Discounted cumulative gain: the sum of gain / log2(rank + 1).

    Example:
        >>> dcg([1, 3], [2.0, 1.0])
        2.5
    """
    return sum(gain / math.log2(rank + 1) for rank, gain in zip(ranks, gains, strict=True))


def _preferred(at: Sequence[tuple[int, float]], grades: Mapping[str, float], level: float) -> float:
    """Sum over relevant documents of the share of judged others that do not come before them (Buckley, Voorhees 2004).

    Documents without a judgement (not among `grades`, or with a negative one) count for nothing.
    """
    relevant = sum(grade >= level for grade in grades.values())
    others = sum(0 <= grade < level for grade in grades.values())
    bound, before, total = min(relevant, others), 0, 0.0
    for _, grade in at:
        if grade >= level:
            total += 1.0 - (min(before, relevant) / bound if before else 0.0)
        elif grade >= 0:
            before += 1
    return total
