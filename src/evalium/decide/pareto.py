"""The Pareto frontier: the models that no other beats everywhere, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_CELLS = 50_000_000


def frontier(values: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Which models are on the Pareto frontier: no other is at least as good everywhere and better somewhere.

    Models that are equal everywhere are all on it. One with an undefined objective is not, and beats nobody.

    Args:
        values: [..., M, K] objectives of M models, higher is better; turn the sign of those where lower is.

    Returns:
        [..., M] booleans.

    Example:
        >>> frontier([[0.9, -3.0], [0.8, -1.0], [0.7, -2.0]]).tolist()
        [True, True, False]
    """
    found = np.asarray(values, dtype=np.float64)
    on = np.empty(found.shape[:-1], dtype=bool)
    flat, out = found.reshape(-1, *found.shape[-2:]), on.reshape(-1, found.shape[-2])
    for part in _chunks(flat):
        mine, other = flat[part, :, None, :], flat[part, None, :, :]
        beaten = ((other >= mine).all(axis=-1) & (other > mine).any(axis=-1)).any(axis=-1)
        out[part] = ~beaten & ~np.isnan(flat[part]).any(axis=-1)
    return on


def _chunks(flat: Floats) -> Iterator[slice]:
    size = max(1, _CELLS // max(1, flat.shape[1] ** 2 * flat.shape[2]))
    return (slice(start, start + size) for start in range(0, len(flat), size))


def frontier_share(draws: npt.ArrayLike) -> Floats:
    """In which share of joint draws each model is on the frontier, in [0, 1].

    Args:
        draws: [B, M, K] objectives, higher is better, all of one draw made with the same units.

    Example:
        >>> frontier_share([[[1.0, 0.0], [0.5, 1.0]], [[1.0, 2.0], [0.5, 1.0]]]).tolist()
        [1.0, 0.5]
    """
    share: Floats = frontier(draws).mean(axis=0)
    return share


def first_share(draws: npt.ArrayLike) -> Floats:
    """In which share of joint draws each model is first, in [0, 1]; those that tie for it share it.

    Args:
        draws: [B, M] or [B, M, K] numbers, higher is better; nan is never first.

    Returns:
        [M] or [M, K]; sums to 1 over the models unless a draw has no number at all.

    Example:
        >>> first_share([[1.0, 0.0], [1.0, 1.0]]).tolist()
        [0.75, 0.25]
    """
    found = np.where(np.isnan(draws), -np.inf, np.asarray(draws, dtype=np.float64))
    best = found.max(axis=1, keepdims=True)
    first: npt.NDArray[Any] = (found == best) & (best > -np.inf)
    share: Floats = (first / np.maximum(first.sum(axis=1, keepdims=True), 1)).mean(axis=0)
    return share
