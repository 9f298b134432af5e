"""The choice is the right one, in whichever way the model was asked."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal

from evalium.core import Record, ScoreError, Status, Verdict

from ._answer import Take
from ._choice_logprobs import first_token, loglikelihoods
from ._factory import built_in
from ._letter import LETTERS, read_letter, same_text
from ._limit import compile_pattern, in_time
from ._target import NO_OUTPUT, NO_TARGET
from .base import ScoreFunction
from .extract import first_group

Norm = Literal["none", "characters", "bytes"]

_UNPARSED = Verdict(status=Status.UNPARSED, explanation="no choice can be read out of the output")


@built_in(kind="binary")
def choice(*, take: Take = "last", patterns: tuple[str, ...] = (), norm: Norm = "none") -> ScoreFunction:
    r"""Whether the model chose the right option of a multiple-choice question.

    Value 1 or 0, higher is better; `label` and `target` are letters. The target is an option's text, its letter (`C`,
    `(C)`) or its index from 0; text goes before letter. How the model was asked is seen from the record:

    - written answer (`choice_generate`): a letter or text is read from the output, see `patterns`; else `unparsed`.
    - log-probabilities of the first token (`choice_first_token`): the likeliest letter; tokens that differ only in
      blanks around it are added up. `unparsed` when none of the letters is among the tokens.
    - log-likelihood of each option (`choice_loglikelihood`): the likeliest option. `values` holds `acc`, `acc_norm` (per
      character of the option, as lm-evaluation-harness) and `acc_bytes` (per UTF-8 byte); `norm` says which of them
      is the value.

    The last two also give `probabilities` over the letters. The first option wins a tie.

    Args:
        take: Which counts where a written answer names several.
        patterns: Regular expressions tried in this order in place of evalium's own reading; the first one that
            matches decides, by the first group that took part.
        norm: Length that log-likelihoods are divided by.

    Raises:
        ConfigError: A pattern is not a regular expression.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="Both seem fine, but the answer is (B).", choices=("red", "blue"), target="blue")
        >>> verdict = choice().score(record)
        >>> verdict.value, verdict.label
        (1.0, 'B')
    """
    compiled = [compile_pattern(p, "scorer 'choice', option 'patterns'") for p in patterns]

    def read(text: str, choices: tuple[str, ...]) -> int | None:
        return _by_patterns(compiled, text, choices, take) if compiled else read_letter(text, choices, take)

    def score(record: Record) -> Verdict:
        right = _target(record.target, record.choices)
        logprobs = record.logprobs or {}
        if "first_token" in logprobs:
            return first_token(logprobs["first_token"], record.choices, right)
        if "continuations" in logprobs:
            return loglikelihoods(logprobs["continuations"], record.choices, right, norm)
        if record.output is None:
            return NO_OUTPUT
        if right is None:
            return NO_TARGET
        chosen = read(record.output, record.choices)
        if chosen is None:
            return _UNPARSED
        letter = LETTERS[chosen]
        return Verdict(value=1.0 if chosen == right else 0.0, label=letter, target=LETTERS[right], answer=letter)

    return score


def _target(target: Any, choices: tuple[str, ...]) -> int | None:
    if type(target) is str:
        return _target_text(target, choices)
    if isinstance(target, (list, tuple)) and len(target) == 1:
        return _target(target[0], choices)
    if target is None:
        return None
    if isinstance(target, int) and not isinstance(target, bool) and 0 <= target < (len(choices) or 26):
        return target
    raise ScoreError(f"the target {target!r} is no text, letter or index (from 0) of one of {len(choices)} choices")


@lru_cache(4096)
def _target_text(target: str, choices: tuple[str, ...]) -> int:
    if target in choices:
        return choices.index(target)
    bare = target.strip().strip("().")
    if len(bare) == 1 and bare.upper() in LETTERS[: len(choices) or 26]:
        return LETTERS.index(bare.upper())
    normal = [same_text(choice) for choice in choices]
    if same_text(target) in normal:
        return normal.index(same_text(target))
    if bare.isdecimal() and int(bare) < len(choices):
        return int(bare)
    raise ScoreError(f"the target {target!r} is none of the choices, nor a letter or index of one")


def _by_patterns(
    patterns: list[re.Pattern[str]], text: str, choices: tuple[str, ...], take: Take
) -> int | None:
    for pattern in patterns:
        matches = in_time(lambda t, p=pattern: list(p.finditer(t)), text)  # type: ignore[misc]
        if matches:
            return read_letter(first_group(matches[0 if take == "first" else -1]), choices, take)
    return None
