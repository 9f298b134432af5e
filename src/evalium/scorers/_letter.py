"""The letter of a multiple-choice answer, as models write it."""

from __future__ import annotations

import re
import string
from functools import lru_cache

import msgspec

from ._answer import Take, after_phrases
from .normalise import normaliser

LETTERS = string.ascii_uppercase

same_text = normaliser(case="ignore", punctuation="strip", whitespace="collapse", unicode="NFKC")


class _Forms(msgspec.Struct, frozen=True):
    """Patterns of a letter, for one number of choices; group 1 or 2 is the letter."""

    alone: re.Pattern[str]
    behind_phrase: re.Pattern[str]
    leading: re.Pattern[str]
    marked: re.Pattern[str]
    isolated: re.Pattern[str]


@lru_cache(64)
def _forms(n: int) -> _Forms:
    upper, lower = LETTERS[:n], LETTERS[:n].lower()
    boxed = r"(?:\$?\\(?:boxed|text|textbf|mathrm|mathbf)\{\s*)*"
    end = r"(?=[\s.,;:*)\]}\"']*(?:$|\n))"
    lone = f"[{upper}]" if n < 9 else f"[{upper.replace('A', '').replace('I', '')}]"
    return _Forms(
        alone=re.compile(rf"[\W_]{{0,8}}{boxed}\(?([{upper}{lower}])\)?[\W_]{{0,8}}\Z", re.ASCII),
        behind_phrase=re.compile(
            rf"(?:(?i:option|choice|letter)\s+)?{boxed}[\[(*\"'`]*(?:([{upper}])(?![\w'’])|([{lower}])(?:(?<=\([{lower}])\)|{end}))"
        ),
        leading=re.compile(rf"[\s*_(\[]*([{upper}])[*_]*(?:[).:\]]|\s*$|\s*\n|\s+-\s)"),
        marked=re.compile(rf"\(([{upper}])\)|\*\*\(?([{upper}])\)?[.:]?\*\*|\\boxed\{{{boxed}\(?([{upper}])\b"),
        isolated=re.compile(rf"(?<![\w'’.])({lone})(?![\w'’])"),
    )


def read_letter(text: str, choices: tuple[str, ...], take: Take) -> int | None:
    """Index of the choice that an answer names, or None.

    Tried in this order: the whole answer is a letter; what follows "answer is", "Answer:" and the like, as a letter or
    as a choice's text; the answer begins with a letter (`C) ...`); the whole answer is a choice's text; letters in
    parentheses, bold or boxed; exactly one choice's text occurs; exactly one letter stands alone.

    Args:
        text: The answer.
        choices: The choices; empty means that letters A to Z are all there is.
        take: Which counts where there are several.

    Example:
        >>> read_letter("I'd say A first, but the answer is **(C)**.", ("x", "y", "z"), "last")
        2
        >>> read_letter("Red is wrong here: it is Blue", ("Red", "Blue"), "last") is None
        True
    """
    forms = _forms(min(len(choices) or 26, 26))
    if len(text) < 40 and (match := forms.alone.match(text)):
        return _index(match)
    for start in after_phrases(text, take):
        if match := forms.behind_phrase.match(text, start):
            return _index(match)
        found = _begins_with_choice(text[start : start + 400], choices)
        if found is not None:
            return found
    if match := forms.leading.match(text):
        return _index(match)
    whole = _whole_choice(text, choices)
    if whole is not None:
        return whole
    if marked := [_index(m) for m in forms.marked.finditer(text)]:
        return marked[0 if take == "first" else -1]
    named = _named_choices(text, choices)
    if len(named) == 1:
        return named.pop()
    alone = {_index(m) for m in forms.isolated.finditer(text)}
    return alone.pop() if len(alone) == 1 else None


def _index(match: re.Match[str]) -> int:
    return LETTERS.index(next(g for g in match.groups() if g).upper())


@lru_cache(2048)
def _normal(choices: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(same_text(choice) for choice in choices)


def _whole_choice(text: str, choices: tuple[str, ...]) -> int | None:
    if not choices or len(text) > 2 * max(map(len, choices)) + 20:
        return None
    normal, texts = same_text(text), _normal(choices)
    return texts.index(normal) if normal in texts and normal else None


def _begins_with_choice(rest: str, choices: tuple[str, ...]) -> int | None:
    """The choice with the longest text that a text begins with."""
    normal = same_text(rest.partition("\n")[0]) if choices else ""
    best, size = None, 0
    for index, choice in enumerate(_normal(choices)):
        if len(choice) > size and normal.startswith(choice) and not normal[len(choice) : len(choice) + 1].isalnum():
            best, size = index, len(choice)
    return best


def _named_choices(text: str, choices: tuple[str, ...]) -> set[int]:
    """Choices whose text occurs as whole words, not counting those inside a longer one that occurs."""
    if not choices:
        return set()
    normal = f" {same_text(text[-20_000:])} "
    found = {i for i, choice in enumerate(_normal(choices)) if choice and f" {choice} " in normal}
    texts = _normal(choices)
    return {i for i in found if not any(texts[i] != texts[j] and f" {texts[i]} " in f" {texts[j]} " for j in found)}
