"""Correlations of ranks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ._number_pairs import number_pairs
from .base import Need, WeightedMetric, divide
from .column import Floats
from .frame import Frame

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class RankCorrelation(WeightedMetric):
    """Base of rank correlations.

    Attributes:
        scorer: The scorer with predicted and true numbers.
    """

    scorer: str = ""

    fits = ("number",)
    low = -1.0

    def needs(self) -> tuple[Need, ...]:
        """Predictions and targets."""
        return (Need("values", self.scorer),)

    def columns(self, frame: Frame) -> tuple[Floats, ...]:
        """Predictions and targets."""
        return number_pairs(frame, self.scorer)

    def reason(self, columns: tuple[Floats, ...]) -> str:
        """What does not vary."""
        return f"{self.name} is undefined where all targets or all predictions are equal"


@dataclass(frozen=True, kw_only=True)
class Spearman(RankCorrelation):
    """Spearman's correlation: Pearson's of the ranks, ties at their mean rank; in [-1, 1], higher is better.

    Covariance of the ranks / (deviation of one * deviation of the other). Undefined where either column is constant.
    Equals `scipy.stats.spearmanr`. Interval: bootstrap.

    When not to use it: where it matters by how much predictions are off, since it sees the order only (`mae`,
    `concordance`); with many ties `kendall` is easier to read.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("spearman", [1.0, 2.0, 4.0], [1.0, 3.0, 2.0]).value, 4)
        0.5
    """

    name = "spearman"
    reference = "Spearman 1904, https://doi.org/10.2307/1412159; scipy.stats.spearmanr"

    def value(self, columns: tuple[Floats, ...], weights: Floats) -> Floats:
        """Weighted correlation of weighted ranks."""
        p, t = (_centred_ranks(column, weights) for column in columns)
        spread = np.sqrt((weights * p * p).sum(axis=-1)) * np.sqrt((weights * t * t).sum(axis=-1))
        return np.clip(divide((weights * p * t).sum(axis=-1), spread), -1.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Kendall(RankCorrelation):
    """Kendall's tau-b: concordant minus discordant pairs, corrected for ties; in [-1, 1], higher is better.

    (C - D) / sqrt(pairs that differ in the prediction x pairs that differ in the target). Undefined where either column
    is constant. Equals `scipy.stats.kendalltau`. Interval: bootstrap.

    When not to use it: where it matters by how much predictions are off, since it sees the order only: take `mae` or
    `concordance`.

    Reference: Kendall (1945), Biometrika 33, 239-251.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("kendall", [1.0, 2.0, 4.0], [1.0, 3.0, 2.0]).value, 4)
        0.3333
    """

    name = "kendall"
    reference = "https://doi.org/10.1093/biomet/33.3.239"

    def value(self, columns: tuple[Floats, ...], weights: Floats) -> Floats:
        """The weighted form: a pair counts as the product of its weights."""
        x, y = (np.unique(column, return_inverse=True)[1].astype(np.int64) for column in columns)
        order = np.lexsort((y, x))
        x, y, weights = x[order], y[order], weights[..., order]
        ahead = _concordant_minus_discordant(x, y, weights)
        total = weights.sum(axis=-1) ** 2
        differ = [np.maximum(total - _tied(codes, weights), 0.0) / 2 for codes in (x, y)]
        return np.clip(divide(ahead, np.sqrt(differ[0]) * np.sqrt(differ[1])), -1.0, 1.0)


def _centred_ranks(column: Floats, weights: Floats) -> Floats:
    """Weighted mean ranks [..., n], less their mean; exactly 0 where all weight lies on one value."""
    codes = np.unique(column, return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    tied = np.add.reduceat(weights[..., order], starts, axis=-1)
    ranks = np.cumsum(tied, axis=-1) - tied / 2 - tied.sum(axis=-1, keepdims=True) / 2
    centred: Floats = ranks[..., codes]
    return centred


def _tied(codes: Ints, weights: Floats) -> Floats:
    """Sum of squared weights of each value [...]."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    squared: Floats = (np.add.reduceat(weights[..., order], starts, axis=-1) ** 2).sum(axis=-1)
    return squared


def _concordant_minus_discordant(x: Ints, y: Ints, weights: Floats) -> Floats:
    """Weighted C - D [...] of units sorted by x, in n log n.

    Two values of y differ first in one bit: at that bit the units that agree in the higher ones form a group, in which
    every unit with the bit set lies above every one without. Counting those before and behind it in x gives C and D.
    """
    found = np.zeros(weights.shape[:-1])
    for bit in range(int(y.max(initial=0)).bit_length()):
        groups = y >> (bit + 1)
        order = np.argsort(groups, kind="stable")
        group, ordered_x, above = groups[order], x[order], (y[order] >> bit) & 1 == 1
        new_group = np.diff(group, prepend=-1) != 0
        group_start, group_end = _block(new_group)
        tie_start, tie_end = _block(new_group | (np.diff(ordered_x, prepend=-1) != 0))
        taken = weights[..., order]
        below = np.zeros((*weights.shape[:-1], len(x) + 1))
        np.cumsum(np.where(above, 0.0, taken), axis=-1, out=below[..., 1:])
        at = np.flatnonzero(above)
        before = below[..., tie_start[at]] - below[..., group_start[at]]
        behind = below[..., group_end[at]] - below[..., tie_end[at]]
        found += (taken[..., at] * (before - behind)).sum(axis=-1)
    return found


def _block(starts_here: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Start and end of the block that each position lies in."""
    starts = np.flatnonzero(starts_here)
    which = np.cumsum(starts_here) - 1
    ends = np.append(starts[1:], len(starts_here))
    return starts[which], ends[which]
