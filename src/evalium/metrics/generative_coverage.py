"""Precision, recall, density and coverage of generated images: fidelity and diversity apart."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from evalium.stats import Interval, wilson

from .base import Columns, check_count
from .column import Codes, Floats
from .features import FeatureSets, Sets

_CELLS = 4_000_000


class Balls(NamedTuple):
    """What of one set lies in the balls around the points of another.

    Attributes:
        inside: [n] in how many balls each point lies.
        reached: [m] whether each ball holds a point.
    """

    inside: Floats
    reached: Floats


@dataclass(frozen=True, kw_only=True)
class Neighbourhoods(FeatureSets):
    """Base: whether images of one set lie among the nearest neighbours of the other's.

    The ball of an image reaches to its `k`-th nearest neighbour in its own set; an image is inside when it is strictly
    nearer. Undefined with `k` images or fewer on a side. Weights that are whole numbers count an image several times;
    others weigh the shares, not the balls. Interval: of the images that the share is taken over, Wilson where they are
    independent; the other set's balls are held fixed.

    Attributes:
        k: Which neighbour the ball reaches to.
    """

    k: int = 5

    reference = "https://arxiv.org/abs/2002.09797"

    def __post_init__(self) -> None:
        """Check the option."""
        super().__post_init__()
        check_count(self.key, "k", self.k)

    def measure(self, sets: Sets, x_weights: Floats, y_weights: Floats) -> float:
        """The mean of the parts."""
        x, v = _repeated(sets.x, x_weights)
        y, w = _repeated(sets.y, y_weights)
        if min(len(x), len(y)) <= self.k:
            return float("nan")
        of_x, parts = self.parts(x, y)
        weights = v if of_x else w
        return float(weights @ parts / weights.sum())

    def influence(self, sets: Sets) -> tuple[Floats, Floats]:
        """Of the images that the mean is taken over; 0 for the others."""
        of_x, parts = self.parts(sets.x, sets.y)
        moved = (parts - parts.mean()) / len(parts)
        return (moved, np.zeros(len(sets.y))) if of_x else (np.zeros(len(sets.x)), moved)

    def own_intervals(self, columns: Columns, clusters: Codes | None, level: float) -> list[Interval] | None:
        """Wilson of independent images where each is in or out."""
        sets = self.sets(columns)
        if min(len(sets.x), len(sets.y)) <= self.k:
            return None
        _, parts = self.parts(sets.x, sets.y)
        if self.high is not None:
            if clusters is None:
                return [wilson(float(parts.sum()), len(parts), level)]
            if parts.min() == parts.max():
                # Nothing varies, which is no certainty: each cluster counts as one trial.
                n = len(np.unique(clusters))
                return [replace(wilson(n * float(parts[0]), n, level), method="wilson:clusters")]
        return super().own_intervals(columns, clusters, level)

    @abstractmethod
    def parts(self, x: Floats, y: Floats) -> tuple[bool, Floats]:
        """Whether the mean is over generated images, and what each adds to it."""


@dataclass(frozen=True, kw_only=True)
class GenerativePrecision(Neighbourhoods):
    """Share of generated images inside the ball of a real one, in [0, 1], higher is better: fidelity.

    Generated images inside the ball of a real one / generated images. Equal to `prdc`. Kynkaanniemi et al. 2019, with
    `k` 3 there.

    When not to use it: with outliers among the real images, whose wide balls let anything pass: take
    `generative_density`. One good image over and over scores 1: read `generative_recall` beside it.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> made, real = [[0.0], [1.0], [9.0]], [[0.5], [1.5], [2.5]]
        >>> frame = Frame.from_columns({"f.values.features": made, "f.values.real": real, "f.status": ["ok"] * 3})
        >>> round(estimate(GenerativePrecision(scorer="f", k=1), frame)["generative_precision"].value, 4)
        0.6667
    """

    name = "generative_precision"

    def parts(self, x: Floats, y: Floats) -> tuple[bool, Floats]:
        """Whether each generated image is inside."""
        return True, (balls(x, y, self.k).inside > 0).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class GenerativeRecall(Neighbourhoods):
    """Share of real images inside the ball of a generated one, in [0, 1], higher is better: diversity.

    Real images inside the ball of a generated one / real images. Equal to `prdc`. Kynkaanniemi et al. 2019, with `k` 3
    there.

    When not to use it: with outliers among the generated images, whose wide balls hold everything: take
    `generative_coverage`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> made, real = [[0.0], [1.0], [9.0]], [[0.5], [1.5], [12.5]]
        >>> frame = Frame.from_columns({"f.values.features": made, "f.values.real": real, "f.status": ["ok"] * 3})
        >>> estimate(GenerativeRecall(scorer="f", k=1), frame)["generative_recall"].value
        1.0
    """

    name = "generative_recall"

    def parts(self, x: Floats, y: Floats) -> tuple[bool, Floats]:
        """Whether each real image is inside."""
        return False, (balls(y, x, self.k).inside > 0).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class GenerativeDensity(Neighbourhoods):
    """In how many balls of real images a generated one lies, over `k`: at least 0, about 1 when alike, more is denser.

    Pairs of a generated image and a real ball that holds it / (k * generated images). Above 1 where generated images
    crowd the middle of the real ones. Equal to `prdc`. Naeem et al. 2020.

    When not to use it: as a share, or as a proof of quality by itself: crowding the middle raises it. Read
    `generative_coverage` beside it.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> made, real = [[0.0], [1.0], [9.0]], [[0.5], [1.5], [2.5]]
        >>> frame = Frame.from_columns({"f.values.features": made, "f.values.real": real, "f.status": ["ok"] * 3})
        >>> estimate(GenerativeDensity(scorer="f", k=1), frame)["generative_density"].value
        1.0
    """

    name = "generative_density"
    high = None

    def parts(self, x: Floats, y: Floats) -> tuple[bool, Floats]:
        """Balls around each generated image, over k."""
        return True, balls(x, y, self.k).inside / self.k


@dataclass(frozen=True, kw_only=True)
class GenerativeCoverage(Neighbourhoods):
    """Share of real images whose ball holds a generated one, in [0, 1], higher is better: diversity.

    Real images whose ball holds a generated one / real images. Equal to `prdc`. Naeem et al. 2020.

    When not to use it: at different numbers of generated images, with which it grows; nor for fidelity
    (`generative_density`).

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> made, real = [[0.0], [1.0], [9.0]], [[0.5], [1.5], [2.5]]
        >>> frame = Frame.from_columns({"f.values.features": made, "f.values.real": real, "f.status": ["ok"] * 3})
        >>> round(estimate(GenerativeCoverage(scorer="f", k=1), frame)["generative_coverage"].value, 4)
        0.6667
    """

    name = "generative_coverage"

    def parts(self, x: Floats, y: Floats) -> tuple[bool, Floats]:
        """Whether each real image is covered."""
        return False, balls(x, y, self.k).reached


def balls(points: Floats, centres: Floats, k: int) -> Balls:
    """Which points lie in the balls around centres that reach to the k-th nearest other centre.

    Args:
        points: [n, d].
        centres: [m, d], more than k.
        k: At least 1.

    Example:
        >>> found = balls(np.array([[0.0], [9.0]]), np.array([[0.5], [1.5], [2.5]]), 1)
        >>> found.inside.tolist(), found.reached.tolist()
        ([1.0, 0.0], [1.0, 0.0, 0.0])
    """
    middle = centres.mean(axis=0)
    points, centres = points - middle, centres - middle
    inside, reached = np.zeros(len(points)), np.zeros(len(centres))
    step = max(1, _CELLS // max(len(points), len(centres)))
    for start in range(0, len(centres), step):
        chunk = centres[start : start + step]
        # The nearest of its own set is the centre itself.
        radii = np.partition(_squares(chunk, centres), k, axis=1)[:, k]
        within = _squares(chunk, points) < radii[:, None]
        inside += within.sum(axis=0)
        reached[start : start + step] = within.any(axis=1)
    return Balls(inside, reached)


def _squares(x: Floats, y: Floats) -> Floats:
    """Squared distances [n, m]; what is only rounding is 0."""
    lengths = (x * x).sum(axis=1)[:, None] + (y * y).sum(axis=1)[None, :]
    squares = lengths - 2 * (x @ y.T)
    squares[squares <= 1e-13 * lengths] = 0.0
    return np.asarray(squares, dtype=np.float64)


def _repeated(table: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Rows as often as whole-number weights say, or those with a weight at all."""
    if bool((weights == np.floor(weights)).all()):
        kept = np.repeat(table, weights.astype(np.int64), axis=0)
        return kept, np.ones(len(kept))
    return table[weights > 0], weights[weights > 0]
