"""Columns of the text scorers for the laws that hold for every metric."""

from __future__ import annotations

from typing import Any

import numpy as np

from evalium.metrics import ScorerInfo

EDITS = ("hits", "substitutions", "deletions", "insertions", "reference_length", "hypothesis_length")
ROUGE = ("rouge_1", "rouge_2", "rouge_l", "rouge_lsum")
SCORERS = (
    ScorerInfo("tr_bleu", "bleu", high=100.0),
    ScorerInfo("tr_chrf", "chrf", high=100.0),
    ScorerInfo("tr_chrf_pp", "chrf_pp", high=100.0),
    ScorerInfo("tr_ter", "ter", high=None, higher_is_better=False),
    ScorerInfo("summary", "rouge"),
    ScorerInfo("met", "meteor"),
    ScorerInfo("met_stem", "meteor_exact_stem"),
    ScorerInfo("word_edits", "edit_words", high=None, higher_is_better=False, values=EDITS),
    ScorerInfo("letter_edits", "edit_characters", high=None, higher_is_better=False, values=EDITS),
    ScorerInfo("lengths", "length", high=None, higher_is_better=None, values=("hypothesis_length", "reference_length")),
    ScorerInfo("varied", "diversity", values=("words",)),
    ScorerInfo("flesch", "readability", low=None, high=121.22, values=("grade", "words", "sentences", "syllables")),
    ScorerInfo("lang_id", "language"),
    ScorerInfo("similar", "semantic_similarity", low=-1.0),
    ScorerInfo("bert", "bertscore", low=None, values=("precision", "recall")),
)


def text_columns(n: int, seed: int = 0, *, perfect: bool = False) -> dict[str, Any]:
    """Scores of n texts by each scorer of `SCORERS`; of a model that writes the reference when `perfect`."""
    rng = np.random.default_rng([seed, 3])
    return {**_translated(rng, n, perfect), **_edited(rng, n, perfect), **_looked_at(rng, n, perfect)}


def _translated(rng: np.random.Generator, n: int, perfect: bool) -> dict[str, Any]:
    length = rng.integers(8, 30, n)
    share = np.ones(n) if perfect else rng.uniform(0.3, 0.9, n)
    columns: dict[str, Any] = {f"tr_bleu.values.{side}_length": length for side in ("output", "target")}
    for k in (1, 2, 3, 4):
        columns[f"tr_bleu.values.ngrams_{k}"] = length - k + 1
        columns[f"tr_bleu.values.matches_{k}"] = np.floor((length - k + 1) * share)
    for scorer, orders in (("tr_chrf", {"char": 6}), ("tr_chrf_pp", {"char": 6, "word": 2})):
        columns |= {f"{scorer}.values.characters": 2 * length, f"{scorer}.values.beta": np.full(n, 2.0)}
        for unit, most in orders.items():
            for k in range(1, most + 1):
                columns |= {f"{scorer}.values.{side}_{unit}_{k}": length - k + 1 for side in ("output", "target")}
                columns[f"{scorer}.values.shared_{unit}_{k}"] = np.floor((length - k + 1) * share)
    columns["tr_ter.values.target_length"] = length
    columns["tr_ter.values.edits"] = np.zeros(n) if perfect else np.floor(length * (1 - share)) + 1
    for scorer in ("tr_bleu", "tr_chrf", "tr_chrf_pp", "tr_ter"):
        columns[f"{scorer}.value"] = 100 * share
    columns |= {f"summary.values.{name}": np.ones(n) if perfect else rng.beta(2, 3, n) for name in ROUGE}
    columns |= {"summary.value": columns["summary.values.rouge_l"], "summary.values.unread": np.zeros(n)}
    return columns | {f"{name}.value": np.ones(n) if perfect else rng.beta(2, 3, n) for name in ("met", "met_stem")}


def _edited(rng: np.random.Generator, n: int, perfect: bool) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for scorer in ("word_edits", "letter_edits"):
        length = rng.integers(4, 12, n)
        wrong, gone, more = (np.zeros(n, int) if perfect else rng.integers(0, 2, n) for _ in range(3))
        hits = length - wrong - gone
        numbers = (hits, wrong, gone, more, length, hits + wrong + more)
        columns |= {f"{scorer}.values.{name}": each.astype(float) for name, each in zip(EDITS, numbers, strict=True)}
        columns[f"{scorer}.value"] = (wrong + gone + more) / length
    return columns


def _looked_at(rng: np.random.Generator, n: int, perfect: bool) -> dict[str, Any]:
    own = [[float(i * 12 + j) for j in range(6 + i % 6)] for i in range(n)]
    words = own if perfect else [rng.integers(0, 2, 5 + i % 7).astype(float).tolist() for i in range(n)]
    expected = rng.integers(5, 20, n)
    given = expected if perfect else expected + rng.integers(0, 5, n)

    def share(low: float, high: float) -> Any:
        return np.ones(n) if perfect else rng.uniform(low, high, n)

    return {
        "varied.value": [len(set(each)) / len(each) for each in words],
        "varied.values.words": words,
        "lengths.value": given / expected,
        "lengths.values.hypothesis_length": given.astype(float),
        "lengths.values.reference_length": expected.astype(float),
        "flesch.value": np.full(n, 121.22) if perfect else rng.normal(60, 10, n),
        "flesch.values.grade": np.full(n, -3.4) if perfect else rng.normal(8, 2, n),
        "lang_id.value": np.ones(n) if perfect else (rng.random(n) < 0.8).astype(float),
        "similar.value": share(-0.2, 0.9),
        "bert.value": share(0.3, 0.9),
        "bert.values.precision": share(0.3, 0.9),
        "bert.values.recall": share(0.3, 0.9),
    }
