"""Vectors of texts that need no download: pieces of words, hashed. A stand-in for a sentence encoder."""

from collections.abc import Iterator, Sequence
from zlib import crc32

import numpy as np
from errors import COMMON, words

SIZE = 4096


def pieces_of_words(texts: Sequence[str]) -> np.ndarray:
    """One vector a text: square roots of the counts of the pieces of its less common words."""
    vectors = np.zeros((len(texts), SIZE))
    for vector, text in zip(vectors, texts, strict=True):
        for piece in pieces(text):
            vector[crc32(piece.encode()) % SIZE] += 1
    return np.sqrt(vectors)


def pieces(text: str) -> Iterator[str]:
    """Runs of three to five letters, so that "closed" and "closure" have something in common."""
    for word in words(text):
        if word not in COMMON:
            framed = f"<{word}>"
            yield from (framed[i : i + size] for size in (3, 4, 5) for i in range(len(framed) - size + 1))
