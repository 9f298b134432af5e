"""Longest common subsequences by bit vectors over the positions of one of the two sequences."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence


def positions(tokens: Sequence[str], among: Container[str] | None = None) -> dict[str, int]:
    """For each token the set of its positions, as the bits of a number.

    Args:
        tokens: The sequence.
        among: Tokens that matter; all when None.

    Example:
        >>> positions(["a", "b", "a"])
        {'a': 5, 'b': 2}
    """
    found: dict[str, int] = {}
    bit = 1
    for token in tokens:
        if among is None or token in among:
            found[token] = found.get(token, 0) | bit
        bit <<= 1
    return found


def lcs_length(where: Mapping[str, int], n: int, other: Sequence[str]) -> int:
    """Length of the longest common subsequence.

    Hyyrö 2004: bit i of the state is 0 where the length grows from position i - 1 to i.

    Args:
        where: `positions` of one sequence.
        n: Its length.
        other: The other sequence.

    Example:
        >>> lcs_length(positions(["a", "b", "c"]), 3, ["b", "x", "c"])
        2
    """
    full = (1 << n) - 1
    state = full
    for at in map(where.get, other):
        if at:
            kept = state & at
            if kept:
                state = ((state + kept) | (state - kept)) & full
    return n - state.bit_count()


def lcs_positions(where: Mapping[str, int], n: int, other: Sequence[str]) -> int:
    """Positions, as bits, of that longest common subsequence which rouge-score's walk through the table finds.

    From the end of both: a match goes diagonally; else left (in `other`) where the length is greater there than above,
    else up. After column j a cell above which the length does not grow is one whose bit of state j is 1, so "up" is a
    jump to the highest 0, or the highest match, at or below.

    Args:
        where: `positions` of the sequence whose positions are wanted.
        n: Its length.
        other: The other sequence.

    Example:
        >>> lcs_positions(positions(["a", "b"]), 2, ["b", "a"])
        1
    """
    full = (1 << n) - 1
    state = full
    columns: list[tuple[int, int]] = []
    gap = True
    for at in map(where.get, other):
        if at:
            kept = state & at
            if kept:
                state = ((state + kept) | (state - kept)) & full
            columns.append((full ^ state, at))
            gap = False
        elif not gap:
            # further columns without a match would leave the walk where the first left it
            columns.append((full ^ state, 0))
            gap = True
    return _walk(columns, full)


def _walk(columns: list[tuple[int, int]], below: int) -> int:
    """Walk back through columns (where the length grows, where the column's token is)."""
    found = 0
    for grows, at in reversed(columns):
        stop = ((grows | at) & below).bit_length()
        if not stop:
            break
        bit = 1 << (stop - 1)
        if at & bit:
            found |= bit
            below = bit - 1
        else:
            below = (bit << 1) - 1
    return found
