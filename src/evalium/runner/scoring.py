"""From an answer to its scores."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from evalium.core import Record, Score, Status
from evalium.scorers import Scorer, score_now

from .score_pool import ScorePool


class Scoring:
    """Scores outcomes with the scorers of a plan.

    Args:
        scorers: The scorers.
        pool: Processes for heavy scorers; None scores them here.
    """

    def __init__(self, scorers: Sequence[Scorer], pool: ScorePool | None) -> None:
        self.scorers, self._pool = scorers, pool

    async def __call__(self, record: Record) -> list[Score]:
        """Score one record; where a scorer could read no answer, the record's status becomes `unparsed`."""
        scores: list[Score] = []
        for scorer in self.scorers:
            pending = self._pool.score(scorer, record) if scorer.heavy and self._pool else score_now(scorer, record)
            score = await pending if isinstance(pending, Awaitable) else pending
            if score.status is Status.UNPARSED and record.status is Status.OK:
                record.status = Status.UNPARSED
            scores.append(score)
        return scores
