"""Log loss: how surprised a probabilistic classifier is by the truth."""

from dataclasses import dataclass

import numpy as np

from ._scored import scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame

EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, kw_only=True)
class LogLoss(SumMetric):
    """Mean of -ln(probability of the true class), in nats, at least 0, lower is better.

    ln C is chance. Probabilities are clipped to [2.2e-16, 1 - 2.2e-16], so that one impossible truth costs 36.04 and
    not infinity. Equals `sklearn.metrics.log_loss`. Interval: t, flagged where skewed.

    When not to use it: where a few confident mistakes should not decide (`brier`), or between tasks with other numbers
    of classes, by which chance is ln C.

    Attributes:
        scorer: The scorer whose value is the probability of the true class.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"s.value": [0.5, 0.25]})
        >>> round(estimate(LogLoss(scorer="s"), frame)["log_loss"].value, 4)
        1.0397
    """

    scorer: str = ""

    name = "log_loss"
    interval = "mean"
    fits = ("probability",)
    unit = "nat"
    high = None
    higher_is_better = False
    reference = "Good 1952, https://doi.org/10.1111/j.2517-6161.1952.tb00104.x; sklearn.metrics.log_loss"

    def needs(self) -> tuple[Need, ...]:
        """The probability of the true class."""
        return (Need("value", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """-ln p of the true class."""
        return -np.log(np.clip(scored_values(frame, self.scorer, "value", "missing"), EPSILON, 1 - EPSILON))
