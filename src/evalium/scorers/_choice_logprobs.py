"""Multiple choice by log-probability."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from evalium.core import ScoreError, Status, Verdict

from ._letter import LETTERS

_BLANKS = " \t\n▁Ġ"
"""Blanks as tokenizers write them."""


def first_token(tokens: Mapping[str, float], choices: tuple[str, ...], right: int) -> Verdict:
    """Judge by the log-probabilities of the first token.

    Args:
        tokens: Log-probability (nats) by token.
        choices: The options; their letters are looked for.
        right: Index of the right option.
    """
    n = len(choices) or right + 1
    masses: list[list[float]] = [[] for _ in range(n)]
    for token, logprob in tokens.items():
        letter = token.strip(_BLANKS).strip("().")
        if len(letter) == 1 and letter in LETTERS[:n]:
            masses[LETTERS.index(letter)].append(logprob)
    sums = [_log_sum(mass) for mass in masses]
    if max(sums) == -math.inf:
        return Verdict(status=Status.UNPARSED, explanation="no letter of a choice is among the likeliest first tokens")
    chosen = sums.index(max(sums))
    return _verdict(chosen, right, sums, {})


def loglikelihoods(
    logprobs: Sequence[float], choices: tuple[str, ...], right: int, norm: Literal["none", "characters", "bytes"]
) -> Verdict:
    """Judge by the log-likelihood of each option.

    Args:
        logprobs: Log-likelihood (nats) by option.
        choices: The options.
        right: Index of the right option.
        norm: Which of the three ways of normalising gives the verdict.

    Raises:
        ScoreError: There are not as many log-likelihoods as options, or an option is empty.
    """
    if len(logprobs) != len(choices):
        raise ScoreError(f"{len(logprobs)} log-likelihoods for {len(choices)} choices")
    if any(math.isnan(x) for x in logprobs):
        raise ScoreError("a log-likelihood is nan")
    if not all(choices):
        raise ScoreError("a choice is empty: its log-likelihood cannot be divided by its length")
    by_way = {
        "none": list(logprobs),
        "characters": [x / len(c) for x, c in zip(logprobs, choices, strict=True)],
        "bytes": [x / len(c.encode()) for x, c in zip(logprobs, choices, strict=True)],
    }
    best = {way: values.index(max(values)) for way, values in by_way.items()}
    names = {"acc": "none", "acc_norm": "characters", "acc_bytes": "bytes"}
    return _verdict(best[norm], right, by_way[norm], {k: float(best[way] == right) for k, way in names.items()})


def _verdict(chosen: int, right: int, scores: list[float], values: dict[str, float]) -> Verdict:
    total = _log_sum(scores)
    return Verdict(
        value=1.0 if chosen == right else 0.0,
        label=LETTERS[chosen],
        target=LETTERS[right],
        answer=LETTERS[chosen],
        probabilities={LETTERS[i]: math.exp(x - total) for i, x in enumerate(scores)},
        values=values,
    )


def _log_sum(logs: list[float]) -> float:
    top = max(logs, default=-math.inf)
    if top == -math.inf:
        return top
    return top + math.log(sum(math.exp(x - top) for x in logs))
