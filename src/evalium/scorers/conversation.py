"""A conversation as one number, made of the scores of its turns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from evalium.core import Record, ScoreError, Status, Verdict

from ._factory import built_in
from .base import ScoreFunction
from .structured import structured

Aggregate = Literal["mean", "min", "max", "first", "last"]


@built_in(kind="conversation", values=("total", "turns", "turn"), reads="data.turns", low=None, high=None)
def conversation(*, aggregate: Aggregate = "mean") -> ScoreFunction:
    """The score of a conversation from those of its turns.

    Value: the aggregate of the turns' scores, in their unit and direction; higher is better. `values`: their `total`,
    the number of `turns` that have a score, and the scores one by one (`turn`). The turns are `data.turns`, else the
    JSON in the output: a list of numbers or of mappings with a `score`; null and a mapping without a score are turns
    that have none. A conversation without any score is `missing`.

    Args:
        aggregate: `mean` of the turns, the worst (`min`) or best (`max`) of them, the `first` or the `last`.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"turns": [{"role": "assistant", "score": 1.0}, {"role": "user"}, 0.5]})
        >>> conversation().score(record).value, conversation(aggregate="last").score(record).value
        (0.75, 0.5)
    """

    def score(record: Record) -> Verdict:
        found = structured(record, "data.turns")
        if isinstance(found, Verdict):
            return found
        if not isinstance(found, (list, tuple)):
            raise ScoreError(f"data.turns: expected a list of turns, got {type(found).__name__}")
        scores = [number for i, turn in enumerate(found) if (number := _score(i, turn)) is not None]
        if not scores:
            return Verdict(status=Status.MISSING, explanation="no turn has a score")
        total = math.fsum(scores)
        value = {
            "mean": total / len(scores),
            "min": min(scores),
            "max": max(scores),
            "first": scores[0],
            "last": scores[-1],
        }[aggregate]
        return Verdict(value=value, values={"total": total, "turns": float(len(scores)), "turn": scores})

    return score


def _score(at: int, turn: Any) -> float | None:
    number = turn.get("score") if isinstance(turn, Mapping) else turn
    if number is None:
        return None
    if not isinstance(number, (bool, int, float)) or not math.isfinite(number):
        raise ScoreError(f"data.turns[{at}]: expected a finite number, got {number!r:.100}")
    return float(number)
