"""Bootstrap from sums: a metric that is a formula on summed rows needs only resampled sums, never resampled data."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from ._check import check_draws, matrix
from ._special import Floats

Ints = npt.NDArray[np.int64]

_CHUNK_BYTES = 4 * 2**20
_PRODUCT_BYTES = 64 * 2**20
_BYTES_PER_WEIGHT = 24
_FEW_DISTINCT = 4096
_NORMAL_FROM = 20_000
_NORMAL_COLUMNS = 256
_NORMAL_SKEWNESS = 0.05


@dataclass(frozen=True, slots=True)
class Draws:
    """Resampled sums [B, k] and the method that made them."""

    sums: Floats
    method: str


@dataclass(frozen=True, slots=True)
class PairedDraws:
    """Resampled sums of several blocks of columns, [B, k_i] each, every draw with the same weights in all of them."""

    blocks: tuple[Floats, ...]
    method: str


def bootstrap_weights(n: int, B: int, seed: int) -> Iterator[Ints]:
    """Bootstrap weights in chunks: how often each of n units is drawn, for metrics that take weights.

    Args:
        n: Number of units, at least 1.
        B: Number of resamples, at least 1.
        seed: Seed of PCG64. The same (n, B, seed) gives the same weights, so two models share them; the first draws
            of a larger B are those of a smaller one.

    Yields:
        int64 arrays [c, n], B rows in all; each row sums to n. A chunk and what makes it stay below 64 MB while
        n < 2.5 million (then one row at a time).

    Raises:
        ValueError: If n or B is below 1.

    >>> [chunk.sum(axis=1).tolist() for chunk in bootstrap_weights(5, 3, seed=1)]
    [[5, 5, 5]]
    """
    if n < 1:
        raise ValueError(f"n must be at least 1 unit, got {n!r}")
    check_draws(B)
    return _weight_chunks(n, B, np.random.Generator(np.random.PCG64(seed)))


def bootstrap_sums(rows: npt.ArrayLike, B: int, seed: int) -> Floats:
    """Resampled column sums of rows, [B, k]: `bootstrap_draws(...).sums`.

    >>> bootstrap_sums([[1.0, 1.0], [0.0, 1.0]], B=4, seed=3)[:, 1].tolist()
    [2.0, 2.0, 2.0, 2.0]
    """
    return bootstrap_draws(rows, B, seed).sums


def bootstrap_draws(rows: npt.ArrayLike, B: int, seed: int) -> Draws:
    """Resample n rows with replacement B times and sum each resample.

    The method is chosen from the rows alone and named in the result:

    - `bootstrap:multinomial`: few distinct rows (at most n / 16 and 4096): multinomial counts of the distinct rows.
      Exact; the order of the rows does not matter.
    - `bootstrap:normal_sums`: more than 20,000 rows, many of them distinct and no column's sum skewed (skewness of the
      sum at most 0.05): draws from the limit of the sum, mean sum(rows) and covariance n * Cov(rows).
    - `bootstrap`: everything else: the weights of `bootstrap_weights(n, B, seed)` times the rows. Exact.

    To resample clusters give one summed row a cluster (`group_sums`). To compare models use `bootstrap_paired`.

    Args:
        rows: [n, k] sufficient statistics, or [n] for one column; finite.
        B: Number of resamples, at least 1.
        seed: Seed of PCG64.

    Returns:
        Draws with sums [B, k]; zeros when n = 0 (a sum of nothing).

    Raises:
        ValueError: If a row is not finite or B is below 1.

    Reference: Efron (1979), Annals of Statistics 7, 1-26; for the limit, Bickel and Freedman (1981), 9, 1196-1217.

    >>> draws = bootstrap_draws([[1.0], [0.0], [1.0], [1.0]] * 100, B=1000, seed=7)
    >>> draws.method, draws.sums.shape, round(float(draws.sums.std()), 1)
    ('bootstrap:multinomial', (1000, 1), 8.6)
    """
    table = matrix(rows)
    check_draws(B)
    rng = np.random.Generator(np.random.PCG64(seed))
    n = len(table)
    if n == 0:
        return Draws(np.zeros((B, table.shape[1])), "bootstrap")
    few = _distinct(table, min(n // 16, _FEW_DISTINCT))
    if few is not None:
        return Draws(_multinomial_sums(*few, B, rng), "bootstrap:multinomial")
    if n > _NORMAL_FROM and _sums_look_normal(table):
        return Draws(_normal_sums(table, B, rng), "bootstrap:normal_sums")
    return Draws(_weighted_sums(table, B, rng), "bootstrap")


def bootstrap_paired(blocks: Sequence[npt.ArrayLike], B: int, seed: int) -> PairedDraws:
    """Resample the same units in every block: two models (or more) on the same samples.

    Args:
        blocks: Arrays [n, k_i] whose rows belong to the same units in the same order.
        B: Number of resamples, at least 1.
        seed: Seed of PCG64.

    Returns:
        PairedDraws with one [B, k_i] array a block; `value(first) - value(second)` is a draw of the difference.

    Raises:
        ValueError: If there is no block, the lengths differ or a row is not finite.

    >>> pair = bootstrap_paired([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]], B=100, seed=5)
    >>> bool((pair.blocks[0] + pair.blocks[1] == 3).all())
    True
    """
    tables = [matrix(block, f"blocks[{i}]") for i, block in enumerate(blocks)]
    lengths = [len(table) for table in tables]
    if len(set(lengths)) != 1:
        raise ValueError(f"blocks must be at least one and have the same number of rows, got {lengths}")
    draws = bootstrap_draws(np.concatenate(tables, axis=1), B, seed)
    cuts = np.cumsum([table.shape[1] for table in tables])[:-1]
    return PairedDraws(tuple(np.split(draws.sums, cuts, axis=1)), draws.method)


def _weight_chunks(n: int, B: int, rng: np.random.Generator) -> Iterator[Ints]:
    size = max(1, _CHUNK_BYTES // (_BYTES_PER_WEIGHT * n))
    for start in range(0, B, size):
        c = min(size, B - start)
        drawn = rng.integers(0, n, size=(c, n))
        drawn += n * np.arange(c)[:, None]
        yield np.bincount(drawn.ravel(), minlength=c * n).reshape(c, n)


def _weighted_sums(table: Floats, B: int, rng: np.random.Generator) -> Floats:
    """Sums by few large products: in many small ones the threads of BLAS wait for each other longer than they work."""
    chunks = _weight_chunks(len(table), B, rng)
    together = max(1, _PRODUCT_BYTES // max(_CHUNK_BYTES, _BYTES_PER_WEIGHT * len(table)))
    sums = []
    while weights := list(islice(chunks, together)):
        sums.append(np.concatenate(weights, dtype=np.float64) @ table)
    return np.concatenate(sums)


def _distinct(table: Floats, limit: int) -> tuple[Floats, Ints] | None:
    """The distinct rows in sorted order and their counts, or None when there are more than `limit`."""
    codes = np.zeros(len(table), dtype=np.int64)
    for column in table.T:
        names, inverse = np.unique(column, return_inverse=True)
        if len(names) > limit:
            return None
        kept, codes = np.unique(codes * len(names) + inverse, return_inverse=True)
        if len(kept) > limit:
            return None
    _, first, counts = np.unique(codes, return_index=True, return_counts=True)
    return table[first], counts


def _multinomial_sums(distinct: Floats, counts: Ints, B: int, rng: np.random.Generator) -> Floats:
    n = int(counts.sum())
    size = max(1, _CHUNK_BYTES // (_BYTES_PER_WEIGHT * len(counts)))
    share = counts / n
    sums = [
        rng.multinomial(n, share, size=min(size, B - start)).astype(np.float64) @ distinct
        for start in range(0, B, size)
    ]
    return np.concatenate(sums)


def _sums_look_normal(table: Floats) -> bool:
    """Whether every column's sum is near its normal limit: |skewness| / sqrt(n) small (and k not huge)."""
    if table.shape[1] > _NORMAL_COLUMNS:
        return False
    for column in table.T:
        centred = column - column.mean()
        spread = float(np.abs(centred).max())
        if spread == 0:
            continue
        centred /= spread
        square = centred * centred
        skewness = float(square @ centred) / len(centred) / float(square.mean()) ** 1.5
        if abs(skewness) > _NORMAL_SKEWNESS * math.sqrt(len(centred)):
            return False
    return True


def _normal_sums(table: Floats, B: int, rng: np.random.Generator) -> Floats:
    n, k = table.shape
    # Column by column: the whole table at once would be copied.
    mean, sd = table.mean(axis=0), np.array([column.std() for column in table.T])
    scale = np.where(sd > 0, sd, 1.0)
    correlation = np.zeros((k, k))
    step = max(1, _CHUNK_BYTES // (8 * k))
    for start in range(0, n, step):
        standard = (table[start : start + step] - mean) / scale
        correlation += standard.T @ standard
    values, vectors = np.linalg.eigh(correlation / n)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = rng.standard_normal((B, k)) @ root.T
    sums: Floats = n * mean + math.sqrt(n) * noise * np.where(sd > 0, sd, 0.0)
    return sums
