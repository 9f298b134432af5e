"""Prepared units: what metrics of one source share, cut to slices without being made again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from evalium.core import DataError

from .base import Columns, SumMetric, WeightedMetric
from .column import Codes, Floats, Index, Ragged
from .frame import Frame
from .rows import DrawChunk, Rows, as_rows

_CACHED_CELLS = 8_000_000


@dataclass(frozen=True)
class SumUnits:
    """Rows of the units that have the number, with their clusters and weights.

    Attributes:
        rows: [n, k] rows, none missing.
        n_missing: Units left out.
        clusters: [n] cluster codes, or None when independent.
        weights: [n] 1 / sampling probability, or None.
        binary: Whether the first column holds 0 and 1 only, in the whole frame rather than in this slice of it.
    """

    rows: Rows
    valid: npt.NDArray[np.bool_]
    clusters_of_all: Codes | None
    weights_of_all: Floats | None
    binary: bool
    _draws: dict[tuple[int, int], list[DrawChunk]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, metric: SumMetric, frame: Frame) -> "SumUnits":
        """Ask a metric for its rows."""
        rows = as_rows(metric.rows(frame))
        valid = rows.valid
        if len(valid) != frame.n:
            raise DataError(f"metric {metric.name!r} returned {len(valid)} rows for {frame.n} units")
        binary = False
        if metric.interval in {"mean", "total"}:
            first = rows.dense().table[valid, 0]
            binary = bool(np.all((first == 0) | (first == 1)))
        return cls(rows, valid, frame.clusters, frame.weights, binary)

    def take(self, index: Index) -> "SumUnits":
        """The units of a slice."""
        clusters = None if self.clusters_of_all is None else self.clusters_of_all[index]
        weights = None if self.weights_of_all is None else self.weights_of_all[index]
        return SumUnits(self.rows.take(index), self.valid[index], clusters, weights, self.binary)

    @cached_property
    def n(self) -> int:
        """Units with the number."""
        return int(np.count_nonzero(self.valid))

    @property
    def n_missing(self) -> int:
        """Units without it."""
        return len(self.valid) - self.n

    @cached_property
    def kept(self) -> Rows:
        """Rows [n, k] of the units with the number."""
        return self.rows if self.n_missing == 0 else self.rows.take(self.valid)

    @cached_property
    def weights(self) -> Floats | None:
        """[n] weights, or None."""
        return None if self.weights_of_all is None else self.weights_of_all[self.valid]

    @cached_property
    def clusters(self) -> Codes | None:
        """[n] cluster codes without gaps, or None when each unit is its own."""
        return dense_clusters(self.clusters_of_all, self.valid)

    @property
    def n_clusters(self) -> int | None:
        """Number of clusters, or None when the units are independent."""
        return None if self.clusters is None else int(self.clusters.max(initial=-1)) + 1

    @cached_property
    def total(self) -> Floats:
        """[k] weighted sum of the rows."""
        return self.kept.total(self.weights)

    @cached_property
    def independent(self) -> Rows:
        """Independent rows: weighted, and summed inside each cluster where there are clusters."""
        rows = self.kept if self.weights is None else self.kept.weighted(self.weights)
        return rows if self.clusters is None else rows.grouped(self.clusters, self.n_clusters or 0)

    def draws(self, B: int, seed: int) -> Iterator[DrawChunk]:
        """Bootstrap draws of the total; kept for the next metric of the same source unless they are large."""
        if (B, seed) in self._draws:
            yield from self._draws[B, seed]
            return
        chunks = []
        for chunk in self.independent.draws(B, seed):
            yield chunk
            chunks.append(chunk)
        if sum(chunk.sums.size for chunk in chunks) <= _CACHED_CELLS:
            self._draws[B, seed] = chunks

    def keep_draws(self, B: int, seed: int, chunk: DrawChunk) -> None:
        """Take draws that were made together with another run's as one's own, unless they are large."""
        if B * chunk.sums.shape[1] <= _CACHED_CELLS:
            self._draws.setdefault((B, seed), []).append(chunk)


@dataclass(frozen=True)
class ColumnUnits:
    """Columns of the units that have the number, with their clusters and weights."""

    columns_of_all: Columns
    valid: npt.NDArray[np.bool_]
    clusters_of_all: Codes | None
    weights_of_all: Floats | None

    @classmethod
    def of(cls, metric: WeightedMetric, frame: Frame) -> "ColumnUnits":
        """Ask a metric for its columns."""
        columns = metric.columns(frame)
        valid = np.ones(frame.n, dtype=bool)
        for column in columns:
            if isinstance(column, Ragged):
                continue
            valid &= ~np.isnan(column) if column.ndim == 1 else ~np.isnan(column).any(axis=1)
        return cls(columns, valid, frame.clusters, frame.weights)

    def take(self, index: Index) -> "ColumnUnits":
        """The units of a slice."""
        clusters = None if self.clusters_of_all is None else self.clusters_of_all[index]
        weights = None if self.weights_of_all is None else self.weights_of_all[index]
        return ColumnUnits(_taken(self.columns_of_all, index), self.valid[index], clusters, weights)

    @cached_property
    def n(self) -> int:
        """Units with the number."""
        return int(np.count_nonzero(self.valid))

    @property
    def n_missing(self) -> int:
        """Units without it."""
        return len(self.valid) - self.n

    @property
    def kept(self) -> "ColumnUnits":
        """The units with the number alone."""
        return self if self.n_missing == 0 else self.take(self.valid)

    @cached_property
    def columns(self) -> Columns:
        """Columns of the units with the number."""
        return self.columns_of_all if self.n_missing == 0 else _taken(self.columns_of_all, self.valid)

    @cached_property
    def weights(self) -> Floats | None:
        """[n] weights scaled to mean 1, or None."""
        if self.weights_of_all is None or self.n == 0:
            return None
        kept: Floats = self.weights_of_all[self.valid]
        return kept / float(kept.mean())

    @cached_property
    def clusters(self) -> Codes | None:
        """[n] cluster codes without gaps, or None when each unit is its own."""
        return dense_clusters(self.clusters_of_all, self.valid)

    @property
    def n_clusters(self) -> int | None:
        """Number of clusters, or None when the units are independent."""
        return None if self.clusters is None else int(self.clusters.max(initial=-1)) + 1


def _taken(columns: Columns, index: Index) -> Columns:
    return tuple(c.take(index) if isinstance(c, Ragged) else c[index] for c in columns)


def dense_clusters(clusters: Codes | None, valid: npt.NDArray[np.bool_]) -> Codes | None:
    """Cluster codes of the valid units, renumbered without gaps; None when no two units share one."""
    if clusters is None:
        return None
    found, codes = np.unique(clusters[valid], return_inverse=True)
    return None if len(found) == len(codes) else codes.astype(np.int32)
