"""How many n-grams two texts share, for all orders at once and for many pairs of texts together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ._dense_numbers import dense
from ._text_pairs import cuts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

_BITS = 62
_TOGETHER = 8_000
"""Characters that are counted at once; a few arrays of so many numbers stay in the cache."""


def shared_ngrams(firsts: Sequence[str], seconds: Sequence[str], orders: int) -> Ints:
    """Shared n-grams of characters of each pair of texts: the sum over n-grams of the smaller of the two counts.

    Args:
        firsts: [pairs] texts, at least one.
        seconds: [pairs] texts.
        orders: Greatest n.

    Returns:
        [pairs, orders] counts for n from 1.

    Example:
        >>> shared_ngrams(["abab", "x"], ["abc", ""], 3).tolist()
        [[2, 1, 0], [0, 0, 0]]
    """
    import numpy as np

    return np.concatenate([_shared(firsts[cut], seconds[cut], orders) for cut in cuts(firsts, seconds, _TOGETHER)])


def _shared(firsts: Sequence[str], seconds: Sequence[str], orders: int) -> Ints:
    """The counts by one sort of the windows of `orders` characters, where those fit into one number.

    Each text is closed by a character that the other side lacks, so nothing that runs over its end is shared.
    """
    import numpy as np

    texts = [text for pair in zip(firsts, seconds, strict=True) for text in pair]
    points = np.frombuffer("\0".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    symbols, distinct = dense(points)
    bits = (distinct + 2).bit_length()
    if bits * orders > _BITS:
        return _of_many_characters(firsts, seconds, orders)
    sizes = np.array([*map(len, texts)]) + 1
    ends = sizes.cumsum()
    side = np.arange(len(texts)) & 1
    symbols += 2
    symbols[ends - 1] = side + 1
    windows = symbols.copy()
    for n in range(1, orders):
        windows <<= bits
        windows[:-n] |= symbols[n:]
    windows <<= 1
    windows |= side.repeat(sizes)
    ends = ends[1::2]
    for start, end in pairwise([0, *ends.tolist()]):
        windows[start:end].sort()
    return _in_common(windows, ends, bits, orders)


def _of_many_characters(firsts: Sequence[str], seconds: Sequence[str], orders: int) -> Ints:
    """Fewer pairs have fewer distinct characters; a single one that has too many is counted n-gram by n-gram."""
    import numpy as np

    if len(firsts) > 1:
        half = len(firsts) // 2
        parts = (_shared(firsts[cut], seconds[cut], orders) for cut in (slice(half), slice(half, None)))
        return np.concatenate([*parts])
    counted = [[_counts(text, n) for n in range(1, orders + 1)] for text in (firsts[0], seconds[0])]
    return np.array([[(a & b).total() for a, b in zip(*counted, strict=True)]])


def _counts(text: str, n: int) -> Counter[str]:
    return Counter(text[i : i + n] for i in range(len(text) - n + 1))


def _in_common(windows: Ints, ends: Ints, bits: int, orders: int) -> Ints:
    """Counts of windows sorted within each pair; the last bit says which text one is of.

    Equal n-grams stand side by side for every n, since windows that begin with the same n characters do.
    """
    import numpy as np

    differing = windows[1:] ^ windows[:-1]
    of_second = np.zeros(len(windows) + 1, dtype=np.int64)
    (windows & 1).cumsum(out=of_second[1:])
    edge = np.ones(len(windows) + 1, dtype=bool)
    found = np.zeros((orders, len(ends) + 1), dtype=np.int64)
    for n in range(1, orders + 1):
        np.greater_equal(differing, 1 << (1 + bits * (orders - n)), out=edge[1:-1])
        edge[ends] = True
        at = edge.nonzero()[0]
        upto = of_second[at]
        seconds = upto[1:] - upto[:-1]
        shared = np.minimum(seconds, at[1:] - at[:-1] - seconds).cumsum()
        found[n - 1, 1:] = shared[at.searchsorted(ends) - 1]
    return (found[:, 1:] - found[:, :-1]).T
