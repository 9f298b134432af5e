"""Greedy matching of token embeddings: BERTScore's formula, its idf weights and its rescaling."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from evalium.core import ConfigError


class Matched(NamedTuple):
    """Precision, recall and F1 of one pair."""

    precision: float
    recall: float
    f1: float


class Idf:
    """Inverse document frequencies of tokens: log((N + 1) / (documents with the token + 1)).

    Args:
        documents: Token ids of each reference text.
    """

    def __init__(self, documents: Iterable[Sequence[int]]) -> None:
        rows = [set(row) for row in documents]
        seen = Counter(token for row in rows for token in row)
        self._unseen = math.log(len(rows) + 1)
        self._known = {token: math.log((len(rows) + 1) / (count + 1)) for token, count in seen.items()}

    def __call__(self, token: int) -> float:
        """Weight of a token."""
        return self._known.get(token, self._unseen)


def match(answer: Any, target: Any, answer_weights: Sequence[float], target_weights: Sequence[float]) -> Matched:
    """Match every token with the most similar one of the other text.

    Args:
        answer: [a, d] embeddings, a tensor.
        target: [t, d] embeddings.
        answer_weights: [a] weight of each token; tokens of weight 0 (special ones) can be matched with, but do not
            count.
        target_weights: [t] the same.

    Returns:
        Weighted means of the best cosines and their harmonic mean; nan where no token has a weight.

    Reference: Zhang et al. 2020, arXiv 1904.09675, section 3.
    """
    import torch

    left = torch.nn.functional.normalize(answer.double(), dim=-1)
    right = torch.nn.functional.normalize(target.double(), dim=-1)
    cosines = left @ right.T
    precision = _mean(cosines.max(dim=1).values, answer_weights)
    recall = _mean(cosines.max(dim=0).values, target_weights)
    both = precision + recall
    return Matched(precision, recall, 2 * precision * recall / both if both != 0 else 0.0)


def _mean(best: Any, weights: Sequence[float]) -> float:
    import torch

    share = torch.tensor(weights, dtype=best.dtype, device=best.device)
    total = float(share.sum())
    return float(best @ share) / total if total else math.nan


def read_baseline(path: Path, layer: int) -> Matched:
    r"""The scores of unrelated texts that rescaling subtracts, from a file as bert-score ships them.

    Args:
        path: Comma-separated, with the header `LAYER,P,R,F` and one line for each layer.
        layer: Which line.

    Raises:
        ConfigError: There is no such file or layer, or a line has another form.

    Example:
        >>> size = Path("base.tsv").write_text("LAYER,P,R,F\n0,0.3,0.3,0.3\n1,0.8,0.8,0.81\n")
        >>> read_baseline(Path("base.tsv"), 1).f1
        0.81
    """
    if not path.is_file():
        raise ConfigError(f"scorer 'bertscore', option 'baseline': there is no file {str(path)!r}")
    lines = path.read_text(encoding="utf-8").split()
    for number, line in enumerate(lines[1:], start=2):
        try:
            at, precision, recall, f1 = (float(cell) for cell in line.split(","))
        except ValueError:
            raise ConfigError(f"{path}, line {number}: expected LAYER,P,R,F as numbers, got {line!r}") from None
        if at == layer:
            return Matched(precision, recall, f1)
    raise ConfigError(f"{path} has no line for layer {layer}")


def rescale(found: Matched, base: Matched) -> Matched:
    """Move the scores so that unrelated texts are near 0 and equal ones at 1.

    Example:
        >>> rescale(Matched(0.9, 0.8, 0.85), Matched(0.8, 0.8, 0.7)).f1
        0.5
    """
    return Matched(*((x - b) / (1 - b) for x, b in zip(found, base, strict=True)))
