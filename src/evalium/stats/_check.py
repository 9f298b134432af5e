"""Argument checks: the message names the argument, its value and the way out."""

import numpy as np
import numpy.typing as npt

from ._special import Floats


def check_level(level: float, name: str = "level") -> None:
    """Refuse a probability outside (0, 1)."""
    if not 0.0 < level < 1.0:
        hint = f"; did you mean {level / 100:g}?" if 1.0 < level < 100.0 else ""
        raise ValueError(f"{name} must lie strictly between 0 and 1, got {level!r}{hint}")


def vector(values: npt.ArrayLike, name: str = "values", *, allow_inf: bool = False) -> Floats:
    """A 1-D float64 array without nan (and without inf unless allowed)."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {array.shape}")
    bad = np.isnan(array) if allow_inf else ~np.isfinite(array)
    if bad.any():
        what = "nan" if allow_inf else "nan or infinite"
        raise ValueError(f"{name} has {int(bad.sum())} {what} of {array.size} values: drop them first and count them")
    return array


def ascending(values: Floats) -> Floats:
    """The values in ascending order; those that lie in order, up or down, are not sorted again."""
    if np.all(values[1:] >= values[:-1]):
        return values
    return values[::-1] if np.all(values[1:] <= values[:-1]) else np.sort(values)


def same_length(first: Floats, second: Floats, names: tuple[str, str]) -> None:
    """Refuse two arrays of different length."""
    if len(first) != len(second):
        raise ValueError(f"{names[0]} and {names[1]} must have the same length, got {len(first)} and {len(second)}")


def matrix(rows: npt.ArrayLike, name: str = "rows") -> Floats:
    """A finite float64 array [n, k]; a vector becomes one column."""
    array = np.asarray(rows, dtype=np.float64)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise ValueError(f"{name} must have shape [n, k], got {array.shape}")
    finite = np.isfinite(array)
    if not finite.all():
        bad = int((~finite).any(axis=1).sum())
        raise ValueError(f"{name} has {bad} of {len(array)} rows with nan or infinite values: drop them first")
    return array


def check_draws(B: int) -> None:
    """Refuse fewer than one resample."""
    if B < 1:
        raise ValueError(f"B must be at least 1 resample, got {B!r}")
