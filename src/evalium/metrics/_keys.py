"""The identity of a unit across runs: what pairs two runs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from evalium.core import DataError
from evalium.store import to_numpy

if TYPE_CHECKING:
    import pyarrow as pa

_EPOCH_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def unit_keys(units: pa.Table) -> npt.NDArray[np.uint64]:
    """64 bits for each unit from its sample's content hash and epoch.

    Two of a million different samples collide with a chance of 3e-8. Samples of equal content (the same question
    twice) share a key; `align` pairs them in order.

    Raises:
        DataError: The records have no `sample_hash`.

    Example:
        >>> import pyarrow as pa
        >>> keys = unit_keys(pa.table({"sample_hash": ["ab" * 16, "cd" * 16]}))
        >>> len(set(keys.tolist()))
        2
    """
    if "sample_hash" not in units.column_names:
        raise DataError("runs are paired by the record column 'sample_hash', which was not loaded")
    hashes = units["sample_hash"].to_pylist()
    keys = np.fromiter((_sixteen_digits(text) for text in hashes), dtype=np.uint64, count=len(hashes))
    if "epoch" in units.column_names:
        epochs = to_numpy(units["epoch"]).astype(np.uint64)
        with np.errstate(over="ignore"):
            keys ^= epochs * _EPOCH_FACTOR
    return keys


def _sixteen_digits(text: str | None) -> int:
    try:
        return int((text or "")[:16], 16)
    except ValueError:
        # Imported records may bring identifiers of their own.
        return int.from_bytes(hashlib.sha256((text or "").encode()).digest()[:8], "big")
