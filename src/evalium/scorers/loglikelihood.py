"""How likely the model finds a text."""

from __future__ import annotations

import math
from typing import Any

from evalium.core import Record, ScoreError, Status, Verdict

from ._factory import built_in
from ._target import NO_TARGET, texts_of
from .base import ScoreFunction

_NONE = Verdict(status=Status.MISSING, explanation="the record has no log-likelihoods")


@built_in(kind="loglikelihood", unit="nat", low=None, high=0.0)
def loglikelihood() -> ScoreFunction:
    """Log-likelihood of the target (mode `loglikelihood`) or of the whole input (mode `rolling`).

    Value in nats, at most 0, higher is better. `values` holds what perplexities are made of: `loglikelihood` and
    `bytes` (UTF-8), `tokens` where the model tells them, `words` (separated by whitespace), and in mode `loglikelihood`
    `greedy`: 1 when greedy decoding would have written the target. Token perplexities of models with different
    tokenizers are not comparable; bits per byte are.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK, target="Paris",
        ...                 logprobs={"continuations": [-0.5], "tokens": [1], "greedy": [True]})
        >>> verdict = loglikelihood().score(record)
        >>> verdict.value, verdict.values["greedy"], verdict.values["bytes"]
        (-0.5, 1.0, 5.0)
    """
    return _score


def _score(record: Record) -> Verdict:
    logprobs = record.logprobs or {}
    if "rolling" in logprobs:
        return _rolling(record, logprobs)
    if "continuations" not in logprobs:
        return _NONE
    targets = texts_of(record.target)
    if not targets:
        return NO_TARGET
    sums = logprobs["continuations"]
    if len(sums) != 1:
        raise ScoreError(f"there are {len(sums)} log-likelihoods for one target: score choices with 'choice'")
    values = _sizes(targets[0])
    for key in ("tokens", "greedy"):
        told = logprobs.get(key)
        if told and told[0] is not None:
            values[key] = float(told[0])
    return _verdict(sums[0], values)


def _rolling(record: Record, logprobs: dict[str, Any]) -> Verdict:
    values = _sizes(record.input) if record.input is not None else {}
    values |= {key: float(logprobs[key]) for key in ("tokens", "bytes") if logprobs.get(key) is not None}
    return _verdict(logprobs["rolling"], values)


def _sizes(text: str) -> dict[str, float]:
    return {"bytes": float(len(text.encode())), "words": float(len(text.split()))}


def _verdict(value: float, values: dict[str, float]) -> Verdict:
    if math.isnan(value):
        raise ScoreError("the log-likelihood is nan")
    return Verdict(value=value, values={"loglikelihood": value, **values})
