"""Histograms of times and amounts."""

import numpy as np

from .column import Floats
from .tables import Histogram

BINS = 40
_WIDE = 30.0


def histogram(key: str, values: Floats, unit: str) -> Histogram:
    """Count values in 40 bins; geometric ones when the positive values span more than a factor of 30.

    Args:
        key: Name of the column.
        values: [n]; nan where a unit has none.
        unit: Unit of the values.

    Example:
        >>> histogram("latency", np.array([1.0, 1.0, 2.0, np.nan]), "s").counts[0]
        2
    """
    known = values[np.isfinite(values)]
    missing = len(values) - len(known)
    if not len(known):
        return Histogram(key=key, unit=unit, edges=(), counts=(), n_missing=missing, log=False)
    low, high = float(known.min()), float(known.max())
    log = low > 0 and high / low > _WIDE
    edges = np.geomspace(low, high, BINS + 1) if log else np.linspace(low, high if high > low else low + 1.0, BINS + 1)
    edges[0], edges[-1] = low, max(high, edges[-1])
    counts, _ = np.histogram(known, edges)
    return Histogram(
        key=key, unit=unit, edges=tuple(edges.tolist()), counts=tuple(counts.tolist()), n_missing=missing, log=log
    )
