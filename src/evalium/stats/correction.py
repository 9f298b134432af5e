"""Adjusted p-values for a family of tests: Holm in gates, Benjamini-Hochberg when exploring slices."""

import numpy as np
import numpy.typing as npt

from ._special import Floats


def _defined(p: npt.ArrayLike) -> tuple[Floats, npt.NDArray[np.bool_]]:
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(f"p must be one-dimensional, got shape {values.shape}")
    known = ~np.isnan(values)
    outside = known & ~((values >= 0) & (values <= 1))
    if outside.any():
        raise ValueError(f"p-values must lie in [0, 1], got {values[outside][0]:g}")
    return values, known


def holm(p: npt.ArrayLike) -> Floats:
    """Holm's step-down adjusted p-values: reject where <= alpha and the chance of any false rejection is <= alpha.

    Args:
        p: [m] p-values in [0, 1]; nan (an undefined test) stays nan and does not count in the family.

    Returns:
        [m] adjusted p-values in [0, 1], in the order given, never below `p`.

    Raises:
        ValueError: If a p-value lies outside [0, 1].

    Reference: Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    >>> holm([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    values, known = _defined(p)
    adjusted = np.full(values.shape, np.nan)
    family = values[known]
    order = np.argsort(family, kind="stable")
    stepped = np.maximum.accumulate(family[order] * np.arange(family.size, 0, -1))
    result = np.empty_like(family)
    result[order] = np.minimum(stepped, 1.0)
    adjusted[known] = result
    return adjusted


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """Benjamini-Hochberg adjusted p-values (q-values): reject where <= q and the expected false share is <= q.

    Holds for independent and positively dependent tests.

    Args:
        p: [m] p-values in [0, 1]; nan (an undefined test) stays nan and does not count in the family.

    Returns:
        [m] adjusted p-values in [0, 1], in the order given, never below `p`.

    Raises:
        ValueError: If a p-value lies outside [0, 1].

    Reference: Benjamini and Hochberg (1995), JRSS B 57, 289-300.

    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.04, 0.04]
    """
    values, known = _defined(p)
    adjusted = np.full(values.shape, np.nan)
    family = values[known]
    order = np.argsort(family, kind="stable")[::-1]
    stepped = np.minimum.accumulate(family[order] * family.size / np.arange(family.size, 0, -1))
    result = np.empty_like(family)
    result[order] = np.minimum(stepped, 1.0)
    # p * m / m may round below p.
    adjusted[known] = np.maximum(result, family)
    return adjusted
