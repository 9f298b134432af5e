"""Clusters and sampling weights in the form that the statistics want."""

import numpy as np
import numpy.typing as npt

from evalium.core import DataError

from .column import Codes, Floats


def independent_or_codes(
    codes: npt.NDArray[np.integer], fallback: npt.NDArray[np.integer] | None = None
) -> Codes | None:
    """Cluster codes without gaps, or None when no two units share a cluster.

    Args:
        codes: [n] cluster of each unit, -1 where none is declared.
        fallback: [n] what to group those by (the sample, over epochs); None makes each a cluster of its own.

    Example:
        >>> independent_or_codes(np.array([7, -1, 7])).tolist()
        [1, 0, 1]
    """
    lonely = codes < 0
    if lonely.any():
        alone = np.arange(len(codes)) if fallback is None else fallback
        codes = np.where(lonely, -1 - alone, codes)
    found, dense = np.unique(codes, return_inverse=True)
    return None if len(found) == len(codes) else dense.astype(np.int32)


def inverse_probability(probability: Floats | None) -> Floats | None:
    """1 / sampling probability, or None when everything was kept.

    Raises:
        DataError: A probability lies outside (0, 1].

    Example:
        >>> inverse_probability(np.array([1.0, 0.1])).tolist()
        [1.0, 10.0]
    """
    if probability is None or bool(np.all(probability == 1.0)):
        return None
    bad = ~((probability > 0) & (probability <= 1))
    if bad.any():
        raise DataError(f"record field 'probability' must lie in (0, 1], got {probability[bad][0]:g}")
    return 1.0 / probability
