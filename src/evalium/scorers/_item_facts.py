"""What is known of items: how alike two are, and how popular each is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from evalium.core import ConfigError

from ._unreadable import Unreadable, entries, fields, number

Features = tuple[float, ...] | frozenset[str]
"""A vector of length 1, or a set of categories."""


def features_of(value: Any, where: str) -> Features:
    """Features of an item: a category, a list of categories, or a list of numbers (scaled to length 1).

    Example:
        >>> sorted(features_of(["pop", "rock"], "item 'a'")), features_of([3, 4], "item 'a'")
        (['pop', 'rock'], (0.6, 0.8))
    """
    if isinstance(value, str):
        return frozenset([value])
    several = entries(value, where)
    if several and all(isinstance(one, str) for one in several):
        return frozenset(several)
    numbers = [number(one, where) for one in several]
    length = math.hypot(*numbers)
    if not length > 0:
        raise Unreadable(f"{where}: features are categories, or numbers that are not all 0; got {value!r}")
    return tuple(one / length for one in numbers)


def similarity(a: Features, b: Features) -> float:
    """Cosine of two vectors, Jaccard index of two sets of categories.

    Example:
        >>> similarity(frozenset(["x", "y"]), frozenset(["x"])), similarity((1.0, 0.0), (0.0, 1.0))
        (0.5, 0.0)
    """
    if isinstance(a, frozenset) and isinstance(b, frozenset):
        return len(a & b) / len(a | b)
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        # The cosine of a vector with itself may round to more than 1.
        return max(-1.0, min(1.0, sum(x * y for x, y in zip(a, b, strict=True))))
    raise Unreadable("features of two items differ in kind or in length")


def mean_similarity(items: Sequence[Features]) -> float:
    """Mean similarity of all pairs of at least two items.

    Example:
        >>> mean_similarity([(1.0, 0.0), (0.0, 1.0), (1.0, 0.0)])
        0.3333333333333333
    """
    pairs = [similarity(a, b) for i, a in enumerate(items) for b in items[:i]]
    return sum(pairs) / len(pairs)


def facts_of_all(name: str, features: Any, popularity: Any) -> tuple[dict[str, Features], dict[str, float]]:
    """Features and popularity by item, from a scorer's options.

    Raises:
        ConfigError: An item's features or popularity cannot be one.
    """
    try:
        known = {str(i): features_of(value, f"item {i!r}") for i, value in fields(features or {}, "features").items()}
        shares = {str(i): share_of(value, i) for i, value in fields(popularity or {}, "popularity").items()}
    except Unreadable as error:
        raise ConfigError(f"scorer {name!r}: {error}") from error
    return known, shares


def share_of(value: Any, item: Any) -> float:
    """A popularity: the share of users, or of interactions, that were with an item, in (0, 1]."""
    share = number(value, f"popularity of item {item!r} (a share: divide counts by their total)", low=0, high=1)
    if not share > 0:
        raise Unreadable(f"popularity of item {item!r} must be above 0: give items that nobody had a small share")
    return share


def known_of(items: Sequence[str], known: Mapping[str, Any]) -> list[Any] | None:
    """The facts of all the items, or None where one is not known or there are no items."""
    found = [known.get(item) for item in items]
    return None if not found or any(one is None for one in found) else found
