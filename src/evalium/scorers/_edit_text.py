"""Texts as the units that edit distances count: words or characters, after a declared normalisation."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from ._word_characters import words_as_characters
from .normalise import Case, Punctuation, Unicode, normaliser

Blanks = Literal["jiwer", "collapse"]
Split = Callable[[str], Sequence[str]]
SplitAll = Callable[[Sequence[str]], Sequence[Sequence[str]]]

_RUN = re.compile(r"\s\s+")


def word_splitter(
    *, case: Case = "keep", punctuation: Punctuation = "keep", whitespace: Blanks = "jiwer", unicode: Unicode = "keep"
) -> Split:
    r"""Make the function that cuts a text into words.

    Args:
        case: `ignore` upper and lower case.
        punctuation: `strip` all of it.
        whitespace: `jiwer` as jiwer 4 does: two or more characters of whitespace are one blank, and words are what
            stands between blanks, so that a lone line break or tab stays inside its word; `collapse` ends a word at
            any whitespace.
        unicode: Normal form.

    Example:
        >>> word_splitter()("a  b\tc"), word_splitter(whitespace="collapse")("a  b\tc")
        (['a', 'b\tc'], ['a', 'b', 'c'])
    """
    cut: Split = _as_jiwer if whitespace == "jiwer" else str.split
    return _after(cut, case, punctuation, unicode)


def word_splitter_of_many(
    *, case: Case = "keep", punctuation: Punctuation = "keep", whitespace: Blanks = "jiwer", unicode: Unicode = "keep"
) -> SplitAll:
    """Make the function that cuts many texts into words at once, or stands a character for each word.

    Its options are those of `word_splitter`.

    Example:
        >>> first, second = word_splitter_of_many()(["the cat", "cat the cat"])
        >>> first[1] == second[0] == second[2], first[0] == second[1], len(second)
        (True, True, 3)
    """
    cut: Split = _as_jiwer if whitespace == "jiwer" else str.split

    def code(texts: Sequence[str]) -> Sequence[Sequence[str]]:
        # Characters that take several bytes make coding slower than what it saves.
        few_bytes = 2 * sum(map(str.isascii, texts)) > len(texts)
        return words_as_characters(texts, cut) if few_bytes else [*map(cut, texts)]

    if case == punctuation == unicode == "keep":
        return code
    normalise = normaliser(case=case, punctuation=punctuation, whitespace="keep", unicode=unicode)
    return lambda texts: code([*map(normalise, texts)])


def character_splitter(
    *, case: Case = "keep", punctuation: Punctuation = "keep", whitespace: Blanks = "jiwer", unicode: Unicode = "keep"
) -> Split:
    r"""Make the function that gives a text as the characters to compare.

    Args:
        case: `ignore` upper and lower case.
        punctuation: `strip` all of it.
        whitespace: `jiwer` strips it at both ends only, as jiwer 4 does; `collapse` also makes every run one blank.
        unicode: Normal form.

    Example:
        >>> character_splitter()(" a  b "), character_splitter(whitespace="collapse")(" a\n b ")
        ('a  b', 'a b')
    """
    cut: Split = str.strip if whitespace == "jiwer" else _collapsed
    return _after(cut, case, punctuation, unicode)


def _after(cut: Split, case: Case, punctuation: Punctuation, unicode: Unicode) -> Split:
    if case == punctuation == unicode == "keep":
        return cut
    normalise = normaliser(case=case, punctuation=punctuation, whitespace="keep", unicode=unicode)
    return lambda text: cut(normalise(text))


def _as_jiwer(text: str) -> Sequence[str]:
    # Printable text has no whitespace but blanks, where Python's own split gives the same and is much faster.
    if text.isprintable():
        return text.split()
    return [word for word in _RUN.sub(" ", text).strip().split(" ") if word]


def _collapsed(text: str) -> str:
    return " ".join(text.split())
