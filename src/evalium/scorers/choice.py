"""The choice is the right one, in whichever way the model was asked."""

from __future__ import annotations

import re
from typing import Literal

from evalium.core import Record, Status, Verdict

from ._answer import Take
from ._choice_logprobs import first_token, loglikelihoods
from ._choice_target import TargetIs, target_index
from ._factory import built_in
from ._letter import LETTERS, read_letter
from ._limit import compile_pattern, in_time
from ._target import NO_OUTPUT, NO_TARGET
from .base import ScoreFunction
from .extract import first_group

Norm = Literal["none", "characters", "bytes"]

_UNPARSED = Verdict(status=Status.UNPARSED, explanation="no choice can be read out of the output")


@built_in(kind="binary")
def choice(
    *, take: Take = "last", patterns: tuple[str, ...] = (), norm: Norm = "none", target_is: TargetIs = "auto"
) -> ScoreFunction:
    r"""Whether the model chose the right option of a multiple-choice question.

    Value 1 or 0, higher is better; `label` and `target` are letters. The target is an option's text, its letter (`C`,
    `(C)`) or its index from 0. How the model was asked is seen from the record:

    - written answer (`choice_generate`): a letter or text is read from the output, see `patterns`; else `unparsed`.
    - log-probabilities of the first token (`choice_first_token`): the likeliest letter; tokens that differ only in
      blanks around it are added up. `unparsed` when none of the letters is among the tokens.
    - log-likelihood of each option (`choice_loglikelihood`): the likeliest option. `values` holds `acc`, `acc_norm`
      (per character of the option, as lm-evaluation-harness) and `acc_bytes` (per UTF-8 byte); `norm` says which of
      them is the value.

    The last two also give `probabilities` over the letters. The first option wins a tie.

    Args:
        take: Which counts where a written answer names several.
        patterns: Regular expressions tried in this order in place of evalium's own reading; the first one that
            matches decides, by the first group that took part.
        norm: Length that log-likelihoods are divided by.
        target_is: What targets are, where it cannot be told: is `B` the letter, or the text of a choice? A record in
            which two readings differ gets a score of status `error` that says so.

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
        logprobs = record.logprobs or {}
        asked = next((way for way in ("first_token", "continuations") if way in logprobs), None)
        if asked is None and record.output is None:
            return NO_OUTPUT
        right = target_index(record.target, record.choices, target_is)
        if right is None:
            return NO_TARGET
        if asked == "first_token":
            return first_token(logprobs[asked], record.choices, right)
        if asked == "continuations" or record.output is None:
            return loglikelihoods(logprobs["continuations"], record.choices, right, norm)
        chosen = read(record.output, record.choices)
        if chosen is None:
            return _UNPARSED
        letter = LETTERS[chosen]
        return Verdict(value=1.0 if chosen == right else 0.0, label=letter, target=LETTERS[right], answer=letter)

    return score


def _by_patterns(patterns: list[re.Pattern[str]], text: str, choices: tuple[str, ...], take: Take) -> int | None:
    for pattern in patterns:
        matches = _all_matches(pattern, text)
        if matches:
            return read_letter(first_group(matches[0 if take == "first" else -1]), choices, take)
    return None


def _all_matches(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return in_time(lambda text: list(pattern.finditer(text)), text)
