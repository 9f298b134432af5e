"""Pinball loss: the error of a predicted quantile."""

from dataclasses import dataclass

import numpy as np

from evalium.core import ConfigError

from .column import Floats
from .regression import ErrorMean


@dataclass(frozen=True, kw_only=True)
class Pinball(ErrorMean):
    """Mean of q (target - prediction) where too low, (1 - q) (prediction - target) where too high; lower is better.

    In the unit of the target, at least 0; least in expectation for the q-quantile of the target, so it is what a
    predicted quantile is judged by. With q = 0.5 half the mean absolute error. Equals
    `sklearn.metrics.mean_pinball_loss`.

    When not to use it: for predictions that are no quantile (`mae`, `mse`), or between targets of different scale.

    Attributes:
        quantile: q, in (0, 1).

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("pinball", [2.0, 4.0], [1.0, 7.0], quantile=0.9).value, 4)
        1.4
    """

    quantile: float = 0.5

    name = "pinball"
    reference = "Koenker and Bassett 1978, https://doi.org/10.2307/1913643"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.quantile < 1:
            raise ConfigError(f"metric {self.key!r}, option 'quantile' must lie in (0, 1), got {self.quantile!r}")

    def error(self, predicted: Floats, true: Floats) -> Floats:
        """The loss of each unit."""
        short = true - predicted
        return np.maximum(self.quantile * short, (self.quantile - 1) * short)
