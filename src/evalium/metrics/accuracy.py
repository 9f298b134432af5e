"""Accuracy: the share of right answers."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ._scored import Unparsed, scored_classes, scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class Accuracy(SumMetric):
    """Share of units whose answer is right, in [0, 1], higher is better.

    Right answers / scored units. Undefined when no unit was scored. Failed calls and units without a score are missing,
    never wrong. Interval: Wilson; CR1 where units are clustered.

    When not to use it: where classes are unbalanced, since always naming the commonest gets its share: take
    `balanced_accuracy`, `f1` or `mcc`.

    Attributes:
        scorer: A scorer whose value is 1 or 0, or one with labels and targets.
        unparsed: Whether an answer that could not be read counts as wrong (the model failed to answer) or as missing.
        by: `value` takes the scorer's value, `label` compares its label with its target.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"exact.value": [1, None, 0], "exact.status": ["ok", "unparsed", "ok"]})
        >>> round(estimate(Accuracy(scorer="exact"), frame)["accuracy"].value, 3)
        0.333
    """

    scorer: str = ""
    unparsed: Unparsed = "wrong"
    by: Literal["value", "label"] = "value"

    name = "accuracy"
    interval = "mean"
    fits = ("binary", "label", "probability")
    reference = "sklearn.metrics.accuracy_score"

    def needs(self) -> tuple[Need, ...]:
        """The value, or label and target."""
        columns = ("value",) if self.by == "value" else ("label", "target")
        return tuple(Need(column, self.scorer) for column in columns)

    def rows(self, frame: Frame) -> Floats:
        """1 where right, 0 where wrong."""
        if self.by == "value":
            return scored_values(frame, self.scorer, "value", self.unparsed)
        true, predicted, _ = scored_classes(frame, self.scorer, self.unparsed)
        return np.where(true < 0, np.nan, true == predicted)
