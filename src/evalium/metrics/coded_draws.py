"""Bootstrap of units that have few distinct rows, by the cheapest of three ways."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from .column import Floats

Ints = npt.NDArray[np.int64]

_CHUNK_CELLS = 1_000_000
_NORMAL_FROM = 20_000
_NORMAL_DISTINCT = 256
_NORMAL_COLUMNS = 512
_NORMAL_SKEWNESS = 0.1
_UNITS_PER_CELL = 16
"""A multinomial cell costs about as much as drawing so many units one by one."""


def coded_draws(table: Any, counts: Ints, B: int, seed: int) -> Iterator[tuple[Floats, str]]:
    """Resampled sums of units of which many share a row.

    Few distinct rows: multinomial counts of them. Many, and few units: the units are drawn one by one. Both are exact.
    Many of both: draws from the normal limit of the sums, where the sum of no column is skewed (skewness at most 0.1: a
    class of 100 hits).

    Args:
        table: [K, k] distinct rows, dense or CSR.
        counts: [K] units of each.
        B: Number of resamples.
        seed: Seed of PCG64.

    Yields:
        Sums [c, k], B rows in all, and the method.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    n, distinct = int(counts.sum()), len(counts)
    if n > _NORMAL_FROM and distinct > _NORMAL_DISTINCT and _sums_look_normal(table, counts):
        yield _normal(table, counts, B, rng), "bootstrap:normal_sums"
        return
    one_by_one = distinct * _UNITS_PER_CELL > n
    member = np.repeat(np.arange(distinct), counts) if one_by_one else np.zeros(0, dtype=np.int64)
    size = max(1, _CHUNK_CELLS // max(distinct, table.shape[1], len(member)))
    for start in range(0, B, size):
        c = min(size, B - start)
        if one_by_one:
            drawn = member[rng.integers(0, n, size=(c, n))] + distinct * np.arange(c)[:, None]
            times = np.bincount(drawn.ravel(), minlength=c * distinct).reshape(c, distinct)
        else:
            times = rng.multinomial(n, counts / n, size=c)
        method = "bootstrap" if one_by_one else "bootstrap:multinomial"
        yield np.asarray(times.astype(np.float64) @ table, dtype=np.float64), method


def _sums_look_normal(table: Any, counts: Ints) -> bool:
    if table.shape[1] > _NORMAL_COLUMNS or not isinstance(table, np.ndarray):
        return False
    n = float(counts.sum())
    centred = table - counts @ table / n
    variance = counts @ centred**2 / n
    third = np.abs(counts @ centred**3) / n
    return bool(np.all(third <= _NORMAL_SKEWNESS * math.sqrt(n) * variance**1.5))


def _normal(table: Floats, counts: Ints, B: int, rng: np.random.Generator) -> Floats:
    n = float(counts.sum())
    total = counts @ table
    centred = table - total / n
    values, vectors = np.linalg.eigh((centred * counts[:, None]).T @ centred)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    sums: Floats = total + rng.standard_normal((B, table.shape[1])) @ root.T
    return sums
