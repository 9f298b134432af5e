"""Identifiers seen so far, in 16 to 32 bytes each."""

from __future__ import annotations

from array import array

_MASK = 2**64 - 1


class SeenIds:
    """A set of 64-bit hashes of texts: open addressing in one array, at most half full.

    Example:
        >>> seen = SeenIds()
        >>> seen.add("a"), seen.add("b"), seen.add("a")
        (True, True, False)
    """

    def __init__(self) -> None:
        self._slots = array("Q", [0]) * 1024
        self._count = 0

    def add(self, text: str) -> bool:
        """Remember a text; False if it, or one with the same hash, was there already."""
        key = (hash(text) & _MASK) or 1
        if not _insert(self._slots, key):
            return False
        self._count += 1
        if self._count * 2 > len(self._slots):
            self._grow()
        return True

    def _grow(self) -> None:
        larger = array("Q", [0]) * (2 * len(self._slots))
        for key in self._slots:
            if key:
                _insert(larger, key)
        self._slots = larger


def _insert(slots: array[int], key: int) -> bool:
    last = len(slots) - 1
    at = key & last
    while found := slots[at]:
        if found == key:
            return False
        at = (at + 1) & last
    slots[at] = key
    return True
