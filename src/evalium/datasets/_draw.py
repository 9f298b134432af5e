"""Seeded orders and draws that are the same on every machine and in every version.

Row i gets the i-th number of a SplitMix64 generator (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number
generators"); a shuffle sorts by it, a draw of n keeps the n smallest. So a draw of 100 is part of a draw of 200.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GAMMA = 0x9E3779B97F4A7C15
_MASK = 2**64 - 1
_SHUFFLE, _SUBSET = 0, 1


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    import numpy as np

    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return mixed


def _keys(n: int, seed: int, purpose: int) -> NDArray[np.uint64]:
    import numpy as np

    start = _mix(np.array([(2 * seed + purpose) & _MASK], dtype=np.uint64))
    return _mix(start + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(_GAMMA))


def shuffled(n: int, seed: int) -> NDArray[np.int64]:
    """Give the row indexes 0 .. n-1 in a seeded random order.

    Example:
        >>> shuffled(5, seed=1).tolist() == shuffled(5, seed=1).tolist() != shuffled(5, seed=2).tolist()
        True
    """
    import numpy as np

    return np.argsort(_keys(n, seed, _SHUFFLE), kind="stable").astype(np.int64)


def drawn(total: int, n: int, seed: int) -> NDArray[np.int64]:
    """Draw n of `total` row indexes, each set of n equally likely; ascending.

    Example:
        >>> len(set(drawn(1000, 10, seed=0).tolist()))
        10
    """
    import numpy as np

    order = np.argsort(_keys(total, seed, _SUBSET), kind="stable")
    return np.sort(order[:n]).astype(np.int64)


def drawn_by_stratum(strata: NDArray[np.uint32], n: int, seed: int) -> NDArray[np.int64]:
    """Draw n row indexes so that each stratum keeps its share; ascending.

    Shares are rounded by largest remainder; among equal remainders the larger stratum, then the one seen first, wins.

    Args:
        strata: Number of the stratum of each row, from 0 without gaps.
        n: How many to draw, at most the number of rows.
        seed: Seed of the draw.

    Example:
        >>> import numpy as np
        >>> strata = np.array([0] * 70 + [1] * 20 + [2] * 10, dtype=np.uint32)
        >>> np.bincount(strata[drawn_by_stratum(strata, 10, seed=0)]).tolist()
        [7, 2, 1]
    """
    import numpy as np

    sizes = np.bincount(strata)
    quota = allocated(sizes.tolist(), n)
    keys = _keys(len(strata), seed, _SUBSET)
    order = np.lexsort((keys, strata))
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    parts = [order[start : start + take] for start, take in zip(starts.tolist(), quota, strict=True)]
    return np.sort(np.concatenate(parts)).astype(np.int64)


def allocated(sizes: list[int], n: int) -> list[int]:
    """Share n out in proportion to sizes by largest remainder.

    Example:
        >>> allocated([5, 3, 1], 4)
        [2, 1, 1]
    """
    total = sum(sizes)
    quota = [n * size // total for size in sizes]
    by_remainder = sorted(range(len(sizes)), key=lambda i: (-(n * sizes[i] % total), -sizes[i], i))
    for i in by_remainder[: n - sum(quota)]:
        quota[i] += 1
    return quota
