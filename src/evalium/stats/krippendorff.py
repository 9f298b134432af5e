"""Krippendorff's alpha: agreement of any number of raters beyond chance, with ratings missing where they may."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ._check import check_level
from ._special import Floats
from .bootstrap import bootstrap_draws
from .bootstrap_interval import percentile
from .result import Interval, undefined_interval

Scale = Literal["nominal", "ordinal", "interval", "ratio"]
SCALES: tuple[Scale, ...] = ("nominal", "ordinal", "interval", "ratio")
_MOST_ROW_CELLS = 50_000_000


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters agree.

    Attributes:
        alpha: 1 for perfect agreement, 0 for chance, below 0 for systematic disagreement; nan when undefined.
        interval: Bootstrap interval over the units.
        n_units: Units with at least two ratings; the others say nothing about agreement.
        n_ratings: Ratings of those units.
        reason: Why alpha is undefined; None otherwise.
    """

    alpha: float
    interval: Interval
    n_units: int
    n_ratings: int
    reason: str | None = None


def krippendorff_alpha(
    ratings: npt.ArrayLike, scale: Scale = "nominal", *, level: float = 0.95, B: int = 2000, seed: int = 0
) -> Agreement:
    """Krippendorff's alpha of ratings, and its interval by a bootstrap of the units.

    alpha = 1 - observed / expected disagreement. Observed is the mean squared difference of two ratings of one unit,
    expected that of any two ratings. A unit is resampled with all its ratings.

    Args:
        ratings: [raters, units], raters are rows: numbers, or text where the scale is nominal. nan, None and empty text
            are missing ratings.
        scale: What a difference is: `nominal` different or not, `ordinal` how many ratings lie between, `interval` the
            numbers' difference, `ratio` that over their sum.
        level: Confidence level in (0, 1).
        B: Resamples; 0 for no interval.
        seed: Seed of the bootstrap.

    Returns:
        The agreement. Undefined (nan, `reason`) without a unit that two raters rated, or when all ratings are equal:
        there is nothing to disagree about then.

    Raises:
        ValueError: The shape or the scale is wrong, or the numbers do not fit the scale.

    Reference: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; Hayes and Krippendorff (2007). Equal to
    `krippendorff.alpha`.

    >>> nan = float("nan")
    >>> found = krippendorff_alpha([[1, 2, 3, 3, 2], [1, 2, 3, 3, nan], [nan, 3, 3, 3, 2]], "interval")
    >>> round(found.alpha, 4), found.n_units
    (0.8696, 5)
    """
    check_level(level)
    if scale not in SCALES:
        raise ValueError(f"scale must be one of {', '.join(SCALES)}, got {scale!r}")
    counts, values = _counts(ratings, scale)
    counts = counts[counts.sum(axis=1) >= 2]
    units, total = len(counts), int(counts.sum())
    blank = undefined_interval(level, "none")
    if units == 0:
        return Agreement(math.nan, blank, 0, 0, "no unit has two ratings")
    used = counts.any(axis=0)
    counts, values = counts[:, used], values[used]
    if len(values) < 2:
        return Agreement(math.nan, blank, units, total, "all ratings are equal: nothing varies")
    alpha = float(_alpha(counts.sum(axis=0)[None], _observed(counts, values, scale), values, scale)[0])
    interval = _interval(counts, values, scale, level, B, seed) if B and units > 1 else blank
    return Agreement(alpha, interval, units, total)


def _counts(ratings: npt.ArrayLike, scale: Scale) -> tuple[Floats, Floats]:
    """How many raters gave each unit each value [units, values], and the values in order (codes for text)."""
    table = np.asarray(ratings)
    if table.ndim != 2:
        raise ValueError(f"ratings must have shape [raters, units], got {table.shape}")
    if table.dtype.kind in "biuf":
        numbers = table.astype(np.float64)
        if np.isinf(numbers).any():
            raise ValueError("ratings must be finite; nan marks a missing one")
        known = ~np.isnan(numbers)
        values, codes = np.unique(numbers[known], return_inverse=True)
    else:
        known, values, codes = _text_codes(table, scale)
    if scale == "ratio" and len(values) and values[0] < 0:
        raise ValueError(f"ratings on a ratio scale must not be negative, got {values[0]:g}")
    unit = np.nonzero(known)[1]
    flat = np.bincount(unit * len(values) + codes, minlength=table.shape[1] * len(values))
    return flat.reshape(table.shape[1], len(values)).astype(np.float64), values


def _text_codes(
    table: npt.NDArray[np.generic], scale: Scale
) -> tuple[npt.NDArray[np.bool_], Floats, npt.NDArray[np.int64]]:
    cells = [None if cell is None or cell != cell or cell == "" else cell for cell in table.ravel().tolist()]
    present = [cell for cell in cells if cell is not None]
    known = np.array([cell is not None for cell in cells]).reshape(table.shape)
    if all(isinstance(cell, (bool, int, float)) for cell in present):
        values, codes = np.unique(np.array(present, dtype=np.float64), return_inverse=True)
        return known, values, codes
    if scale != "nominal":
        raise ValueError(f"ratings that are text have no order: give numbers for the scale {scale!r}")
    names, codes = np.unique(np.array([str(cell) for cell in present]), return_inverse=True)
    return known, np.arange(len(names), dtype=np.float64), codes


def _squares(totals: Floats, values: Floats, scale: Scale) -> Floats:
    """Squared differences [..., v, v] of values that occur `totals` [..., v] times."""
    if scale == "nominal":
        return 1.0 - np.eye(len(values))
    if scale == "ordinal":
        middle = np.cumsum(totals, axis=-1) - totals / 2
        return np.asarray((middle[..., :, None] - middle[..., None, :]) ** 2, dtype=np.float64)
    apart = values[:, None] - values[None, :]
    if scale == "ratio":
        both = values[:, None] + values[None, :]
        apart = np.divide(apart, both, out=np.zeros_like(apart), where=both > 0)
    return np.asarray(apart**2, dtype=np.float64)


def _pairs(counts: Floats) -> Floats:
    """Coincidences [units, v, v]: pairs of ratings inside each unit, each unit's pairs over its ratings less one."""
    pairs = counts[:, :, None] * counts[:, None, :]
    at = np.arange(counts.shape[1])
    pairs[:, at, at] -= counts
    return np.asarray(pairs / (counts.sum(axis=1) - 1)[:, None, None], dtype=np.float64)


def _observed(counts: Floats, values: Floats, scale: Scale) -> Floats:
    """Observed disagreement of all units [1], times the number of ratings."""
    totals = counts.sum(axis=0)
    within = (counts / (counts.sum(axis=1) - 1)[:, None]).T @ counts
    within[np.diag_indices(len(values))] -= (counts / (counts.sum(axis=1) - 1)[:, None]).sum(axis=0)
    return np.array([float((within * _squares(totals, values, scale)).sum())])


def _alpha(totals: Floats, observed: Floats, values: Floats, scale: Scale) -> Floats:
    """Alpha [b] of totals [b, v] and observed disagreement [b]; nan where nothing varies."""
    n = totals.sum(axis=-1)
    squares = _squares(totals, values, scale)
    expected = np.einsum("bi,bij,bj->b", totals, np.broadcast_to(squares, (len(totals), *squares.shape[-2:])), totals)
    kept = expected > 0
    ratio = np.divide((n - 1) * observed, expected, out=np.full(len(totals), np.nan), where=kept)
    return np.asarray(1.0 - ratio, dtype=np.float64)


def _interval(counts: Floats, values: Floats, scale: Scale, level: float, B: int, seed: int) -> Interval:
    v = len(values)
    if scale != "ordinal":
        # The disagreement of a unit does not depend on the others: one number a unit is enough.
        squares = _squares(counts.sum(axis=0), values, scale)
        own = np.einsum("uv,vw,uw->u", counts, squares, counts) / (counts.sum(axis=1) - 1)
        drawn = bootstrap_draws(np.concatenate([counts, own[:, None]], axis=1), B, seed)
        return percentile(_alpha(drawn.sums[:, :v], drawn.sums[:, v], values, scale), level, drawn.method)
    if len(counts) * v * v > _MOST_ROW_CELLS:
        raise ValueError(f"{v} distinct ordinal ratings of {len(counts)} units: bin them, or set B = 0")
    rows = np.concatenate([counts, _pairs(counts).reshape(len(counts), v * v)], axis=1)
    drawn = bootstrap_draws(rows, B, seed)
    totals, within = drawn.sums[:, :v], drawn.sums[:, v:].reshape(-1, v, v)
    observed = np.einsum("bij,bij->b", within, _squares(totals, values, scale))
    return percentile(_alpha(totals, observed, values, scale), level, drawn.method)
