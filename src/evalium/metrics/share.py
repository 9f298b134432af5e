"""Estimates of plain shares, for tables."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from evalium.core import Estimate
from evalium.stats import wilson_bounds


def shares(
    hits: npt.ArrayLike, totals: npt.ArrayLike, level: float, signature: str, *, higher_is_better: bool | None = None
) -> list[Estimate]:
    """Wilson estimates of many shares; undefined where nothing was counted.

    Args:
        hits: [m] counts.
        totals: [m] counts.
        level: Confidence level.
        signature: What the shares are.
        higher_is_better: Direction.

    Example:
        >>> [s.value for s in shares([1], [2], 0.95, "share")]
        [0.5]
    """
    top, bottom = np.asarray(hits, np.float64), np.asarray(totals, np.float64)
    bounds = wilson_bounds(top, bottom, level)
    columns: Sequence[list[float]] = [column.tolist() for column in (top, bottom, bounds.low, bounds.high)]
    return [
        Estimate(
            value=k / n if n else math.nan,
            low=low,
            high=high,
            level=level,
            n=round(n),
            n_clusters=None,
            n_missing=0,
            method="wilson" if n else "undefined",
            unit="1",
            signature=signature,
            reason=None if n else "nothing was counted",
            higher_is_better=higher_is_better,
        )
        for k, n, low, high in zip(*columns, strict=True)
    ]
