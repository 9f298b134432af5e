"""Means over classes of which some are undefined."""

import numpy as np

from .base import divide
from .column import Floats


def mean_of_defined(values: Floats, weights: Floats | None = None) -> Floats:
    """Mean over the last axis of the values that are numbers; nan where there is none or their weights sum to 0.

    Example:
        >>> float(mean_of_defined(np.array([1.0, np.nan, 0.0])))
        0.5
    """
    defined = ~np.isnan(values)
    share = defined.astype(np.float64) if weights is None else np.where(defined, weights, 0.0)
    return divide((np.where(defined, values, 0.0) * share).sum(axis=-1), share.sum(axis=-1))
