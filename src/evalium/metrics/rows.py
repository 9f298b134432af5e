"""Sufficient statistics: what a metric turns each unit into, and the operations on sums of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from evalium.stats import bootstrap_draws, bootstrap_weights

from .coded_draws import coded_draws
from .column import Codes, Floats, Index

_DENSE_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class DrawChunk:
    """Some resampled sums [c, k] and how they were made."""

    sums: Floats
    method: str


@dataclass(frozen=True, slots=True)
class Dense:
    """Rows as they are.

    Attributes:
        table: [n, k]; a row with nan is a unit that lacks the number.
    """

    table: Floats

    @property
    def valid(self) -> npt.NDArray[np.bool_]:
        """[n] whether the unit has the number."""
        return np.asarray(~np.isnan(self.table).any(axis=1), dtype=np.bool_)

    def take(self, index: Index) -> "Dense":
        """Rows of a selection of units; column by column where columns lie together."""
        columns = self.table.T
        return Dense(columns[:, index].T if columns.flags.c_contiguous else self.table[index])

    def total(self, weights: Floats | None = None) -> Floats:
        """[k] sum over the units; pairwise, so that order matters to no digit that counts."""
        summed: Floats = self.table.sum(axis=0) if weights is None else weights @ self.table
        return summed

    def weighted(self, weights: Floats) -> "Dense":
        """Rows times a weight each."""
        return Dense(self.table * weights[:, None])

    def grouped(self, groups: Codes, n_groups: int) -> "Dense":
        """One summed row a group."""
        columns = [np.bincount(groups, weights=column, minlength=n_groups) for column in self.table.T]
        return Dense(np.stack(columns, axis=1) if columns else np.zeros((n_groups, 0)))

    def draws(self, B: int, seed: int) -> Iterator[DrawChunk]:
        """Bootstrap the units; see `evalium.stats.bootstrap_draws`."""
        drawn = bootstrap_draws(self.table, B, seed)
        yield DrawChunk(drawn.sums, drawn.method)

    def beside(self, other: "Rows") -> "Dense":
        """The columns of two sets of rows of the same units side by side."""
        return Dense(np.concatenate([self.table, other.dense().table], axis=1))

    def dense(self) -> "Dense":
        """Itself."""
        return self

    def distinct(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        """Rows [m, k], and how many units have each: one."""
        return self.table, np.ones(len(self.table), dtype=np.int64)

    def leave_one_out(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        """Sums [m, k] without one unit each, and how many units each stands for."""
        table, counts = self.distinct()
        return table.sum(axis=0) - table, counts


@dataclass(frozen=True, slots=True)
class Coded:
    """Rows of which few are distinct: a code for each unit into a table of the distinct rows.

    Classification metrics are of this kind (one distinct row for each pair of true and predicted class), which makes
    their bootstrap a multinomial over the table: exact, and independent of n.

    Attributes:
        codes: [n] row of the table; -1 for a unit that lacks the number.
        table: [K, k] distinct rows; a scipy CSR matrix where a dense one would be large.
    """

    codes: Codes
    table: Any

    @classmethod
    def one_hot(cls, codes: Codes, columns: list[npt.NDArray[np.integer]], width: int) -> "Coded":
        """Rows that are 1 in a few columns and 0 elsewhere.

        Args:
            codes: [n] distinct row of each unit.
            columns: Each [K]: a column that is 1 in the distinct row, or -1.
            width: Number of columns k.
        """
        size = len(columns[0])
        rows = np.concatenate([np.arange(size)] * len(columns))
        at = np.concatenate(columns)
        kept = at >= 0
        if size * width <= _DENSE_CELLS:
            table = np.zeros((size, width))
            table[rows[kept], at[kept]] = 1.0
            return cls(codes, table)
        from scipy.sparse import csr_matrix

        return cls(codes, csr_matrix((np.ones(int(kept.sum())), (rows[kept], at[kept])), shape=(size, width)))

    @property
    def valid(self) -> npt.NDArray[np.bool_]:
        """[n] whether the unit has the number."""
        known: npt.NDArray[np.bool_] = self.codes >= 0
        return known

    def take(self, index: Index) -> "Coded":
        """Rows of a selection of units."""
        return Coded(self.codes[index], self.table)

    def total(self, weights: Floats | None = None) -> Floats:
        """[k] sum over the units."""
        return self._sums(np.bincount(self.codes, weights=weights, minlength=self.table.shape[0]).astype(np.float64))

    def _sums(self, counts: Floats) -> Floats:
        return np.asarray(counts @ self.table, dtype=np.float64)

    def weighted(self, weights: Floats) -> "Coded":
        """Rows times a weight each: sampling probabilities take few values, so the table stays small."""
        values, which = np.unique(weights, return_inverse=True)
        found, codes = np.unique(self.codes.astype(np.int64) * len(values) + which, return_inverse=True)
        table = self.table[found // len(values)]
        factor = values[found % len(values)][:, None]
        scaled = table * factor if isinstance(table, np.ndarray) else table.multiply(factor).tocsr()
        return Coded(codes.astype(np.int32), scaled)

    def grouped(self, groups: Codes, n_groups: int) -> Dense:
        """One summed row a group."""
        from scipy.sparse import csr_matrix

        counts = csr_matrix(
            (np.ones(len(groups)), (groups, self.codes)), shape=(n_groups, self.table.shape[0]), dtype=np.float64
        )
        summed = counts @ self.table
        return Dense(summed if isinstance(summed, np.ndarray) else summed.toarray())

    def draws(self, B: int, seed: int) -> Iterator[DrawChunk]:
        """Bootstrap the units; see `evalium.metrics.coded_draws`."""
        found, counts = np.unique(self.codes, return_counts=True)
        for sums, method in coded_draws(self.table[found], counts.astype(np.int64), B, seed):
            yield DrawChunk(sums, method)

    def beside(self, other: "Rows") -> "Rows":
        """The columns of two sets of rows of the same units side by side."""
        if not isinstance(other, Coded):
            return self.dense().beside(other)
        size = other.table.shape[0]
        pairs = np.where((self.codes < 0) | (other.codes < 0), -1, self.codes.astype(np.int64) * size + other.codes)
        found, codes = np.unique(pairs, return_inverse=True)
        missing = int(len(found) > 0 and found[0] < 0)
        found, codes = found[missing:], codes - missing
        return Coded(codes.astype(np.int32), _side_by_side(self.table, found // size, other.table, found % size))

    def dense(self) -> Dense:
        """One row for each unit."""
        table = (
            self.table[np.maximum(self.codes, 0)]
            if self.table.shape[0]
            else np.zeros((len(self.codes), self.table.shape[1]))
        )
        table = table if isinstance(table, np.ndarray) else table.toarray()
        table[self.codes < 0] = np.nan
        return Dense(table)

    def distinct(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        """The distinct rows [m, k] that occur, and how many units have each; no unit may lack the number."""
        found, counts = np.unique(self.codes, return_counts=True)
        table = self.table[found]
        return table if isinstance(table, np.ndarray) else table.toarray(), counts.astype(np.int64)

    def leave_one_out(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        """Sums [m, k] without one unit each, and how many units each stands for."""
        table, counts = self.distinct()
        sums: Floats = counts.astype(np.float64) @ table - table
        return sums, counts


def _side_by_side(first: Any, first_rows: Index, second: Any, second_rows: Index) -> Any:
    """Chosen rows of two tables beside each other, dense while that is small."""
    cells = len(first_rows) * (first.shape[1] + second.shape[1])
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray) and cells <= _DENSE_CELLS:
        return np.concatenate([first[first_rows], second[second_rows]], axis=1)
    from scipy.sparse import csr_matrix, hstack

    return hstack([csr_matrix(first)[first_rows], csr_matrix(second)[second_rows]], format="csr")


Rows = Dense | Coded


def as_rows(returned: Any) -> Rows:
    """Read what a metric's `rows` returned: [n, k] rows, or [n] values whose mean is meant.

    Example:
        >>> as_rows(np.array([1.0, np.nan])).table.tolist()
        [[1.0, 1.0], [nan, 1.0]]
    """
    if isinstance(returned, (Dense, Coded)):
        return returned
    table = np.asarray(returned, dtype=np.float64)
    if table.ndim == 1:
        table = np.stack([table, np.ones(len(table))]).T
    if table.ndim != 2:
        raise ValueError(f"rows of a metric must have shape [n, k] or [n], got {table.shape}")
    # Columns that lie together are summed and cut to slices several times faster.
    return Dense(np.asfortranarray(table))


def weight_chunks(n: int, B: int, seed: int) -> Iterator[Floats]:
    """Bootstrap weights [c, n] as floats."""
    for chunk in bootstrap_weights(n, B, seed):
        yield chunk.astype(np.float64)
