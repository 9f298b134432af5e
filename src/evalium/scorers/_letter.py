"""The letter of a multiple-choice answer, as models write it."""

from __future__ import annotations

import re
import string
from functools import lru_cache

import msgspec

from ._answer import Take, after_phrases
from .normalise import normaliser

LETTERS = string.ascii_uppercase
SHORT = 200
"""Characters of an answer, or of its last line, in which a letter or a text without any mark may be meant as one."""

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
    # A and I are words.
    lone = upper.replace("A", "").replace("I", "") or "A"
    return _Forms(
        alone=re.compile(rf"[\W_]{{0,8}}{boxed}\(?([{upper}{lower}])\)?[\W_]{{0,8}}\Z", re.ASCII),
        behind_phrase=re.compile(
            r"(?:(?i:option|choice|letter)\s+)?"
            rf"{boxed}[\[(*\"'`]*(?:([{upper}])(?![\w'’])|([{lower}])(?:(?<=\([{lower}])\)|{end}))"
        ),
        leading=re.compile(rf"[\s*_(\[]*([{upper}])[*_]*(?:[).:\]]|\s*$|\s*\n|\s+-\s)"),
        marked=re.compile(rf"\(([{upper}])\)|\*\*\(?([{upper}])\)?[.:]?\*\*|\\boxed\{{{boxed}\(?([{upper}])\b"),
        isolated=re.compile(rf"(?<![\w'’.])([{lone}])(?![\w'’])"),
    )


def read_letter(text: str, choices: tuple[str, ...], take: Take) -> int | None:
    """Index of the choice that an answer names, or None.

    Tried in this order: the whole answer is a letter; what follows "answer is", "Answer:" and the like, as a letter or
    as a choice's text; the answer begins with a letter (`C) ...`); the whole answer is a choice's text. Then, in its
    last line only: letters in parentheses, bold or boxed; and where that line is short, exactly one choice's text,
    exactly one letter that stands alone.

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
    return _in_last_line(text, choices, forms, take) if whole is None else whole


def _in_last_line(text: str, choices: tuple[str, ...], forms: _Forms, take: Take) -> int | None:
    line = text.rstrip().rpartition("\n")[2]
    marked = forms.marked.findall(line)
    if marked:
        return LETTERS.index(next(filter(None, marked[0 if take == "first" else -1])))
    if len(line) > SHORT:
        return None
    named = _named_choices(line, choices)
    if named:
        return named.pop() if len(named) == 1 else None
    alone = set(forms.isolated.findall(line)) if len(text) <= SHORT else set()
    return LETTERS.index(alone.pop()) if len(alone) == 1 else None


def _index(match: re.Match[str]) -> int:
    return LETTERS.index(next(filter(None, match.groups())).upper())


@lru_cache(1024)
def _normal(choices: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(same_text(choice) for choice in choices)


@lru_cache(1024)
def _longest(choices: tuple[str, ...]) -> int:
    return max(map(len, choices), default=0)


def _whole_choice(text: str, choices: tuple[str, ...]) -> int | None:
    if len(text) > 2 * _longest(choices) + 20:
        return None
    normal, texts = same_text(text), _normal(choices)
    return texts.index(normal) if normal and normal in texts else None


def _begins_with_choice(rest: str, choices: tuple[str, ...]) -> int | None:
    """The choice with the longest text that a text begins with."""
    normal = same_text(rest.partition("\n")[0]) if choices else ""
    best, size = None, 0
    for index, choice in enumerate(_normal(choices)):
        if len(choice) > size and normal.startswith(choice) and not normal[len(choice) : len(choice) + 1].isalnum():
            best, size = index, len(choice)
    return best


def _named_choices(line: str, choices: tuple[str, ...]) -> set[int]:
    """Choices whose text occurs as whole words, not counting those inside a longer one that occurs."""
    normal, texts = f" {same_text(line)} ", _normal(choices)
    found = {i for i, choice in enumerate(texts) if choice and f" {choice} " in normal}
    return {i for i in found if not any(texts[i] != texts[j] and f" {texts[i]} " in f" {texts[j]} " for j in found)}
