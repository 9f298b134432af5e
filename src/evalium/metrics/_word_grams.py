"""Runs of n words as numbers, over a column with the words of each unit."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .column import Floats, Ragged

Ints = npt.NDArray[np.int64]


class Grams(NamedTuple):
    """The n-grams of all units, unit after unit.

    Attributes:
        codes: [m] number of each n-gram, from 0; equal ones share it.
        units: [m] unit that has it.
    """

    codes: Ints
    units: Ints


class Pairs(NamedTuple):
    """How often each unit has each of its n-grams, by n-gram and then most frequent first.

    Attributes:
        codes: [p] n-gram.
        units: [p] unit.
        counts: [p] how often.
    """

    codes: Ints
    units: Ints
    counts: Floats


def grams(words: Ragged, n: int) -> Grams:
    """The runs of n words that do not leave a unit.

    Example:
        >>> grams(Ragged.of([[7, 8, 7, 8], [8, 7]]), 2)
        Grams(codes=array([0, 1, 0, 1]), units=array([0, 0, 0, 1]))
    """
    units = words.units
    single = np.unique(words.values, return_inverse=True)[1].astype(np.int64)
    size = int(single.max(initial=0)) + 1
    codes = single
    for more in range(1, n):
        longer = codes[:-1] * size + single[more:]
        codes = np.unique(longer, return_inverse=True)[1].astype(np.int64)
    within = units[: len(codes)] == units[n - 1 :] if n > 1 else np.ones(len(codes), dtype=bool)
    return Grams(codes[within], units[: len(codes)][within])


def pairs(found: Grams, n_units: int) -> Pairs:
    """Count the n-grams of each unit."""
    keys, counts = np.unique(found.codes * n_units + found.units, return_counts=True)
    codes, units = keys // max(n_units, 1), keys % max(n_units, 1)
    order = np.lexsort((-counts, codes))
    return Pairs(codes[order], units[order], counts[order].astype(np.float64))
