"""Texts as ROUGE compares them: sentences of tokens."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from ._porter import stem as porter

Tokenizer = Literal["rouge", "whitespace", "characters", "unicode"]

_ASCII = re.compile(r"[a-z0-9]+")
_WORD = re.compile(r"\w+")
_SPLIT: dict[str, Callable[[str], list[str]]] = {
    "rouge": _ASCII.findall,
    "unicode": _WORD.findall,
    "whitespace": str.split,
    "characters": lambda text: list("".join(text.split())),
}


class Text(NamedTuple):
    """A text of which everything that the ROUGE types need is known.

    Attributes:
        tokens: All tokens.
        sentences: Tokens of each line that is not empty.
        unread: Whether the text says something and yet has no token.
    """

    tokens: list[str]
    sentences: list[list[str]]
    unread: bool


def reader(tokenizer: Tokenizer, stemmed: bool) -> Callable[[str], Text]:
    r"""A function that splits a text into lines and tokens, in lower case.

    Args:
        tokenizer: `rouge` takes runs of a-z and 0-9, as rouge-score does; `unicode` words of any script; `whitespace`
            what stands between blanks; `characters` each that is no blank.
        stemmed: Stem the tokens of more than 3 characters, as rouge-score does.

    Example:
        >>> reader("rouge", True)("The cat's toys.\nFine").sentences
        [['the', 'cat', 's', 'toy'], ['fine']]
    """
    split = _SPLIT[tokenizer]

    def read(text: str) -> Text:
        sentences = [split(line) for line in text.lower().split("\n") if line]
        if stemmed:
            sentences = [[porter(t) if len(t) > 3 else t for t in sentence] for sentence in sentences]
        tokens = sentences[0] if len(sentences) == 1 else [token for sentence in sentences for token in sentence]
        return Text(tokens, sentences, not tokens and not not text.strip())

    return read
