"""METEOR's alignment of words and its score, as NLTK computes them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from ._porter import stem

Synonyms = Callable[[str], Collection[str]]
"""Words, the word itself among them, that a word may be matched with."""

Numbered = list[tuple[int, str]]
Pairs = list[tuple[int, int]]


class Alignment(NamedTuple):
    """What METEOR is made of.

    Attributes:
        matches: Matched words.
        chunks: Runs of matches adjacent on both sides; 0 without matches.
        output_length: Words of the output.
        target_length: Words of the target.
    """

    matches: int
    chunks: int
    output_length: int
    target_length: int

    def score(self, alpha: float, beta: float, gamma: float) -> float:
        """Weighted harmonic mean of precision and recall, less the penalty for chunks.

        Example:
            >>> Alignment(2, 1, 2, 2).score(0.9, 3.0, 0.5)
            0.9375
        """
        if not self.matches:
            return 0.0
        precision, recall = self.matches / self.output_length, self.matches / self.target_length
        mean = precision * recall / (alpha * precision + (1 - alpha) * recall)
        return float((1 - gamma * (self.chunks / self.matches) ** beta) * mean)


def align(output: Sequence[str], target: Sequence[str], synonyms: Synonyms | None) -> Alignment:
    """Match words that are equal, then those of the same stem, then synonyms.

    From the last word of the output to the first, each takes the last word of the target that is still free.

    Args:
        output: Words in lower case.
        target: Words in lower case.
        synonyms: See `Synonyms`; None leaves that stage out.

    Example:
        >>> align(["cats", "sat"], ["cat", "sat"], None)
        Alignment(matches=2, chunks=1, output_length=2, target_length=2)
    """
    left, right = list(enumerate(output)), list(enumerate(target))
    pairs, left, right = _matched(left, right, _itself)
    stems = {word: stem(word) for _, word in [*left, *right]}
    more, left, right = _matched(
        [(i, stems[word]) for i, word in left], [(i, stems[word]) for i, word in right], _itself
    )
    pairs += more
    if synonyms is not None:
        # NLTK looks up the stems of what is left, and so does this
        pairs += _matched(left, right, synonyms)[0]
    return Alignment(len(pairs), _chunks(sorted(pairs)), len(output), len(target))


def _itself(word: str) -> Collection[str]:
    return (word,)


def _matched(output: Numbered, target: Numbered, known_as: Synonyms) -> tuple[Pairs, Numbered, Numbered]:
    """Pairs of positions, and the words that are left on both sides."""
    free: dict[str, list[int]] = {}
    for at, (_, word) in enumerate(target):
        free.setdefault(word, []).append(at)
    pairs: Pairs = []
    left: Numbered = []
    taken: set[int] = set()
    for i, word in reversed(output):
        places = [free[name] for name in known_as(word) if free.get(name)]
        if not places:
            left.append((i, word))
            continue
        at = max(places, key=_last).pop()
        taken.add(at)
        pairs.append((i, target[at][0]))
    return pairs, left[::-1], [each for at, each in enumerate(target) if at not in taken]


def _last(places: list[int]) -> int:
    return places[-1]


def _chunks(pairs: Pairs) -> int:
    breaks = sum(b != (a[0] + 1, a[1] + 1) for a, b in pairwise(pairs))
    return breaks + 1 if pairs else 0
