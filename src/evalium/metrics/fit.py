"""How much of the variation of numbers a prediction explains: formulas on second moments."""

from dataclasses import dataclass

import numpy as np

from ._number_pairs import MomentMetric, Moments
from .base import divide
from .column import Floats


@dataclass(frozen=True, kw_only=True)
class R2(MomentMetric):
    """Coefficient of determination: 1 - squared error / variance of the targets; at most 1, higher is better.

    1 - sum of (prediction - target)² / sum of (target - mean target)². 0 is what the mean target would get as a
    constant answer; it can be negative. Undefined where all targets are equal (scikit-learn says 1 or 0). Equals
    `sklearn.metrics.r2_score`. Interval: bootstrap.

    When not to use it: between data sets, since it grows with the spread of the targets: take `rmse` or `mae`.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("r2", [1.0, 2.0, 4.0], [1.0, 2.0, 3.0]).value, 4)
        0.5
    """

    name = "r2"
    low = None
    reference = "sklearn.metrics.r2_score"

    def of_moments(self, m: Moments) -> Floats:
        """1 - squared error / variance."""
        return 1 - divide(m.squared_error, m.var_true)


@dataclass(frozen=True, kw_only=True)
class ExplainedVariance(MomentMetric):
    """1 - variance of the error / variance of the targets; at most 1, higher is better.

    As `r2`, but a constant error costs nothing. Undefined where all targets are equal. Equals
    `sklearn.metrics.explained_variance_score`. Interval: bootstrap.

    When not to use it: where predictions must not be off by a constant, which costs nothing here: take `r2`.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("explained_variance", [2.0, 3.0, 4.0], [1.0, 2.0, 3.0]).value, 4)
        1.0
    """

    name = "explained_variance"
    low = None
    reference = "sklearn.metrics.explained_variance_score"

    def of_moments(self, m: Moments) -> Floats:
        """1 - variance of the error / variance."""
        of_error = m.squared_error - (m.mean_predicted - m.mean_true) ** 2
        return 1 - divide(of_error, m.var_true)


@dataclass(frozen=True, kw_only=True)
class Pearson(MomentMetric):
    """Pearson's correlation of predictions and targets, in [-1, 1], higher is better.

    Covariance / (deviation of predictions * deviation of targets). Undefined where either is constant. Equals
    `scipy.stats.pearsonr`. Interval: bootstrap.

    When not to use it: where predictions must be right and not only move along: a prediction that is always twice the
    target has 1, take `concordance`. For relations that are not straight lines take `spearman`.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("pearson", [1.0, 2.0, 4.0], [1.0, 2.0, 3.0]).value, 4)
        0.982
    """

    name = "pearson"
    low = -1.0
    what = "targets or all predictions"
    reference = "Pearson 1895, https://doi.org/10.1098/rspl.1895.0041; scipy.stats.pearsonr"

    def of_moments(self, m: Moments) -> Floats:
        """Covariance over the root of the variances."""
        return np.clip(divide(m.covariance, np.sqrt(m.var_predicted) * np.sqrt(m.var_true)), -1.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Concordance(MomentMetric):
    """Lin's concordance correlation, in [-1, 1], higher is better: agreement, not only correlation.

    2 covariance / (variance of predictions + variance of targets + squared difference of means), all divided by n.
    Undefined where both are the same constant. Interval: bootstrap.

    When not to use it: where only the order or the trend matters (`spearman`, `pearson`), or between data sets: it
    grows with the spread of the targets.

    Reference: Lin (1989), Biometrics 45, 255-268.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("concordance", [1.0, 2.0, 4.0], [1.0, 2.0, 3.0]).value, 4)
        0.8571
    """

    name = "concordance"
    low = -1.0
    reference = "https://doi.org/10.2307/2532051"
    what = "targets and predictions"

    def of_moments(self, m: Moments) -> Floats:
        """Twice the covariance over what it would be for equal columns."""
        apart = (m.mean_predicted - m.mean_true) ** 2
        spread = m.var_predicted + m.var_true
        return divide(2 * m.covariance, spread + apart)
