"""Several metrics of several models on the same units: their values, and draws that know how they move together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalium.core import ConfigError, DataError
from evalium.stats import bootstrap_draws, stable_seed

from ._estimate import prepare
from .base import FrameMetric, How, Metric, SumMetric, WeightedMetric
from .column import Codes, Floats
from .frame import Frame
from .rows import weight_chunks
from .units import ColumnUnits, SumUnits, dense_clusters

MOST_WEIGHTS = 2e8
"""Units times draws beyond which metrics that are not sums get fewer draws, and normal ones from their covariance."""

LEAST_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Joint:
    """Values of K metrics of M models, and draws of all of them together.

    Attributes:
        keys: [K] keys of the metrics.
        values: [M, K] values; nan where undefined.
        draws: [B, M, K] values on resamples; one draw holds the same units for every model and metric.
        n: Units.
        n_clusters: What was resampled where units are clustered.
        method: How the draws were made: `bootstrap`, `bootstrap:normal_sums`, `bootstrap:200:normal`, ...
    """

    keys: tuple[str, ...]
    values: Floats
    draws: Floats
    n: int
    n_clusters: int | None
    method: str


def joint(
    metrics: Sequence[Metric], frames: Sequence[Frame], *, bootstrap: int = 2000, seed: Sequence[str] = ("run",)
) -> Joint:
    """Resample the units of several models at once, for decisions that weigh metrics and models against each other.

    A unit (or cluster) that is drawn twice is drawn twice for every model and metric, so that what models find hard
    together stays together. A number of the run as a whole, such as throughput, is drawn from the normal distribution
    of its own interval. Where units times draws are too many for metrics that are not sums, the covariance of all
    numbers is taken from as many draws as can be afforded, at least 200, and normal draws are made from it.

    Args:
        metrics: K metrics with one number each.
        frames: M frames whose rows belong to the same units in the same order.
        bootstrap: Draws B.
        seed: Names that the seed is a stable hash of.

    Raises:
        ConfigError: A metric has several numbers.
        DataError: The frames differ in length, or there is none.

    Example:
        >>> from evalium.metrics import ScorerInfo, create
        >>> a, b = (Frame.from_columns({"exact.value": x}) for x in ([1, 1, 0, 1], [1, 0, 0, 1]))
        >>> found = joint(create("exact", [ScorerInfo("exact")]), [a, b], bootstrap=100)
        >>> found.values.tolist(), found.draws.shape, bool((found.draws[:, 0] >= found.draws[:, 1]).all())
        ([[0.75], [0.5]], (100, 2, 1), True)
    """
    n = _length(frames)
    clusters = next((f.clusters for f in frames if f.clusters is not None), None)
    clusters = dense_clusters(clusters, np.ones(n, dtype=bool))
    parts = [[_part(metric, frame) for metric in metrics] for frame in frames]
    values = np.array([[part.value for part in of_model] for of_model in parts]).reshape(len(frames), len(metrics))
    size = n if clusters is None else int(clusters.max(initial=-1)) + 1
    flat = [part for of_model in parts for part in of_model]
    code = stable_seed(*seed, *(metric.key for metric in metrics), "joint")
    drawn, method = _drawn(flat, clusters, size, bootstrap, code)
    shape = (len(drawn), len(frames), len(metrics))
    return Joint(
        tuple(m.key for m in metrics), values, drawn.reshape(shape), n, None if clusters is None else size, method
    )


def _length(frames: Sequence[Frame]) -> int:
    lengths = {frame.n for frame in frames}
    if len(lengths) != 1:
        raise DataError(f"a joint bootstrap needs the same units of every model, got {sorted(lengths)} units")
    return lengths.pop()


@dataclass(frozen=True, slots=True)
class _Part:
    """One metric of one model: its value, and what its draws are made of."""

    metric: Metric
    value: float
    rows: Floats | None = None
    units: ColumnUnits | None = None
    spread: float = math.nan


def _part(metric: Metric, frame: Frame) -> _Part:
    prepared = prepare(metric, frame)
    units = prepared.units
    if prepared.names:
        raise ConfigError(f"{metric.key} has a number for each of {', '.join(prepared.names[:3])}: name one of its own")
    if isinstance(units, SumUnits):
        assert isinstance(metric, SumMetric)
        table = np.where(units.valid[:, None], units.rows.dense().table, 0.0)
        rows = table if frame.weights is None else table * frame.weights[:, None]
        return _Part(metric, _only(metric.value(rows.sum(axis=0))), rows=rows)
    if isinstance(units, ColumnUnits):
        assert isinstance(metric, WeightedMetric)
        weights = np.ones(units.n) if units.weights is None else units.weights
        return _Part(metric, _only(metric.value(units.columns, weights)) if units.n else math.nan, units=units)
    assert isinstance(metric, FrameMetric)
    measured = metric.measure(units, How())
    return _Part(metric, measured.value, spread=(measured.high - measured.low) / 3.92)


def _only(value: Floats) -> float:
    return float(np.asarray(value).reshape(-1)[0])


def _drawn(parts: Sequence[_Part], clusters: Codes | None, size: int, B: int, seed: int) -> tuple[Floats, str]:
    """Draws [B, parts] and their method."""
    found, method = np.full((B, len(parts)), math.nan), "bootstrap"
    if any(part.units is not None and part.units.n for part in parts):
        enough = min(B, max(LEAST_DRAWS, int(MOST_WEIGHTS // size)))
        resampled = np.concatenate([_of_weights(parts, clusters, w) for w in weight_chunks(size, enough, seed)])
        if enough < B:
            method = f"bootstrap:{enough}:normal"
            resampled = _as_normal(resampled, np.array([part.value for part in parts]), B, seed)
        found[:] = resampled
    elif size and any(part.rows is not None for part in parts):
        sums = [i for i, part in enumerate(parts) if part.rows is not None]
        tables = [_grouped(parts[i].rows, clusters, size) for i in sums]
        draws = bootstrap_draws(np.concatenate(tables, axis=1), B, seed)
        method = draws.method
        cuts = np.cumsum([table.shape[1] for table in tables])[:-1]
        for i, of_part in zip(sums, np.split(draws.sums, cuts, axis=1), strict=True):
            found[:, i] = _of_sums(parts[i].metric, of_part)
    rng = np.random.Generator(np.random.PCG64(seed + 1))
    for i, part in enumerate(parts):
        if part.rows is None and part.units is None:
            found[:, i] = part.value + part.spread * rng.standard_normal(B)
    return found, method


def _of_weights(parts: Sequence[_Part], clusters: Codes | None, weights: Floats) -> Floats:
    """Values [c, parts] for weights [c, size] of the independent units."""
    spread = weights if clusters is None else weights[:, clusters]
    found = np.full((len(weights), len(parts)), math.nan)
    for i, part in enumerate(parts):
        if part.rows is not None:
            found[:, i] = _of_sums(part.metric, spread @ part.rows)
        elif part.units is not None and part.units.n:
            found[:, i] = _of_columns(part.metric, part.units, spread)
    return found


def _grouped(rows: Floats | None, clusters: Codes | None, size: int) -> Floats:
    assert rows is not None
    if clusters is None:
        return rows
    return np.stack([np.bincount(clusters, weights=column, minlength=size) for column in rows.T], axis=1)


def _of_sums(metric: Metric, sums: Floats) -> Floats:
    assert isinstance(metric, SumMetric)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(metric.value(sums), dtype=np.float64).reshape(len(sums))


def _of_columns(metric: Metric, units: ColumnUnits, weights: Floats) -> Floats:
    assert isinstance(metric, WeightedMetric)
    kept = weights[:, units.valid] if units.n_missing else weights
    kept = kept if units.weights is None else kept * units.weights
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(metric.value(units.columns, kept), dtype=np.float64).reshape(len(kept))


def _as_normal(draws: Floats, values: Floats, B: int, seed: int) -> Floats:
    """B normal draws around the values, with the covariance of fewer draws."""
    rng = np.random.Generator(np.random.PCG64(seed))
    centred = np.nan_to_num(draws - draws.mean(axis=0))
    spread, vectors = np.linalg.eigh(centred.T @ centred / (len(draws) - 1))
    noise: Floats = rng.standard_normal((B, len(values))) @ (vectors * np.sqrt(np.maximum(spread, 0.0))).T
    return values + noise
