"""How many n-grams two texts share, for all orders at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Symbols = npt.NDArray[np.int64]

_BITS = 62
_CODE_POINTS = 0x110000


def symbol_bits(symbols: int, orders: int) -> int:
    """Bits for each of so many symbols when n-grams up to an order are packed into one number; 0 where they do not fit.

    Example:
        >>> symbol_bits(1000, 6), symbol_bits(2000, 6)
        (10, 0)
    """
    bits = symbols.bit_length()
    return bits if bits * orders <= _BITS else 0


def shared_ngrams(first: Symbols, second: Symbols, bits: int, orders: int) -> list[int]:
    """Shared n-grams of each order 1..orders: the sum over n-grams of the smaller of the two counts.

    An n-gram is the number whose digits are its symbols. No digit is 0, so n-grams of different orders are different
    numbers and one sort serves all orders.

    Args:
        first: [n] symbols, each from 1 to 2**bits - 1.
        second: [m] symbols.
        bits: See `symbol_bits`.
        orders: Greatest n.

    Example:
        >>> import numpy as np
        >>> shared_ngrams(np.array([1, 2, 1, 2]), np.array([1, 2, 3]), 2, 2)
        [2, 1]
    """
    import numpy as np

    of_first = _packed(first, bits, orders)
    marked = np.concatenate([*of_first, *_packed(second, bits, orders)])
    if not len(marked):
        return [0] * orders
    marked <<= 1
    marked[sum(map(len, of_first)) :] |= 1
    marked.sort()
    keys = marked >> 1
    last = np.empty(len(keys), dtype=bool)
    last[-1] = True
    np.not_equal(keys[1:], keys[:-1], out=last[:-1])
    ends = last.nonzero()[0]
    counts = np.empty((2, len(ends) + 1), dtype=np.int64)
    counts[:, 0] = 0
    np.add(ends, 1, out=counts[0, 1:])
    counts[1, 1:] = (marked & 1).cumsum()[ends]
    every, of_second = counts[:, 1:] - counts[:, :-1]
    counts[0, 1:] = np.minimum(of_second, every - of_second).cumsum()
    edges = counts[0, keys[ends].searchsorted(_first_keys(bits, orders))].tolist()
    return [after - before for before, after in zip(edges, [*edges[1:], int(counts[0, -1])], strict=True)]


def _packed(symbols: Symbols, bits: int, orders: int) -> list[Symbols]:
    keys = symbols
    found = [keys]
    for n in range(1, orders):
        keys = (keys[:-1] << bits) | symbols[n:]
        found.append(keys)
    return found


@lru_cache(64)
def _first_keys(bits: int, orders: int) -> Any:
    import numpy as np

    return np.array([1 << bits * n for n in range(orders)], dtype=np.int64)


def numbered(first: Sequence[str], second: Sequence[str]) -> tuple[Symbols, Symbols, int]:
    """Two lists of words as symbols from 1, and how many distinct words there are.

    Example:
        >>> first, second, distinct = numbered(["a", "b", "a"], ["b", "c"])
        >>> first.tolist(), second.tolist(), distinct
        ([1, 2, 1], [2, 3], 3)
    """
    import numpy as np

    number = {word: i for i, word in enumerate(dict.fromkeys([*first, *second]), 1)}
    a = np.array([number[word] for word in first], dtype=np.int64)
    return a, np.array([number[word] for word in second], dtype=np.int64), len(number)


class Alphabet:
    """Characters as symbols: numbered as they are met while there are few, afresh for each pair of texts beyond.

    Args:
        orders: Greatest n of the n-grams to be counted.
    """

    def __init__(self, orders: int) -> None:
        self.orders = orders
        self.bits = _BITS // orders
        self._known = 0
        self._table: Any = None

    def pair(self, first: str, second: str) -> tuple[Symbols, Symbols, int]:
        """Both texts as symbols, and the bits for each; 0 bits where they have too many distinct characters."""
        import numpy as np

        a, b = _code_points(first), _code_points(second)
        if self._table is None:
            self._table = np.zeros(_CODE_POINTS, dtype=np.int64)
        if self._learn(a) and self._learn(b):
            return self._table[a], self._table[b], self.bits
        present = np.unique(np.concatenate([a, b]))
        return present.searchsorted(a) + 1, present.searchsorted(b) + 1, symbol_bits(len(present), self.orders)

    def _learn(self, points: npt.NDArray[Any]) -> bool:
        """Number characters met for the first time; False when there are too many by now."""
        import numpy as np

        new = points[self._table[points] == 0]
        if not len(new):
            return True
        fresh = np.unique(new)
        if symbol_bits(self._known + len(fresh), self.orders) == 0:
            return False
        self._table[fresh] = np.arange(self._known + 1, self._known + 1 + len(fresh))
        self._known += len(fresh)
        return True


def _code_points(text: str) -> npt.NDArray[Any]:
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
