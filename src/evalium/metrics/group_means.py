"""One number for each group of units, such as the answers to a problem or the turns of a conversation."""

import numpy as np
import numpy.typing as npt

from .column import Floats
from .frame import Frame

Groups = npt.NDArray[np.int64]


def group_codes(frame: Frame) -> Groups:
    """[n] which group each unit belongs to: by the number in `sample`, else by cluster, else each its own.

    Example:
        >>> group_codes(Frame.from_columns({"it.value": [1, 0, 1], "cluster": ["b", "a", "b"]})).tolist()
        [1, 0, 1]
    """
    if "sample" in frame.numbers:
        return np.unique(frame.numbers["sample"], return_inverse=True)[1].astype(np.int64)
    return np.arange(frame.n) if frame.clusters is None else frame.clusters.astype(np.int64)


def group_rows(groups: Groups, values: Floats, sizes: npt.NDArray[np.int64], known: npt.NDArray[np.bool_]) -> Floats:
    """Rows [n, 2] whose sums are the summed values of the groups and their number.

    Each of a group's units carries an equal part, so that the groups of a slice, a cluster or a resample add up.

    Args:
        groups: [n] group of each unit.
        values: [g] number of each group; nan where it has none.
        sizes: [g] known units of each group.
        known: [n] whether the unit has what the group's number is made of.

    Example:
        >>> groups = np.array([0, 0, 1])
        >>> group_rows(groups, np.array([0.5, 1.0]), np.array([2, 1]), np.ones(3, dtype=bool)).tolist()
        [[0.25, 0.5], [0.25, 0.5], [1.0, 1.0]]
    """
    part = 1.0 / np.maximum(sizes[groups], 1)
    value = values[groups]
    rows = np.stack([value * part, part], axis=1)
    rows[~known | np.isnan(value)] = np.nan
    return rows
