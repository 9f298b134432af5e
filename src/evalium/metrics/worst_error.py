"""Errors of predicted numbers that are no means: the median and the greatest."""

from dataclasses import dataclass

import numpy as np

from evalium.stats import Interval, quantile_interval

from ._number_pairs import number_pairs
from .base import Need, WeightedMetric
from .column import Codes, Floats
from .frame import Frame
from .timing import weighted_quantile


@dataclass(frozen=True, kw_only=True)
class ErrorQuantile(WeightedMetric):
    """Base of order statistics of the absolute error.

    Attributes:
        scorer: The scorer with predicted and true numbers.
    """

    scorer: str = ""

    fits = ("number",)
    high = None
    higher_is_better = False

    def needs(self) -> tuple[Need, ...]:
        """Predictions and targets."""
        return (Need("values", self.scorer),)

    def columns(self, frame: Frame) -> tuple[Floats, ...]:
        """The absolute error."""
        predicted, true = number_pairs(frame, self.scorer)
        return (np.abs(predicted - true),)


@dataclass(frozen=True, kw_only=True)
class MedianAbsoluteError(ErrorQuantile):
    """Median of |prediction - target|, in the unit of the target, at least 0, lower is better.

    median of |prediction - target|. Equals `sklearn.metrics.median_absolute_error`. Interval: order statistics.

    When not to use it: where large errors matter: half of them may be as large as they like. Look at `max_error` beside
    it.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("median_absolute_error", [2.0, 4.0, 9.0], [1.0, 7.0, 0.0]).value
        3.0
    """

    name = "median_absolute_error"
    reference = "sklearn.metrics.median_absolute_error"

    def source(self) -> str:
        """The errors, read by quantiles."""
        return f"{self.scorer}|errors|quantiles"

    def value(self, columns: tuple[Floats, ...], weights: Floats) -> Floats:
        """The median."""
        return weighted_quantile(columns[0], weights, 0.5)

    def own_intervals(self, columns: tuple[Floats, ...], clusters: Codes | None, level: float) -> list[Interval]:
        """Order statistics."""
        return [quantile_interval(columns[0], 0.5, level, clusters)]


@dataclass(frozen=True, kw_only=True)
class MaxError(ErrorQuantile):
    """Greatest |prediction - target|, in the unit of the target, at least 0, lower is better.

    max of |prediction - target|. No interval: no sample bounds what is still to come. Equals
    `sklearn.metrics.max_error`.

    When not to use it: between runs on different units: it grows with their number.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("max_error", [2.0, 4.0, 9.0], [1.0, 7.0, 0.0]).value
        9.0
    """

    name = "max_error"
    reference = "sklearn.metrics.max_error"

    def value(self, columns: tuple[Floats, ...], weights: Floats) -> Floats:
        """The greatest error of the units with a weight."""
        kept = np.where(weights > 0, columns[0], -np.inf).max(axis=-1)
        return np.where(np.isinf(kept), np.nan, kept)

    def own_intervals(self, columns: tuple[Floats, ...], clusters: Codes | None, level: float) -> list[Interval]:
        """None can be given."""
        return [Interval(np.nan, np.nan, level, "none")]
