"""Kernel inception distance."""

from dataclasses import dataclass

import numpy as np

from evalium.core import ConfigError
from evalium.stats import stable_seed

from .column import Floats
from .features import FeatureSets, Sets

_CELLS = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Kid(FeatureSets):
    """Squared maximum mean discrepancy of generated and real images with the kernel (x.y / d + 1)^3; lower is better.

    Mean of k(x, x') over pairs of two generated images + that over pairs of two real ones - 2 mean of k(x, y) over
    pairs of one of each. The unbiased estimator: 0 on average for images of one distribution, so it may be below 0, and
    its mean does not depend on the number of images. With `subsets` the mean over random subsets of `subset_size`
    images a side, as the first implementations did it for want of memory; all images at once say more. Undefined with
    fewer than two images on a side. Interval: jackknife of the images of both sets. Binkowski et al. 2018.

    When not to use it: between extractors or resizings, whose values are different metrics; nor as a distance of its
    own: near 0 it is of either sign, and only its interval says whether it differs from 0.

    Attributes:
        subsets: Number of random subsets; 0 takes all images at once.
        subset_size: Images of each side in a subset.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> made, real = [[0.0, 1.0], [2.0, 3.0], [1.0, 0.0]], [[1.0, 1.0], [3.0, 3.0], [2.0, 0.0]]
        >>> frame = Frame.from_columns({"f.values.features": made, "f.values.real": real, "f.status": ["ok"] * 3})
        >>> round(estimate(Kid(scorer="f"), frame)["kid"].value, 4)
        -108.9028
    """

    subsets: int = 0
    subset_size: int = 1000

    name = "kid"
    low = None
    high = None
    higher_is_better = False
    reference = "https://arxiv.org/abs/1801.01401"

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        if self.subsets < 0 or self.subset_size < 2:
            raise ConfigError(
                f"metric 'kid': subsets must be at least 0 and subset_size at least 2, got {self.subsets} and "
                f"{self.subset_size}"
            )

    def measure(self, sets: Sets, x_weights: Floats, y_weights: Floats) -> float:
        """The discrepancy."""
        kept_x, kept_y = x_weights > 0, y_weights > 0
        x, y, v, w = sets.x[kept_x], sets.y[kept_y], x_weights[kept_x], y_weights[kept_y]
        if min(v.sum(), w.sum()) < 2:
            return float("nan")
        return self._of_subsets(x, y, v, w) if self.subsets else discrepancy(x, y, v, w)

    def _of_subsets(self, x: Floats, y: Floats, v: Floats, w: Floats) -> float:
        size = self.subset_size
        if size > min(len(x), len(y)):
            raise ConfigError(
                f"metric 'kid': subset_size {size} is more than the {min(len(x), len(y))} images of a side; "
                "make it smaller, or take all images with subsets: 0"
            )
        rng = np.random.Generator(np.random.PCG64(stable_seed("kid", str(self.subsets), str(size))))
        # In an order of their own, so that the order of the units does not matter.
        x, v, y, w = *_ordered(x, v), *_ordered(y, w)
        ones = np.ones(size)
        found = [discrepancy(x[_drawn(rng, v, size)], y[_drawn(rng, w, size)], ones, ones) for _ in range(self.subsets)]
        return float(np.mean(found))

    def influence(self, sets: Sets) -> tuple[Floats, Floats]:
        """Of each image, by leaving it out."""
        x, y = sets.x, sets.y
        n, m = len(x), len(y)
        own_x, own_y = _row_sums(x, x) - _diagonal(x), _row_sums(y, y) - _diagonal(y)
        cross_x, cross_y = _row_sums(x, y), _row_sums(y, x)
        of_x = _left_out(own_x, cross_x, n, m)
        return of_x, _left_out(own_y, cross_y, m, n)


def discrepancy(x: Floats, y: Floats, x_weights: Floats, y_weights: Floats) -> float:
    """Unbiased squared discrepancy of weighted vectors; a weight of 2 is the vector twice.

    Example:
        >>> table = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        >>> once, twice = np.array([2.0, 1.0, 1.0]), table[[0, 0, 1, 2]]
        >>> a = discrepancy(table, table + 1, once, np.ones(3))
        >>> a == discrepancy(twice, table + 1, np.ones(4), np.ones(3))
        True
    """
    n, m = float(x_weights.sum()), float(y_weights.sum())
    within_x = float(x_weights @ _row_sums(x, x, x_weights)) - float(x_weights @ _diagonal(x))
    within_y = float(y_weights @ _row_sums(y, y, y_weights)) - float(y_weights @ _diagonal(y))
    between = float(x_weights @ _row_sums(x, y, y_weights))
    return within_x / (n * (n - 1)) + within_y / (m * (m - 1)) - 2 * between / (n * m)


def _left_out(own: Floats, cross: Floats, n: int, m: int) -> Floats:
    """Change of the discrepancy when each of n images is left out, as an influence."""
    if n < 3:
        return np.full(n, np.nan)
    without = (own.sum() - 2 * own) / ((n - 1) * (n - 2)) - 2 * (cross.sum() - cross) / ((n - 1) * m)
    return np.asarray((without.mean() - without) * (n - 1) / n, dtype=np.float64)


def _row_sums(x: Floats, y: Floats, weights: Floats | None = None) -> Floats:
    """[n] sum over y of the kernel with each x, in chunks."""
    step = max(1, _CELLS // max(1, len(y)))
    found = np.empty(len(x))
    for start in range(0, len(x), step):
        kernel = (x[start : start + step] @ y.T / x.shape[1] + 1.0) ** 3
        found[start : start + step] = kernel.sum(axis=1) if weights is None else kernel @ weights
    return found


def _diagonal(x: Floats) -> Floats:
    return np.asarray(((x * x).sum(axis=1) / x.shape[1] + 1.0) ** 3, dtype=np.float64)


def _ordered(x: Floats, weights: Floats) -> tuple[Floats, Floats]:
    order = np.lexsort(x.T[:8])
    return x[order], weights[order]


def _drawn(rng: np.random.Generator, weights: Floats, size: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    even = bool((weights == weights[0]).all())
    return rng.choice(len(weights), size=size, replace=False, p=None if even else weights / weights.sum())
