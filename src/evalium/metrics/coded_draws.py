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
    normal = n > _NORMAL_FROM and distinct > _NORMAL_DISTINCT and _sums_look_normal(table, counts)
    one_by_one = not normal and distinct * _UNITS_PER_CELL > n
    member = np.repeat(np.arange(distinct), counts) if one_by_one else np.zeros(0, dtype=np.int64)
    size = max(1, _CHUNK_CELLS // max(distinct, table.shape[1], len(member)))
    for start in range(0, B, size):
        c = min(size, B - start)
        times: npt.NDArray[Any]
        if normal:
            times, method = _normal_counts(counts, c, rng), "bootstrap:normal_sums"
        elif one_by_one:
            drawn = member[rng.integers(0, n, size=(c, n))] + distinct * np.arange(c)[:, None]
            times, method = np.bincount(drawn.ravel(), minlength=c * distinct).reshape(c, distinct), "bootstrap"
        else:
            times, method = rng.multinomial(n, counts / n, size=c), "bootstrap:multinomial"
        yield np.asarray(times.astype(np.float64) @ table, dtype=np.float64), method


def _normal_counts(counts: Ints, c: int, rng: np.random.Generator) -> Floats:
    """Draws [c, K] with the mean and the covariance of multinomial counts."""
    noise = rng.standard_normal((c, len(counts))) * np.sqrt(counts)
    drawn: Floats = counts + noise - noise.sum(axis=1, keepdims=True) * (counts / counts.sum())
    return drawn


def _sums_look_normal(table: Any, counts: Ints) -> bool:
    n = float(counts.sum())
    first, second, third = (np.asarray(counts @ _power(table, p)).ravel() / n for p in (1, 2, 3))
    variance = second - first**2
    skewed = np.abs(third - 3 * first * second + 2 * first**3)
    return bool(np.all(skewed <= _NORMAL_SKEWNESS * math.sqrt(n) * np.maximum(variance, 0.0) ** 1.5 + 1e-12))


def _power(table: Any, p: int) -> Any:
    return table**p if isinstance(table, np.ndarray) else table.power(p)
