"""Columns of retrieval, recommendation and RAG scorers for the laws that hold for every metric."""

from __future__ import annotations

from typing import Any

import numpy as np

from evalium.metrics import ScorerInfo
from evalium.metrics._score_columns import score_columns
from evalium.scorers import create

SCORERS = (
    ScorerInfo("ranked", "ranking"),
    ScorerInfo("shown", "recommendation"),
    ScorerInfo("judged", "rag"),
    ScorerInfo("entailed", "claims"),
    ScorerInfo("cited", "citations"),
)
DOCUMENTS = [f"d{i}" for i in range(12)]
ITEMS = [f"i{i}" for i in range(9)]


def found_columns(n: int, seed: int = 0, *, perfect: bool = False) -> dict[str, Any]:
    """Scores of n queries by each scorer of `SCORERS`; of one that finds and says only what is right if `perfect`."""
    rng = np.random.default_rng([seed, 5])
    features = {item: [float(i % 3), float(i % 2) + 0.5] for i, item in enumerate(ITEMS)}
    popularity = {item: (i + 1) / (2 * len(ITEMS)) for i, item in enumerate(ITEMS)}
    made = [_unit(rng, perfect) for _ in range(n)]
    scorers: dict[str, Any] = {
        "ranked": "retrieval",
        "shown": {"recommendation": {"features": features, "popularity": popularity}},
        "judged": "rag",
        "entailed": "claims",
        "cited": "citations",
    }
    columns: dict[str, Any] = {}
    for name, spec in scorers.items():
        given, target = zip(*(unit[name] for unit in made), strict=True)
        found = score_columns(create(spec), name, given, target)
        columns |= {key: column for key, column in found.items() if not key.endswith(".status")}
    return columns


def _unit(rng: np.random.Generator, perfect: bool) -> dict[str, tuple[Any, Any]]:
    order = rng.permutation(DOCUMENTS).tolist()
    relevant = order[:10] if perfect else rng.choice(DOCUMENTS, 2, replace=False).tolist()
    ranking = order[:10]
    shown = rng.choice(ITEMS, 4, replace=False).tolist()
    clicks = shown if perfect else [item for item in shown if rng.random() < 0.4]
    taken = {
        "items": shown,
        "profile": rng.choice(ITEMS, 3, replace=False).tolist(),
        "clicks": clicks,
        "orders": int(rng.integers(1, 4)),
        "revenue": float(rng.gamma(2, 10)),
    }

    def yes(p: float = 0.6) -> bool:
        return perfect or bool(rng.random() < p)

    passages = 3
    response = [{"in_target": yes(), "in_context": [yes(0.5) for _ in range(passages)]} for _ in range(4)]
    target = [{"in_response": yes(), "in_context": [yes(0.5) for _ in range(passages)]} for _ in range(3)]
    questions = [{"similarity": 1.0 if perfect else float(rng.random()), "noncommittal": False} for _ in range(2)]
    judged = {"response": response, "target": target, "questions": questions}
    cited = [{"citations": [yes(), yes()] if yes() else [], "supported": yes()} for _ in range(3)]
    return {
        "ranked": (ranking, relevant),
        "shown": (taken, None),
        "judged": (judged, None),
        "entailed": (judged, None),
        "cited": (cited, None),
    }
