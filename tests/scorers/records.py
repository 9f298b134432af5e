"""Records for scorer tests."""

from __future__ import annotations

from typing import Any

from evalium.core import Record, Score, Status
from evalium.scorers import Scorer, create, score_now


def record(output: str | None = None, target: Any = None, **fields: Any) -> Record:
    filled = {"key": "", "run": "run", "sample": "1", "sample_hash": "", "model": "m", "status": Status.OK, **fields}
    return Record(output=output, target=target, **filled)


def scored(scorer: Scorer | str | dict[str, Any], about: Record) -> Score:
    score = score_now(scorer if isinstance(scorer, Scorer) else create(scorer), about)
    assert isinstance(score, Score), "the scorer is async"
    return score


def value(scorer: Scorer | str | dict[str, Any], output: str | None, target: Any = None, **fields: Any) -> float | str:
    """The value, or the name of the status where there is none."""
    score = scored(scorer, record(output, target, **fields))
    return score.value if score.value is not None else score.status.value
