"""Texts with one character for each word, so that whatever compares characters compares words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Codes = npt.NDArray[np.uint64]

FIRST = 0xE000
"""Above the surrogates, which are slow to decode."""
_FEW, _MANY = 2_000, 300_000
"""Fewer characters are not worth arrays; of more the numbers might not fit."""
_MULTIPLIER = 0x9E3779B97F4A7C15


def words_as_characters(texts: Sequence[str], cut: Callable[[str], Sequence[str]] = str.split) -> list[str]:
    r"""Each text as a string with a character for each word; equal characters are equal words, across all the texts.

    Args:
        texts: Texts.
        cut: What splits a text into words; at nothing but blanks where the text is printable.

    Raises:
        ValueError: They have more than a million distinct words.

    Example:
        >>> first, second = words_as_characters(["a cat and a dog", "a\tcat"])
        >>> len(first), first[0] == first[3] == second[0], first[1] == second[1]
        (5, True, True)
    """
    if not _FEW < sum(map(len, texts)) < _MANY:
        return _one_by_one(map(cut, texts))
    spaced: Sequence[str] = texts
    buffer = _in_one(spaced)
    if not _printable(spaced, buffer):
        spaced = [text if text.isprintable() else " ".join(cut(text)) for text in texts]
        buffer = _in_one(spaced)
        if b"\0" in buffer:
            return _one_by_one(map(cut, texts))
    return _together(spaced, buffer)


def _one_by_one(texts: Iterable[Sequence[str]]) -> list[str]:
    known: dict[str, str] = {}
    return ["".join([known.setdefault(word, chr(FIRST + len(known))) for word in words]) for words in texts]


def _in_one(texts: Sequence[str]) -> bytes:
    """All texts in UTF-8, with blanks before, between and after."""
    return _utf8(" ".join(["", *texts, " " * 8]))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _printable(texts: Sequence[str], buffer: bytes) -> bool:
    import numpy as np

    controls = b"\x7f" in buffer or np.frombuffer(buffer, dtype=np.uint8).min() < ord(" ")
    return not controls and all(text.isascii() or text.isprintable() for text in texts)


def _together(texts: Sequence[str], buffer: bytes) -> list[str]:
    import numpy as np

    blank = np.frombuffer(buffer, dtype=np.uint8) == ord(" ")
    edges = (blank[1:] != blank[:-1]).nonzero()[0] + 1
    starts, sizes = edges[0::2], edges[1::2] - edges[0::2]
    words = (_numbered(buffer, starts, sizes) + FIRST).astype("<u4").tobytes().decode("utf-32-le")
    lengths = [len(text) if text.isascii() else len(_utf8(text)) for text in texts]
    ends = starts.searchsorted(np.cumsum(lengths) + np.arange(1, len(texts) + 1)).tolist()
    return [words[start:end] for start, end in pairwise([0, *ends])]


def _numbered(buffer: bytes, starts: Ints, sizes: Ints) -> Ints:
    """A number for each word: of its first 8 bytes, then of that number and as many more bytes as fit beside it."""
    import numpy as np

    eights = np.ndarray((len(buffer) - 7,), dtype="<u8", buffer=buffer, strides=(1,))
    numbers = _distinct(_first_bytes(eights[starts], sizes))
    first, offset = 3 * len(numbers), 8
    longer = (sizes > offset).nonzero()[0]
    while len(longer):
        room = (64 - first.bit_length()) // 8
        more = _first_bytes(eights[starts[longer] + offset], np.minimum(sizes[longer] - offset, room))
        numbers[longer] = first + _distinct(numbers[longer].view(np.uint64) | more)
        first += 3 * len(longer)
        offset += room
        longer = longer[sizes[longer] > offset]
    return numbers


def _first_bytes(eights: Codes, sizes: Ints) -> Codes:
    """The first bytes of eight, followed by zeros, at the upper end of the number."""
    import numpy as np

    return eights << (64 - 8 * np.minimum(sizes, 8)).view(np.uint64)


def _distinct(codes: Codes) -> Ints:
    """Numbers from 0, below three for each code, that are equal where the codes are."""
    import numpy as np

    bits = max(1, len(codes).bit_length())
    numbers = (codes * np.uint64(_MULTIPLIER) >> np.uint64(64 - bits)).view(np.int64)
    table = np.empty(1 << bits, dtype=np.uint64)
    table[numbers] = codes
    # Where several codes fall on one number, the last one keeps it.
    lost = (table[numbers] != codes).nonzero()[0]
    others = np.sort(codes[lost])
    numbers[lost] = (1 << bits) + others.searchsorted(codes[lost])
    return numbers
