"""Units sorted by score with ties joined: what ROC and precision-recall curves and their areas are made of."""

from dataclasses import dataclass

import numpy as np

from .base import divide
from .column import Floats, Index


@dataclass(frozen=True, slots=True)
class Ranked:
    """Weighted positives and negatives of each distinct score, highest score first.

    Attributes:
        thresholds: [g] distinct scores.
        positive: [..., g] weight of the positives at that score.
        negative: [..., g] weight of the negatives.
    """

    thresholds: Floats
    positive: Floats
    negative: Floats

    def roc_auc(self) -> Floats:
        """Area under the ROC curve [...]: chance that a positive scores above a negative, ties counting half."""
        above = np.cumsum(self.negative, axis=-1)
        positive, negative = self.positive.sum(axis=-1), above[..., -1]
        lost = _product(self.positive, above) - _product(self.positive, self.negative) / 2
        return divide(positive * negative - lost, positive * negative)

    def average_precision(self) -> Floats:
        """Sum of precision times the step of recall [...]."""
        hits = np.cumsum(self.positive, axis=-1)
        precision = divide(hits, hits + np.cumsum(self.negative, axis=-1))
        gained = np.where(self.positive > 0, precision * self.positive, 0.0).sum(axis=-1)
        return divide(gained, self.positive.sum(axis=-1))


def _product(a: Floats, b: Floats) -> Floats:
    summed: Floats = np.einsum("...g,...g->...", a, b)
    return summed


def from_the_top(scores: Floats) -> Index | None:
    """The order [n] of scores from the highest down; None where they are in it."""
    if np.all(scores[1:] <= scores[:-1]):
        return None
    return np.argsort(-scores, kind="stable")


def ranked(scores: Floats, positive: Floats, weights: Floats) -> Ranked:
    """Sort units by score and join ties.

    Args:
        scores: [n] higher means more positive.
        positive: [n] 1 for positives, 0 for negatives.
        weights: [..., n].
    """
    order = from_the_top(scores)
    if order is not None:
        scores, positive, weights = scores[order], positive[order], weights[..., order]
    starts = np.flatnonzero(np.concatenate([[True], scores[1:] != scores[:-1]]))
    hits = weights * positive
    others = weights - hits
    if len(starts) == len(scores):
        return Ranked(scores, hits, others)
    return Ranked(scores[starts], np.add.reduceat(hits, starts, axis=-1), np.add.reduceat(others, starts, axis=-1))
