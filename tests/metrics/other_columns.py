"""Columns of label sets, numbers, agents, features and questions for the laws that hold for every metric."""

from __future__ import annotations

from typing import Any

import numpy as np

from evalium.metrics import ScorerInfo

SCORERS = (
    ScorerInfo("tags", "labels"),
    ScorerInfo("num", "number", low=0.0, high=None, higher_is_better=False),
    ScorerInfo("tools", "tool_calls"),
    ScorerInfo("path", "trajectory"),
    ScorerInfo("talk", "conversation", low=None, high=None),
    ScorerInfo("wh", "energy", unit="Wh", high=None, higher_is_better=False),
    ScorerInfo("feat", "features", low=None, high=None),
    ScorerInfo("pair", "embedding_pair", low=None, high=None),
    ScorerInfo("clip", "clip_score", high=100.0),
    ScorerInfo("vqa", "vqa"),
    ScorerInfo("tifa", "tifa"),
)


def other_columns(n: int, seed: int = 0, *, perfect: bool = False) -> dict[str, Any]:
    """Scores of n units by each scorer of `SCORERS`; of a model that is always right when `perfect`."""
    rng = np.random.default_rng([seed, 7])
    number = rng.normal(10, 3, n)
    guessed = number if perfect else number + rng.normal(0.3, 1, n)
    return {
        **_label_sets(rng, n, perfect),
        "num.value": np.abs(guessed - number),
        "num.values.prediction": guessed,
        "num.values.target": number,
        **_agents(rng, n, perfect),
        **_images(rng, n, perfect),
    }


def _label_sets(rng: np.random.Generator, n: int, perfect: bool) -> dict[str, Any]:
    true = rng.random((n, 4)) < 0.5
    true[:, 3] |= ~true.any(axis=1)
    guess = true if perfect else true ^ (rng.random((n, 4)) < 0.2)
    guess[:, 0] |= ~guess.any(axis=1)
    hits, predicted, target = (true & guess).sum(axis=1), guess.sum(axis=1), true.sum(axis=1)

    def ids(table: Any) -> list[list[float]]:
        return [[float(i) for i in np.flatnonzero(row)] for row in table]

    return {
        "tags.value": hits / (predicted + target - hits),
        "tags.values.hits": hits,
        "tags.values.n_predicted": predicted,
        "tags.values.n_true": target,
        "tags.values.universe": np.full(n, 4),
        "tags.values.predicted": ids(guess),
        "tags.values.true": ids(true),
    }


def _agents(rng: np.random.Generator, n: int, perfect: bool) -> dict[str, Any]:
    expected = rng.integers(1, 4, n).astype(float)
    named = expected if perfect else np.floor(rng.random(n) * (expected + 1))
    exact = named if perfect else np.floor(rng.random(n) * (named + 1))
    turns = rng.integers(1, 6, n).astype(float)
    return {
        "tools.value": exact / expected,
        "tools.values.expected": expected,
        "tools.values.made": named if perfect else named + rng.integers(0, 3, n),
        "tools.values.named": named,
        "tools.values.exact": exact,
        "path.value": exact == expected,
        "path.values.exact": exact == expected,
        "path.values.precision": np.ones(n) if perfect else rng.beta(2, 1, n),
        "path.values.recall": exact / expected,
        "path.values.steps": np.zeros(n) if perfect else rng.integers(1, 9, n),
        "path.values.failed_steps": rng.integers(1 if perfect else 0, 3, n),
        "path.values.success": np.ones(n) if perfect else rng.integers(0, 2, n),
        "talk.value": np.ones(n) if perfect else rng.beta(2, 1, n),
        "talk.values.total": turns * (1.0 if perfect else 0.5),
        "talk.values.turns": turns if perfect else turns + rng.integers(0, 2, n),
        "wh.value": np.zeros(n) if perfect else rng.gamma(2, 0.1, n),
    }


def _images(rng: np.random.Generator, n: int, perfect: bool) -> dict[str, Any]:
    points = rng.normal(size=(n, 4))
    questions = rng.integers(1, 9, n)
    correct = questions if perfect else rng.integers(0, questions + 1)
    clip = np.full(n, 100.0) if perfect else rng.uniform(0, 100, n)
    # half of them too near the middle and half too far out, so that both precision and recall are lost
    apart = np.where((np.arange(n) % 2 == 0)[:, None], points * 0.3, points * 1.5 + 1.5)
    return {
        "feat.status": ["ok"] * n,
        "feat.values.features": list(points if perfect else apart),
        "feat.values.real": list(points.copy() if perfect else rng.normal(size=(n, 4))),
        "pair.status": ["ok"] * n,
        "pair.values.features": list(points),
        "pair.values.texts": list(points if perfect else points + rng.normal(size=(n, 4))),
        "clip.value": clip,
        "clip.values.cosine": clip / 100,
        "vqa.value": np.ones(n) if perfect else rng.choice([0, 0.3, 0.6, 0.9, 1], n),
        "tifa.value": correct / questions,
        "tifa.values.questions": questions,
        "tifa.values.correct": correct,
    }
