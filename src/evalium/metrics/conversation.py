"""Scores of turns and of whole conversations."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ._scored import scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame
from .group_means import group_codes, group_rows


@dataclass(frozen=True, kw_only=True)
class TurnScore(SumMetric):
    """Mean score over all turns of all conversations, in the unit of the turns' scores; higher is better.

    Total score / number of scored turns: a long conversation counts for more than a short one. Interval: delta method
    over conversations, since turns of one are not independent; CR1 where conversations are clustered. For records that
    are one turn each, take the mean of their scorer with the conversation as the cluster.

    When not to use it: where every conversation should count alike: a few long ones can decide it. Take
    `conversation_score`.

    Attributes:
        scorer: A `conversation` scorer.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"c.value": [1, 0.5], "c.values.total": [4, 1], "c.values.turns": [4, 2]})
        >>> round(estimate(TurnScore(scorer="c"), frame)["turn_score"].value, 4)
        0.8333
    """

    scorer: str = ""

    name = "turn_score"
    interval = "ratio"
    low = None
    high = None
    fits = ("conversation",)
    scored_by = "conversation"

    def needs(self) -> tuple[Need, ...]:
        """Totals."""
        return (Need("values", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """Total, turns."""
        names = ("total", "turns")
        return np.stack([scored_values(frame, self.scorer, f"values.{name}", "missing") for name in names], axis=1)


@dataclass(frozen=True, kw_only=True)
class ConversationScore(SumMetric):
    """Mean over conversations of a score for each, in the scorer's unit; higher is better.

    Sum over conversations of the score of each / conversations. Each conversation counts once, however long. A
    `conversation` scorer has one number for it already; where records are turns, the units of one cluster are the turns
    of one conversation. Merging adds conversations: all turns of one must lie in the same part. Interval: t, or CR1
    over conversations where records are turns.

    When not to use it: where long conversations should count for more: take `turn_score`.

    Attributes:
        scorer: A scorer of conversations, or of turns.
        of: What the score of a conversation is to those of its records: their `mean`, the worst (`min`) or the best
            (`max`) of them.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"it.value": [1, 0, 1], "cluster": ["a", "a", "b"]})
        >>> metrics = ConversationScore(scorer="it"), ConversationScore(scorer="it", of="min")
        >>> [estimate(m, frame)["conversation_score"].value for m in metrics]
        [0.75, 0.5]
    """

    scorer: str = ""
    of: Literal["mean", "min", "max"] = "mean"

    name = "conversation_score"
    interval = "ratio"
    low = None
    high = None
    fits = ("conversation", "binary", "graded")
    scored_by = "conversation"

    def needs(self) -> tuple[Need, ...]:
        """The value."""
        return (Need("value", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """Each record's part of its conversation: score / records, 1 / records."""
        values = scored_values(frame, self.scorer, "value", "missing")
        groups, known = group_codes(frame), ~np.isnan(values)
        at, turns = groups[known], values[known]
        sizes = np.bincount(at, minlength=frame.n).astype(np.int64)
        if self.of == "mean":
            scores = np.bincount(at, weights=turns, minlength=frame.n) / np.maximum(sizes, 1)
        else:
            extreme = np.minimum if self.of == "min" else np.maximum
            scores = np.full(frame.n, np.inf if self.of == "min" else -np.inf)
            extreme.at(scores, at, turns)
        return group_rows(groups, scores, sizes, known)
