"""Two sets of images as feature vectors: what the distances between generated and real images are made of."""

from __future__ import annotations

import hashlib
import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from evalium.core import ConfigError, DataError, Status, did_you_mean
from evalium.stats import Interval, TestResult, cluster_linear, group_sums

from .base import Columns, Need, WeightedMetric
from .column import Codes, Floats, Index, Ragged
from .frame import STATUS_CODE, Frame


class Sets(NamedTuple):
    """Generated and real images.

    Attributes:
        x: [n, d] features of generated images.
        y: [m, d] features of real ones.
        x_units: [n] unit that each generated image belongs to.
        y_units: [m] unit of each real one; empty where they come from a file and are held fixed.
    """

    x: Floats
    y: Floats
    x_units: Index
    y_units: Index


@dataclass(frozen=True, kw_only=True)
class FeatureSets(WeightedMetric):
    """Base of metrics that compare a set of generated images with a set of real ones by their features.

    A unit is an image: of the generated set, of the real one, or a pair of both (a prompt with its real image). The two
    sets need not be of one size.

    Attributes:
        scorer: A `features` scorer, whose `values` hold `features` and, where a record has a real image, `real`.
        against: File with the features of the real images, in place of `real`: `.npy` [m, d] or `.npz` with
            `features`, found from the plan's folder. It is held fixed in intervals, and its content is part of the
            signature.
    """

    scorer: str = ""
    against: str = ""

    fits = ("features",)
    scored_by = "image_features"

    @property
    def signature(self) -> str:
        """Everything that changes the value: the reference file by its content."""
        text = super().signature
        if not self.against:
            return text
        return text.replace(f"against:{self.against}", f"against:sha256={_file_hash(self.against)}")

    def bound(self, scorers: Sequence[Any], base: Path | None) -> Self:
        """The same, its file found from the plan's folder."""
        return replace(self, against=str((base or Path()).resolve() / self.against)) if self.against else self

    def needs(self) -> tuple[Need, ...]:
        """The features."""
        return (Need("values", self.scorer),)

    def columns(self, frame: Frame) -> Columns:
        """Features of generated images, of real ones, and nan where a unit has neither."""
        ok = frame.scored(self.scorer) == STATUS_CODE[Status.OK]
        made = _usable(frame.several(f"{self.scorer}.values.features"), ok)
        real = _usable(frame.several(f"{self.scorer}.values.real"), ok)
        known = np.where((made.lengths > 0) | (real.lengths > 0), 1.0, np.nan)
        if self.against:
            real = Ragged(np.empty(0), np.zeros(frame.n + 1, dtype=np.int64))
            known = np.where(made.lengths > 0, 1.0, np.nan)
        return made, real, known

    def sets(self, columns: Columns) -> Sets:
        """The two sets as matrices."""
        x, x_units = matrix_of(columns[0], self.name)
        if self.against:
            return Sets(x, _same_width(x, read_features(self.against), self.against), x_units, np.empty(0, np.int64))
        y, y_units = matrix_of(columns[1], self.name)
        return Sets(x, _same_width(x, y, "the real images"), x_units, y_units)

    def value(self, columns: Columns, weights: Floats) -> Floats:
        """The distance under each row of weights."""
        sets = self.sets(columns)
        flat = weights.reshape(-1, weights.shape[-1])
        found = np.full(len(flat), np.nan)
        ones = np.ones(len(sets.y))
        for i, row in enumerate(flat):
            found[i] = self.measure(sets, row[sets.x_units], row[sets.y_units] if len(sets.y_units) else ones)
        return found.reshape(weights.shape[:-1])

    @abstractmethod
    def measure(self, sets: Sets, x_weights: Floats, y_weights: Floats) -> float:
        """The number of weighted sets; nan where undefined."""

    @abstractmethod
    def influence(self, sets: Sets) -> tuple[Floats, Floats]:
        """How much each generated [n] and each real image [m] moves the number: its derivative by their weights."""

    def own_intervals(self, columns: Columns, clusters: Codes | None, level: float) -> list[Interval] | None:
        """From the influence of each image, summed inside clusters: the infinitesimal jackknife with t."""
        sets = self.sets(columns)
        value = self.measure(sets, np.ones(len(sets.x)), np.ones(len(sets.y)))
        if math.isnan(value):
            return None
        moved = self._unit_influence(sets, len(columns[2]))
        if not np.isfinite(moved).all():
            return [Interval(math.nan, math.nan, level, "none", ("undefined",))]
        if clusters is not None:
            moved = group_sums(moved, clusters).ravel()
        found = cluster_linear(moved, 1.0, value, level)
        flags = tuple(f for f in found.flags if clusters is not None or f != "few_clusters")
        method = "jackknife:influence" if clusters is None else "cluster:jackknife:influence"
        return [Interval(found.low, found.high, level, method, flags)]

    def own_contrast(self, a: Columns, b: Columns, level: float) -> TestResult | None:
        """From the influence of each image on the difference."""
        first, second = self.sets(a), self.sets(b)
        value = float(self.value(a, np.ones(len(a[2]))) - self.value(b, np.ones(len(b[2]))))
        if math.isnan(value):
            return None
        moved = self._unit_influence(first, len(a[2])) - self._unit_influence(second, len(b[2]))
        return linear_contrast(moved, value, level) if np.isfinite(moved).all() else None

    def _unit_influence(self, sets: Sets, n: int) -> Floats:
        of_x, of_y = self.influence(sets)
        moved = np.zeros(n)
        moved[sets.x_units] += of_x
        if len(sets.y_units):
            moved[sets.y_units] += of_y
        return moved

    def reason(self, columns: Columns) -> str:
        """Which set is too small."""
        sets = self.sets(columns)
        return f"{self.name} is undefined for {len(sets.x)} generated and {len(sets.y)} real images"


def linear_contrast(influence: Floats, value: float, level: float) -> TestResult:
    """The test that a difference of two runs is 0, from each unit's influence on it.

    Example:
        >>> round(linear_contrast(np.array([0.1, -0.1, 0.2, -0.2]), 0.5, 0.95).p, 3)
        0.264
    """
    from scipy.special import stdtr

    n = len(influence)
    interval = cluster_linear(influence, 1.0, value, level)
    centred = influence - influence.mean()
    se = math.sqrt(n / (n - 1) * float(centred @ centred)) if n > 1 else math.nan
    method = "jackknife:influence"
    shown = Interval(
        interval.low, interval.high, level, method, tuple(f for f in interval.flags if f != "few_clusters")
    )
    if not se > 0:
        return TestResult(
            p=1.0 if value == 0 else math.nan, statistic=0.0, method=method, n=n, value=value, interval=shown
        )
    t = value / se
    return TestResult(
        p=2 * float(stdtr(n - 1, -abs(t))), statistic=t, method=method, n=n, value=value, df=n - 1, interval=shown
    )


def matrix_of(column: Ragged, metric: str) -> tuple[Floats, Index]:
    """Features [k, d] of the units that have any, and which units these are.

    Raises:
        DataError: Units differ in the number of features.
    """
    lengths = column.lengths
    units = np.flatnonzero(lengths)
    widths = np.unique(lengths[units])
    if len(widths) > 1:
        raise DataError(f"metric {metric!r}: images with {widths[0]} and with {widths[-1]} features: use one extractor")
    width = int(widths[0]) if len(widths) else 0
    return column.values.reshape(len(units), width), units


def read_features(path: str) -> Floats:
    """Features [m, d] out of a `.npy` or `.npz` file.

    Raises:
        ConfigError: There is no such file, or it holds something else.
    """
    found = _read(str(Path(path).resolve()), _stamp(path))
    if isinstance(found, str):
        raise ConfigError(f"{path}: {found}")
    return found


@lru_cache(4)
def _read(path: str, stamp: tuple[int, int]) -> Floats | str:
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            table = loaded.astype(np.float64)
        else:
            with loaded:
                if "features" not in loaded:
                    return f"has no 'features'; it holds {', '.join(loaded) or 'nothing'}"
                table = loaded["features"].astype(np.float64)
    except (ValueError, OSError, EOFError) as error:
        return f"is no .npy or .npz file of numbers: {error}"
    if table.ndim != 2 or not np.isfinite(table).all():
        return f"features must be finite and of shape [m, d], got {table.shape}"
    return table


@lru_cache(16)
def _hash(path: str, stamp: tuple[int, int]) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def _file_hash(path: str) -> str:
    return _hash(str(Path(path).resolve()), _stamp(path))


def _stamp(path: str) -> tuple[int, int]:
    file = Path(path)
    if not file.is_file():
        near = [p.name for p in file.parent.iterdir()] if file.parent.is_dir() else []
        raise ConfigError(f"option 'against': there is no file {path!r}.{did_you_mean(file.name, near)}")
    known = file.stat()
    return known.st_mtime_ns, known.st_size


def _usable(column: Ragged, ok: Index) -> Ragged:
    """Only the features of units that were scored and have no nan or infinite one."""
    kept = np.asarray(ok, dtype=bool)
    finite = np.isfinite(column.values)
    if not finite.all():
        kept = kept & ~(np.bincount(column.units[~finite], minlength=len(column)) > 0)
    if kept.all():
        return column
    lengths = np.where(kept, column.lengths, 0)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Ragged(column.values[kept[column.units]], starts)


def _same_width(x: Floats, y: Floats, what: str) -> Floats:
    if len(x) and len(y) and x.shape[1] != y.shape[1]:
        raise DataError(f"generated images have {x.shape[1]} features, {what} {y.shape[1]}: use one extractor for both")
    return y
