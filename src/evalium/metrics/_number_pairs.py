"""Predicted numbers beside the true ones."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._scored import scored_values
from .base import Need, SumMetric, divide
from .column import Floats
from .frame import Frame


def number_pairs(frame: Frame, scorer: str) -> tuple[Floats, Floats]:
    """Predicted and true numbers [n]; nan in both where either is missing, or infinite.

    Example:
        >>> frame = Frame.from_columns({"s.value": [1, 2], "s.values.prediction": [1, 2], "s.values.target": [1, None]})
        >>> [column.tolist() for column in number_pairs(frame, "s")]
        [[1.0, nan], [1.0, nan]]
    """
    predicted, true = (scored_values(frame, scorer, f"values.{name}", "missing") for name in ("prediction", "target"))
    known = np.isfinite(predicted) & np.isfinite(true)
    return np.where(known, predicted, np.nan), np.where(known, true, np.nan)


@dataclass(frozen=True, slots=True)
class Moments:
    """Second moments of predicted and true numbers, each [...] and per unit.

    Attributes:
        n: Units.
        mean_predicted: Mean prediction.
        mean_true: Mean target.
        var_predicted: Variance of the predictions (division by n); 0 where only rounding is left of it.
        var_true: Variance of the targets.
        covariance: Covariance of the two.
        squared_error: Mean squared error.
    """

    n: Floats
    mean_predicted: Floats
    mean_true: Floats
    var_predicted: Floats
    var_true: Floats
    covariance: Floats
    squared_error: Floats


ROUNDING = 1e-13
"""A variance below this share of the mean square is what rounding leaves of a constant."""


@dataclass(frozen=True, kw_only=True)
class MomentMetric(SumMetric):
    """Base of metrics that are a formula on the second moments of predictions and targets.

    Sums of squares lose digits where a column's mean is far from 0 against its spread: with a mean of a thousand
    standard deviations ten digits are left. Flag `cancellation` beyond that; subtract a constant from both columns.

    Attributes:
        scorer: The scorer with predicted and true numbers.
    """

    scorer: str = ""

    interval = "bootstrap"
    fits = ("number",)
    what: ClassVar[str] = "targets"

    def needs(self) -> tuple[Need, ...]:
        """Predictions and targets."""
        return (Need("values", self.scorer),)

    def source(self) -> str:
        """All of them share their rows."""
        return f"{self.scorer}|moments"

    def rows(self, frame: Frame) -> Floats:
        """1, both numbers, their squares, their product and the squared error."""
        p, t = number_pairs(frame, self.scorer)
        return np.stack([np.where(np.isnan(p), np.nan, 1.0), p, t, p * p, t * t, p * t, (p - t) ** 2], axis=1)

    def value(self, sums: Floats) -> Floats:
        """The formula on moments."""
        return self.of_moments(moments(sums))

    def of_moments(self, m: Moments) -> Floats:
        """The formula: moments [...] to values [...]."""
        raise NotImplementedError

    def reason(self, sums: Floats) -> str:
        """What does not vary."""
        return (
            f"{self.name} is undefined where all {self.what} are equal (or differ by less than rounding of their size)"
        )

    def cautions(self, sums: Floats) -> tuple[str, ...]:
        """Whether digits were lost."""
        m = moments(sums)
        lost = (m.mean_true**2 > 1e6 * m.var_true) | (m.mean_predicted**2 > 1e6 * m.var_predicted)
        return ("cancellation",) if np.any(lost & (m.var_true > 0) & (m.var_predicted > 0)) else ()


def moments(sums: Floats) -> Moments:
    """Read sums [..., 7] of moment rows."""
    n = sums[..., 0]
    p, t, pp, tt, pt, ee = (divide(sums[..., i], n) for i in range(1, 7))
    return Moments(n, p, t, _variance(pp, p), _variance(tt, t), pt - p * t, ee)


def _variance(square: Floats, mean: Floats) -> Floats:
    left = square - mean**2
    return np.where(left > ROUNDING * square, left, np.where(np.isnan(left), np.nan, 0.0))
