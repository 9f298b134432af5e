"""Frames with every column that a built-in metric reads."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from evalium.metrics import Frame, Metric, ScorerInfo, create
from tests.metrics import found_columns, other_columns, text_columns, vision_columns

SCORERS = (
    ScorerInfo("right", "binary"),
    ScorerInfo("graded", "graded"),
    ScorerInfo("intent", "label"),
    ScorerInfo("prob", "probability"),
    ScorerInfo("ll", "loglikelihood", unit="nat", low=None, high=0.0),
    *text_columns.SCORERS,
    *found_columns.SCORERS,
    *vision_columns.SCORERS,
    *other_columns.SCORERS,
)
CLASSES = ("a", "b", "c")
OPTIONS: dict[str, dict[str, Any]] = {
    "catalogue_coverage": {"catalogue": 9},
    "exposure_gini": {"catalogue": 9},
    "sla_attainment": {"latency": 1.0},
    "goodput": {"latency": 1.0},
    "threshold_at_precision": {"precision": 0.5},
    "composite": {"formula": "0.6 * right + 0.2 * graded - 0.2 * latency_mean", "normalise": {"latency_mean": [0, 9]}},
} | {f"machine_cost_{per}": {"per_hour": 4.0} for per in ("per_call", "per_1000", "total")}
"""Options of metrics that cannot do without."""


def built_in(name: str) -> Metric:
    """A registered metric bound to the scorers of `rich_columns`."""
    return create({name: OPTIONS[name]} if name in OPTIONS else name, SCORERS)[0]


def rich_columns(n: int, seed: int = 0, *, perfect: bool = False) -> dict[str, Any]:
    """Columns of n units; of a model that is always right, sure of it, instant and free when `perfect`."""
    return dict(_columns(n, seed, perfect))


@lru_cache(16)
def _columns(n: int, seed: int, perfect: bool) -> dict[str, Any]:
    return {
        **_own_columns(n, seed, perfect),
        **text_columns.text_columns(n, seed, perfect=perfect),
        **found_columns.found_columns(n, seed, perfect=perfect),
        **vision_columns.vision_columns(n, seed, perfect=perfect),
        **other_columns.other_columns(n, seed, perfect=perfect),
    }


def _own_columns(n: int, seed: int, perfect: bool) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n)
    truth[:3] = np.arange(3)[:n]
    guess = truth if perfect else np.where(rng.random(n) < 0.6, truth, rng.integers(0, 3, n))
    p = np.eye(3)[truth] if perfect else rng.dirichlet(np.ones(3), n) * 0.7 + np.eye(3)[guess] * 0.3
    amounts = ("latency", "ttft", "itl", "queue_time", "retry_time", "service_time", "cost")
    tokens = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")
    return {
        "status": ["ok"] * n,
        "right.value": (guess == truth).astype(float),
        "graded.value": np.ones(n) if perfect else rng.beta(2, 3, n),
        "intent.value": (guess == truth).astype(float),
        "intent.label": [CLASSES[g] for g in guess],
        "intent.target": [CLASSES[t] for t in truth],
        "prob.label": [CLASSES[g] for g in p.argmax(axis=1)],
        "prob.target": [CLASSES[t] for t in truth],
        "prob.value": p[np.arange(n), truth],
        "prob.probabilities": [dict(zip(CLASSES, row, strict=True)) for row in p.tolist()],
        "ll.value": np.zeros(n) if perfect else -rng.gamma(5, 2, n),
        "ll.values.tokens": rng.integers(1, 9, n),
        "ll.values.words": rng.integers(1, 6, n),
        "ll.values.bytes": rng.integers(5, 50, n),
        "right.cost": rng.gamma(2, 0.001, n),
        "started_at": 1e9 + np.cumsum(rng.exponential(0.2, n)),
        "attempts": np.ones(n),
        "cached": np.zeros(n),
        **{name: np.zeros(n) if perfect else rng.lognormal(0, 0.5, n) for name in amounts},
        **{name: rng.integers(1, 500, n) for name in tokens},
        "input_tokens": rng.integers(500, 900, n),
        "attributes.lang": [("en", "de", "fr")[i] for i in rng.integers(0, 3, n)],
        "attributes.long": [bool(b) for b in rng.integers(0, 2, n)],
    }


def rich_frame(n: int, seed: int = 0, **changed: Any) -> Frame:
    """A frame of `rich_columns`, with some of them changed."""
    return Frame.from_columns({**rich_columns(n, seed), **changed}) if changed else _frame(n, seed)


@lru_cache(16)
def _frame(n: int, seed: int) -> Frame:
    return Frame.from_columns(rich_columns(n, seed))
