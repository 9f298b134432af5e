"""Errors of predicted numbers: means over units."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._number_pairs import number_pairs
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class ErrorMean(SumMetric):
    """Base of means of an error over units. Interval: t (as a ratio of totals), CR1 where units are clustered.

    Attributes:
        scorer: The scorer with predicted and true numbers.
    """

    scorer: str = ""

    interval = "ratio"
    fits = ("number",)
    high: ClassVar[float | None] = None
    higher_is_better: ClassVar[bool | None] = False

    def needs(self) -> tuple[Need, ...]:
        """Predictions and targets."""
        return (Need("values", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The error of each unit."""
        return self.error(*number_pairs(frame, self.scorer))

    @abstractmethod
    def error(self, predicted: Floats, true: Floats) -> Floats:
        """Error [n]; nan where a unit has none."""


@dataclass(frozen=True, kw_only=True)
class Mae(ErrorMean):
    """Mean absolute error, in the unit of the target, at least 0, lower is better.

    Undefined without a unit that has both numbers. Equals `sklearn.metrics.mean_absolute_error`. Best for targets that
    the median should answer; use `mse` where large errors hurt more than in proportion.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("mae", [2.0, 4.0], [1.0, 7.0]).value
        2.0
    """

    name = "mae"

    def error(self, predicted: Floats, true: Floats) -> Floats:
        """|prediction - target|."""
        return np.abs(predicted - true)


@dataclass(frozen=True, kw_only=True)
class Mse(ErrorMean):
    """Mean squared error, in the squared unit of the target, at least 0, lower is better.

    Equals `sklearn.metrics.mean_squared_error`. A single outlier can decide it: look at `mae` beside it.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("mse", [2.0, 4.0], [1.0, 7.0]).value
        5.0
    """

    name = "mse"

    def error(self, predicted: Floats, true: Floats) -> Floats:
        """(prediction - target)²."""
        return (predicted - true) ** 2


@dataclass(frozen=True, kw_only=True)
class Rmse(Mse):
    """Square root of the mean squared error, in the unit of the target, at least 0, lower is better.

    Equals `sklearn.metrics.root_mean_squared_error`. Interval: the root of that of the mean squared error.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("rmse", [2.0, 4.0], [1.0, 7.0]).value, 4)
        2.2361
    """

    name = "rmse"

    def finish(self, ratio: Floats) -> Floats:
        """The root; a lower end below 0 is 0."""
        return np.sqrt(np.maximum(ratio, 0.0))


@dataclass(frozen=True, kw_only=True)
class Bias(ErrorMean):
    """Mean of prediction - target, in the unit of the target; 0 is best, positive means too high.

    Neither direction is better. Errors of both signs cancel: it says nothing about their size.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("bias", [2.0, 4.0], [1.0, 7.0]).value
        -1.0
    """

    name = "bias"
    low = None
    higher_is_better = None

    def error(self, predicted: Floats, true: Floats) -> Floats:
        """Prediction - target."""
        return predicted - true


@dataclass(frozen=True, kw_only=True)
class Mape(ErrorMean):
    """Mean of |prediction - target| / |target|, at least 0 (1 is an error as large as the target), lower is better.

    A unit with target 0 has no such error and counts as missing (scikit-learn divides by 2.2e-16 and gives about 1e15);
    else equal to `sklearn.metrics.mean_absolute_percentage_error`. It favours predictions that are too low: do not use
    it where targets come near 0.

    Example:
        >>> from evalium.metrics import compute
        >>> e = compute("mape", [2.0, 4.0, 1.0], [1.0, 8.0, 0.0])
        >>> e.value, e.n_missing
        (0.75, 1)
    """

    name = "mape"

    def error(self, predicted: Floats, true: Floats) -> Floats:
        """Absolute error over the size of the target."""
        return np.abs(predicted - true) / np.where(true == 0, np.nan, np.abs(true))


@dataclass(frozen=True, kw_only=True)
class Smape(ErrorMean):
    """Mean of 2 |prediction - target| / (|prediction| + |target|), in [0, 2], lower is better.

    0 where both are 0. Reference: Makridakis (1993), International Journal of Forecasting 9, 527-529.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("smape", [2.0, 0.0], [1.0, 0.0]).value, 4)
        0.3333
    """

    name = "smape"
    high = 2.0
    reference = "https://doi.org/10.1016/0169-2070(93)90079-3"

    def error(self, predicted: Floats, true: Floats) -> Floats:
        """Twice the absolute error over the sum of sizes."""
        size = np.abs(predicted) + np.abs(true)
        return 2 * np.abs(predicted - true) / np.where(size == 0, 1.0, size)
