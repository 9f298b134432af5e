"""Numbers without gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def dense(numbers: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int64], int]:
    """Numbers from 1 on in the same order, and how many distinct ones there are.

    Args:
        numbers: [n] whole numbers, not negative and not so great that a flag for each up to them is too many.

    Example:
        >>> import numpy as np
        >>> places, distinct = dense(np.array([7, 3, 7, 90]))
        >>> places.tolist(), distinct
        ([2, 1, 2, 3], 3)
    """
    import numpy as np

    present = np.zeros(int(numbers.max(initial=0)) + 1, dtype=bool)
    present[numbers] = True
    places = present.cumsum()
    return places[numbers], int(places[-1])
