"""Jackknife: leave-one-out sums, and delete-a-group where a value is not a formula on sums."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ._check import matrix
from ._special import Floats


def jackknife_sums(rows: npt.ArrayLike) -> Floats:
    """Column sums with one row left out at a time.

    Args:
        rows: [n, k] sufficient statistics, or [n] for one column; finite.

    Returns:
        [n, k]; row i is sum(rows) - rows[i].

    Raises:
        ValueError: If a row is not finite.

    >>> jackknife_sums([1.0, 2.0, 4.0]).ravel().tolist()
    [6.0, 5.0, 3.0]
    """
    table = matrix(rows)
    sums: Floats = table.sum(axis=0) - table
    return sums


def group_jackknife(value_fn: Callable[[Floats], float], n: int, groups: int, seed: int) -> Floats:
    """Values with one random group of units left out at a time: a cheap acceleration for BCa.

    Args:
        value_fn: Takes weights [n] (0 for units left out, 1 for the others) and returns the value; nan when undefined.
        n: Number of units.
        groups: Number of groups, 2 to n; their sizes differ by at most one.
        seed: Seed of the partition (PCG64).

    Returns:
        [groups] values.

    Raises:
        ValueError: If groups is not between 2 and n.

    Reference: Kott (2001), Journal of Official Statistics 17, 521-526.

    >>> group_jackknife(lambda w: float(w.sum()), n=10, groups=5, seed=1).tolist()
    [8.0, 8.0, 8.0, 8.0, 8.0]
    """
    if not 2 <= groups <= n:
        raise ValueError(f"groups must lie between 2 and n = {n}, got {groups!r}")
    member = np.random.Generator(np.random.PCG64(seed)).permutation(np.arange(n) % groups)
    return np.array([value_fn((member != g).astype(np.float64)) for g in range(groups)], dtype=np.float64)
