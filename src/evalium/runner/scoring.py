"""From an answer to its scores."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from evalium.core import Record, Score, Status
from evalium.scorers import Scorer, score_now

from .score_pool import ScorePool
from .tracebacks import Tracebacks


class Scoring:
    """Scores outcomes with the scorers of a plan.

    Args:
        scorers: The scorers.
        pool: Processes for heavy scorers; None scores them here.
        tracebacks: Where it is noted what scorers raise.
    """

    def __init__(self, scorers: Sequence[Scorer], pool: ScorePool | None, tracebacks: Tracebacks) -> None:
        self.scorers, self._pool, self._tracebacks = scorers, pool, tracebacks

    async def __call__(self, record: Record) -> list[Score]:
        """Score one record; where a scorer could read no answer, the record's status becomes `unparsed`."""
        scores: list[Score] = []
        for scorer in self.scorers:
            if scorer.heavy and self._pool:
                pending: Score | Awaitable[Score] = self._pool.score(scorer, record)
            else:
                pending = score_now(scorer, record, self._tracebacks.note)
            score = await pending if isinstance(pending, Awaitable) else pending
            if score.status is Status.UNPARSED and record.status is Status.OK:
                record.status = Status.UNPARSED
            scores.append(score)
        return scores
