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

    Mean of |prediction - target|. Undefined without a unit that has both numbers. Equals
    `sklearn.metrics.mean_absolute_error`. The median of the target minimises it.

    When not to use it: where large errors hurt more than in proportion (`mse`), or between targets of different scale.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("mae", [2.0, 4.0], [1.0, 7.0]).value
        2.0
    """

    name = "mae"
    reference = "sklearn.metrics.mean_absolute_error"

    def error(self, predicted: Floats, true: Floats) -> Floats:
        """|prediction - target|."""
        return np.abs(predicted - true)


@dataclass(frozen=True, kw_only=True)
class Mse(ErrorMean):
    """Mean squared error, in the squared unit of the target, at least 0, lower is better.

    Mean of (prediction - target)². Equals `sklearn.metrics.mean_squared_error`.

    When not to use it: with outliers, a single one of which can decide it: take `mae`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("mse", [2.0, 4.0], [1.0, 7.0]).value
        5.0
    """

    name = "mse"
    reference = "sklearn.metrics.mean_squared_error"

    def error(self, predicted: Floats, true: Floats) -> Floats:
        """(prediction - target)²."""
        return (predicted - true) ** 2


@dataclass(frozen=True, kw_only=True)
class Rmse(Mse):
    """Square root of the mean squared error, in the unit of the target, at least 0, lower is better.

    sqrt(mean of (prediction - target)²). Equals `sklearn.metrics.root_mean_squared_error`. Interval: the root of that
    of the mean squared error.

    When not to use it: with outliers, a single one of which can decide it (`mae`), or between targets of different
    scale.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("rmse", [2.0, 4.0], [1.0, 7.0]).value, 4)
        2.2361
    """

    name = "rmse"
    reference = "sklearn.metrics.root_mean_squared_error"

    def finish(self, ratio: Floats) -> Floats:
        """The root; a lower end below 0 is 0."""
        return np.sqrt(np.maximum(ratio, 0.0))


@dataclass(frozen=True, kw_only=True)
class Bias(ErrorMean):
    """Mean of prediction - target, in the unit of the target; 0 is best, positive means too high.

    Neither direction is better.

    When not to use it: for the size of errors: those of both signs cancel. Take `mae` or `rmse`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("bias", [2.0, 4.0], [1.0, 7.0]).value
        -1.0
    """

    name = "bias"
    low = None
    higher_is_better = None
    reference = "mean error, Wilks 2011, Statistical Methods in the Atmospheric Sciences, chapter 8"

    def error(self, predicted: Floats, true: Floats) -> Floats:
        """Prediction - target."""
        return predicted - true


@dataclass(frozen=True, kw_only=True)
class Mape(ErrorMean):
    """Mean of |prediction - target| / |target|, at least 0 (1 is an error as large as the target), lower is better.

    A unit with target 0 has no such error and counts as missing (scikit-learn divides by 2.2e-16 and gives about 1e15);
    else equal to `sklearn.metrics.mean_absolute_percentage_error`.

    When not to use it: where targets come near 0, which it is ruled by then; nor to choose a model by, for it favours
    predictions that are too low: take `mae`.

    Example:
        >>> from evalium.metrics import compute
        >>> e = compute("mape", [2.0, 4.0, 1.0], [1.0, 8.0, 0.0])
        >>> e.value, e.n_missing
        (0.75, 1)
    """

    name = "mape"
    reference = "Hyndman and Koehler 2006, https://doi.org/10.1016/j.ijforecast.2006.03.001"

    def error(self, predicted: Floats, true: Floats) -> Floats:
        """Absolute error over the size of the target."""
        return np.abs(predicted - true) / np.where(true == 0, np.nan, np.abs(true))


@dataclass(frozen=True, kw_only=True)
class Smape(ErrorMean):
    """Mean of 2 |prediction - target| / (|prediction| + |target|), in [0, 2], lower is better.

    0 where both are 0.

    When not to use it: where targets are 0 or change sign: whatever is not of their sign costs 2, near or far. Take
    `mae`.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("smape", [2.0, 0.0], [1.0, 0.0]).value, 4)
        0.3333
    """

    name = "smape"
    high = 2.0
    reference = "Makridakis 1993, https://doi.org/10.1016/0169-2070(93)90079-3"

    def error(self, predicted: Floats, true: Floats) -> Floats:
        """Twice the absolute error over the sum of sizes."""
        size = np.abs(predicted) + np.abs(true)
        return 2 * np.abs(predicted - true) / np.where(size == 0, 1.0, size)
