"""Score functions of two texts that can also take many pairs at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container, Iterator, Sequence
from itertools import accumulate
from operator import add
from typing import TYPE_CHECKING, Any

from evalium.core import Record

from .base import ScoreFunction

if TYPE_CHECKING:
    import numpy.typing as npt

    Columns = dict[str, npt.NDArray[Any]]

Wanted = Container[str]
ALL: Wanted = ("value", "values")
"""Which fields are wanted: `value`, `values.<name>`, or `values` for all of these."""
_TOGETHER = 45_000
"""Characters that are compared at once: their arrays stay small enough to be had without asking the system."""


class TextPairs:
    """A score function of an output and its target, and the same for many of them.

    Args:
        score: Scores a record.
        columns: Of [n] outputs, [n] targets and the fields that are wanted, these as columns [n], the same numbers as
            those of `score`; further ones do no harm.
    """

    def __init__(
        self, score: ScoreFunction, columns: Callable[[Sequence[str], Sequence[str], Wanted], Columns]
    ) -> None:
        self._score, self._columns = score, columns

    def __call__(self, record: Record) -> Any:
        """Score one record."""
        return self._score(record)

    def columns(self, outputs: Sequence[Any], targets: Sequence[Any], wanted: Wanted = ALL) -> Columns | None:
        """Fields of all verdicts; None where an output is missing or a target is no single text."""
        import numpy as np

        if not (_plain(outputs) and _plain(targets)):
            return None
        parts = [self._columns(outputs[cut], targets[cut], wanted) for cut in cuts(outputs, targets, _TOGETHER)]
        return {field: np.concatenate([part[field] for part in parts]) for field in parts[0]}


def _plain(texts: Sequence[Any]) -> bool:
    return set(map(type, texts)) == {str}


def cuts(firsts: Sequence[str], seconds: Sequence[str], characters: int) -> Iterator[slice]:
    """Parts of at most so many characters, or of one pair that has more.

    Example:
        >>> [*cuts(["ab", "c", "d", "long enough"], ["", "c", "d", ""], 4)]
        [slice(0, 2, None), slice(2, 3, None), slice(3, 4, None)]
    """
    upto = [*accumulate(map(add, map(len, firsts), map(len, seconds)), initial=0)]
    start = 0
    while start < len(firsts):
        stop = max(start + 1, bisect_right(upto, upto[start] + characters, start) - 1)
        yield slice(start, stop)
        start = stop
