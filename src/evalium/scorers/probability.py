"""The probability that the model gave to the true class."""

from __future__ import annotations

from evalium.core import Record, ScoreError, Status, Verdict

from ._factory import built_in
from ._target import NO_TARGET, class_name, texts_of
from .base import ScoreFunction

_NONE = Verdict(status=Status.MISSING, explanation="the model gave no probabilities")


@built_in(kind="probability")
def probability() -> ScoreFunction:
    """The probability of the true class, with the label and all probabilities for Brier score, log loss and the like.

    Value 0 to 1, higher is better. The label is the model's own, else the likeliest class (the first one at a tie).
    `missing` when the model gave no probabilities, or when they sum to less than 0.98 and the true class is not among
    them: it may have been cut off.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 probabilities={"spam": 0.9, "ham": 0.1}, target="spam")
        >>> verdict = probability().score(record)
        >>> verdict.value, verdict.label
        (0.9, 'spam')
    """
    return _score


def _score(record: Record) -> Verdict:
    probabilities = record.probabilities
    if not probabilities:
        return _NONE
    targets = texts_of(record.target)
    if not targets:
        return NO_TARGET
    for name, p in probabilities.items():
        if not 0 <= p <= 1:
            raise ScoreError(f"the probability of {name!r} is {p}, not within 0 and 1")
    target = next((t for t in (*targets, class_name(record.target)) if t in probabilities), targets[0])
    if target not in probabilities and sum(probabilities.values()) < 0.98:
        return Verdict(status=Status.MISSING, target=target, explanation=f"the model gave {target!r} no probability")
    label = record.label if record.label is not None else max(probabilities, key=probabilities.__getitem__)
    return Verdict(
        value=probabilities.get(target, 0.0), label=label, target=target, probabilities=probabilities, answer=label
    )
