"""What counts as the same text: one normaliser with named options."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable
from typing import Literal

Case = Literal["keep", "ignore"]
Whitespace = Literal["keep", "strip", "collapse"]
Punctuation = Literal["keep", "strip"]
Articles = Literal["keep", "strip"]
Unicode = Literal["keep", "NFC", "NFKC"]

_ASCII_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b", re.IGNORECASE)

Step = Callable[[str], str]


def normaliser(
    *,
    case: Case = "keep",
    whitespace: Whitespace = "strip",
    punctuation: Punctuation = "keep",
    articles: Articles = "keep",
    unicode: Unicode = "NFC",
) -> Step:
    r"""Make the function that texts go through before they are compared; doing it twice changes nothing more.

    Args:
        case: `ignore` folds case as Unicode does, so that STRASSE is straße.
        whitespace: `strip` that at both ends; `collapse` also makes every run inside one blank.
        punctuation: `strip` removes Unicode punctuation and the ASCII symbols, without leaving a blank.
        articles: `strip` removes the English a, an, the, and collapses whitespace.
        unicode: Normal form. `NFC` makes equal what Unicode calls canonically equivalent; `NFKC` also
            full-width letters, ligatures and the like.

    Example:
        >>> normaliser()(" Caf\u0065\u0301 ") == "Café"
        True
        >>> normaliser(case="ignore", punctuation="strip", articles="strip")("The  cat's\tHat!")
        'cats hat'
    """
    steps: list[Step] = []
    if case == "ignore" or unicode != "keep":
        steps.append(_folder(case, unicode))
    if punctuation == "strip":
        steps.append(_without_punctuation)
    if articles == "strip":
        steps.append(_without_articles)
    if whitespace == "collapse" or articles == "strip":
        steps.append(_collapsed)
    elif whitespace == "strip":
        steps.append(str.strip)
    # What was removed may have kept a letter and its accent apart.
    if punctuation == "strip" and unicode != "keep":
        steps.append(_former(unicode))
    if len(steps) == 1:
        return steps[0]

    def normalise(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return normalise


def _former(unicode: Unicode) -> Step:
    form: Literal["NFC", "NFKC"] = "NFKC" if unicode == "NFKC" else "NFC"
    return lambda text: text if text.isascii() else unicodedata.normalize(form, text)


def _folder(case: Case, unicode: Unicode) -> Step:
    normal = _former(unicode)
    if case == "keep":
        return normal
    if unicode == "keep":
        return str.casefold

    def fold(text: str) -> str:
        if text.isascii():
            return text.lower()
        # Unicode's definition of a caseless match: decompose, fold, normalise, fold and normalise again.
        text = normal(unicodedata.normalize("NFD", text).casefold())
        return normal(unicodedata.normalize("NFD", text).casefold())

    return fold


def _without_punctuation(text: str) -> str:
    text = text.translate(_ASCII_PUNCTUATION)
    if text.isascii():
        return text
    return "".join(c for c in text if c.isascii() or not unicodedata.category(c).startswith("P"))


def _without_articles(text: str) -> str:
    return _ARTICLES.sub(" ", text)


def _collapsed(text: str) -> str:
    return " ".join(text.split())
