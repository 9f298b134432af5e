"""What every scorer looks like: a record in, a verdict out."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from evalium.core import Record, Score, ScoreError, Status, Verdict

Judgement = Verdict | bool | int | float | str | None
ScoreFunction = Callable[[Record], Judgement | Awaitable[Judgement]]
Note = Callable[[Exception], object]
"""Takes what a scorer raised, for whoever wants its traceback."""


class Scorer(msgspec.Struct, frozen=True, kw_only=True):
    """A named function of a record, with what the rest of evalium must know of it.

    A factory closes over its options and returns one of these.

    Attributes:
        name: Name within the plan.
        signature: Everything that changes its scores, in one line.
        score: The function; sync or async. It may return a bool, a number, a label or a `Verdict`; None is `missing`.
        kind: What its scores are: `binary` and `graded` carry a value, `label` a class, `probability` a class
            with probabilities, `loglikelihood` log-probabilities.
        unit: Unit of the value.
        low: Least possible value; None when unbounded.
        high: Greatest possible value; None when unbounded.
        higher_is_better: Direction.
        heavy: Whether it is worth a process of its own.
        values: Names of the further numbers that its verdicts carry, where they are always the same.
        judge: Whether it is a model's opinion: what it could not read is missing rather than wrong.
        reads: Where a record has what is scored: its `output` as text, its `label`, or `data.<name>` for something
            structured, such as a ranking, which an output that is JSON text stands for too.
    """

    name: str
    signature: str
    score: ScoreFunction
    kind: str = "binary"
    unit: str = "1"
    low: float | None = 0.0
    high: float | None = 1.0
    higher_is_better: bool | None = True
    heavy: bool = False
    values: tuple[str, ...] = ()
    judge: bool = False
    reads: str = "output"


def verdict_of(returned: Judgement) -> Verdict:
    """Read what a score function returned.

    Raises:
        ScoreError: It is of no known kind.

    Example:
        >>> verdict_of(True).value, verdict_of("positive").label, verdict_of(None).status.value
        (1.0, 'positive', 'missing')
    """
    if isinstance(returned, Verdict):
        return returned
    if returned is None:
        return Verdict(status=Status.MISSING)
    if isinstance(returned, str):
        return Verdict(label=returned)
    if isinstance(returned, (bool, int, float)):
        return Verdict(value=float(returned))
    raise ScoreError(f"a scorer returned {type(returned).__name__}: return a bool, number, label, Verdict or None")


def make_score(scorer: Scorer, record: Record, verdict: Verdict) -> Score:
    """Join a verdict with what it is about."""
    return Score(
        run=record.run,
        sample=record.sample,
        epoch=record.epoch,
        scorer=scorer.name,
        signature=scorer.signature,
        status=verdict.status,
        value=verdict.value,
        label=verdict.label,
        target=verdict.target,
        probabilities=verdict.probabilities,
        answer=verdict.answer,
        explanation=verdict.explanation,
        values=verdict.values,
        cost=verdict.cost,
        latency=verdict.latency,
    )


def score_now(scorer: Scorer, record: Record, note: Note | None = None) -> Score | Awaitable[Score]:
    """Score one record; a coroutine when the scorer is async.

    A record without an output scores `missing`; an exception inside the scorer is a score of status `error`.
    """
    if not record.status.has_output:
        return make_score(scorer, record, Verdict(status=Status.MISSING))
    try:
        returned = scorer.score(record)
        if type(returned) is not Verdict:
            if inspect.isawaitable(returned):
                return _score_later(scorer, record, returned, note)
            returned = verdict_of(returned)
        return make_score(scorer, record, returned)
    except Exception as error:  # a scorer is user code: whatever it raises is data
        return make_score(scorer, record, _failure(error, note))


async def _score_later(scorer: Scorer, record: Record, pending: Awaitable[Any], note: Note | None) -> Score:
    try:
        return make_score(scorer, record, verdict_of(await pending))
    except Exception as error:
        return make_score(scorer, record, _failure(error, note))


def _failure(error: Exception, note: Note | None) -> Verdict:
    if note is not None:
        note(error)
    return Verdict(status=Status.ERROR, explanation=f"{type(error).__name__}: {error}")
