"""Units sorted by score with ties joined: what ROC and precision-recall curves and their areas are made of."""

from dataclasses import dataclass

import numpy as np

from .base import divide
from .column import Floats


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
        beaten = self.negative.sum(axis=-1, keepdims=True) - np.cumsum(self.negative, axis=-1) + self.negative / 2
        wins = (self.positive * beaten).sum(axis=-1)
        return divide(wins, self.positive.sum(axis=-1) * self.negative.sum(axis=-1))

    def average_precision(self) -> Floats:
        """Sum of precision times the step of recall [...]."""
        hits = np.cumsum(self.positive, axis=-1)
        precision = divide(hits, hits + np.cumsum(self.negative, axis=-1))
        gained = np.where(self.positive > 0, precision * self.positive, 0.0).sum(axis=-1)
        return divide(gained, self.positive.sum(axis=-1))


def ranked(scores: Floats, positive: Floats, weights: Floats) -> Ranked:
    """Sort units by score and join ties.

    Args:
        scores: [n] higher means more positive.
        positive: [n] 1 for positives, 0 for negatives.
        weights: [..., n].
    """
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    sorted_weights, is_positive = weights[..., order], positive[order]
    hits = sorted_weights * is_positive
    others = sorted_weights - hits
    if len(starts) == len(ordered):
        return Ranked(ordered, hits, others)
    return Ranked(ordered[starts], np.add.reduceat(hits, starts, axis=-1), np.add.reduceat(others, starts, axis=-1))
