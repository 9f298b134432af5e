"""Word n-grams of texts, and how many two texts share: what BLEU is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

Ngram = tuple[str, ...]


class Ngrams:
    """The n-grams of one text, or the most of each in several.

    Args:
        texts: Words of each text.
        orders: Greatest n.

    Attributes:
        lengths: Words of each text.
        distinct: The n-grams of order 1, 2, ...
        repeated: Whether a text holds one of an order more than once.
    """

    def __init__(self, texts: Sequence[Sequence[str]], orders: int) -> None:
        self.texts = texts
        self.lengths = [len(words) for words in texts]
        found = [[set(_ngrams(words, n)) for words in texts] for n in range(1, orders + 1)]
        self.distinct = [sets[0] if len(sets) == 1 else set().union(*sets) for sets in found]
        self.repeated = [
            any(len(one) < length - n for one, length in zip(sets, self.lengths, strict=True))
            for n, sets in enumerate(found)
        ]

    def counts(self, n: int) -> Counter[Ngram]:
        """How often each n-gram occurs, in the text that has it most often."""
        most: Counter[Ngram] = Counter()
        for words in self.texts:
            most |= Counter(_ngrams(words, n))
        return most


def _ngrams(words: Sequence[str], n: int) -> zip[Ngram]:
    return zip(*(words[i:] for i in range(n)), strict=False)


def matches(text: Ngrams, reference: Ngrams) -> list[int]:
    """N-grams of a text that are found in a reference, each at most as often as it is there, for every order.

    Example:
        >>> matches(Ngrams(["aab"], 2), Ngrams(["abc"], 2)), matches(Ngrams(["aaab"], 2), Ngrams(["aa", "b"], 2))
        ([2, 1], [3, 1])
    """
    found = []
    for n, (mine, theirs) in enumerate(zip(text.distinct, reference.distinct, strict=True)):
        both = mine & theirs
        shared = len(both)
        # Mostly no n-gram occurs twice on both sides, and then the size of the intersection is the answer.
        if both and text.repeated[n] and reference.repeated[n]:
            a, b = text.counts(n + 1), reference.counts(n + 1)
            shared = sum(min(a[ngram], b[ngram]) for ngram in both)
        found.append(shared)
    return found
