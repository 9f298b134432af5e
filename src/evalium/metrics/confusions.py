"""Which classes are taken for which others most often."""

import msgspec
import numpy as np

from evalium.core import Estimate
from evalium.stats import clopper_pearson_bounds

from .tables import Confusion

MOST_PAIRS = 10


class ConfusedPair(msgspec.Struct, frozen=True, kw_only=True):
    """A class taken for another one.

    Attributes:
        true: The class.
        predicted: What it was taken for; `unparsed` for answers without a readable class.
        count: How often.
        share: Of the units of the class, with its Wilson interval.
        systematic: Whether it happens more often than if the mistakes were spread evenly over classes.
    """

    true: str
    predicted: str
    count: int
    share: Estimate
    systematic: bool


def confused_pairs(confusion: Confusion, most: int = MOST_PAIRS) -> list[ConfusedPair]:
    """The most frequent confusions, most frequent first; empty when no class was taken for another.

    A pair is systematic when mistakes spread evenly over the wrong columns would hardly bring it about: the exact
    (Clopper-Pearson) lower bound of its share lies above the even share, at 5 % over all pairs (Bonferroni).

    Args:
        confusion: The matrix; classes that it leaves out for its size are in no pair.
        most: Longest list wanted.

    Example:
        >>> from evalium.metrics import Frame, ScorerInfo, create, evaluate
        >>> frame = Frame.from_columns({"s.label": ["a", "b", "b"], "s.target": ["a", "b", "a"]})
        >>> results = evaluate(create("f1_macro", [ScorerInfo("s", "label")]), frame)
        >>> [(pair.true, pair.predicted, pair.count) for pair in confused_pairs(results.tables["s.confusion"])]
        [('a', 'b', 1)]
    """
    columns = [*confusion.classes, "unparsed"]
    wrong = [(i, j, n) for i, row in enumerate(confusion.counts) for j, n in enumerate(row) if i != j and n]
    wrong = sorted(wrong, key=lambda cell: (-cell[2], columns[cell[0]], columns[cell[1]]))
    shown = wrong[:most]
    if not shown:
        return []
    wide = max(len(confusion.counts[0]) - 1, 1)
    even = sum(n for _, _, n in wrong) / sum(map(sum, confusion.counts)) / wide
    level = 1 - 0.05 / (len(confusion.counts) * wide)
    totals = [confusion.shares[i][j].n for i, j, _ in shown]
    lower = clopper_pearson_bounds(np.array([n for _, _, n in shown]), totals, level, "lower").low
    return [
        ConfusedPair(
            true=columns[i],
            predicted=columns[j],
            count=n,
            share=confusion.shares[i][j],
            systematic=bool(bound > even),
        )
        for (i, j, n), bound in zip(shown, lower.tolist(), strict=True)
    ]
