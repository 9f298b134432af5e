"""Pair the units of two runs by what they are about."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalium.core import DataError

from .frame import Frame

_OCCURRENCE = np.uint64(0xD1342543DE82EF95)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two frames whose rows belong together, in the order of the first.

    Attributes:
        a: Units of the first run that the second has too.
        b: The same units of the second.
        only_a: Units that only the first run has.
        only_b: Units that only the second has.
    """

    a: Frame
    b: Frame
    only_a: int
    only_b: int


def align(a: Frame, b: Frame) -> Alignment:
    """Keep the units that both runs have, row by row.

    Units are the same when content of the sample and epoch are. Samples of equal content are paired in order.

    Raises:
        DataError: A frame was loaded without keys.

    Example:
        >>> from dataclasses import replace
        >>> a, b = (Frame.from_columns({"latency": x}) for x in ([1, 2, 3], [30, 10]))
        >>> a, b = replace(a, keys=np.uint64([1, 2, 3])), replace(b, keys=np.uint64([3, 1]))
        >>> pair = align(a, b)
        >>> pair.a.number("latency").tolist(), pair.b.number("latency").tolist(), pair.only_a
        ([1.0, 3.0], [10.0, 30.0], 1)
    """
    if a.keys is None or b.keys is None:
        raise DataError("runs are paired by the keys of their units: load both frames with keys=True")
    _, rows_a, rows_b = np.intersect1d(_once(a.keys), _once(b.keys), assume_unique=True, return_indices=True)
    order = np.argsort(rows_a)
    return Alignment(a.take(rows_a[order]), b.take(rows_b[order]), a.n - len(order), b.n - len(order))


def _once(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Keys made different where one occurs again: the k-th occurrence pairs with the k-th."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    lengths = np.diff(np.append(starts, len(keys)))
    occurrence = np.arange(len(keys)) - np.repeat(starts, lengths)
    made = np.empty_like(keys)
    with np.errstate(over="ignore"):
        made[order] = ordered ^ (occurrence.astype(np.uint64) * _OCCURRENCE)
    return made
