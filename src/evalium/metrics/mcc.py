"""Matthews correlation coefficient."""

from dataclasses import dataclass

import numpy as np

from .base import divide
from .class_counts import ClassMetric, Counts
from .column import Floats


@dataclass(frozen=True, kw_only=True)
class Mcc(ClassMetric):
    """Correlation of predicted with true classes, in [-1, 1], higher is better, 0 is chance.

    (c n - sum of t_k p_k) / sqrt((n² - sum of p_k²) (n² - sum of t_k²)), with c of n units right, and t_k of class k
    and p_k predicted to be. The multiclass form; an unparsed answer that counts as wrong is a predicted class of its
    own. Undefined when all targets or all predictions are one class (scikit-learn says 0), else equal to
    `sklearn.metrics.matthews_corrcoef`.

    When not to use it: where errors differ in cost (`expected_cost`), or between data sets with other class
    frequencies, which move it.

    Reference: Gorodkin (2004), Computational Biology and Chemistry 28, 367-374.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"s.label": ["a", "b", "b"], "s.target": ["a", "b", "a"]})
        >>> estimate(Mcc(scorer="s"), frame)["mcc"].value
        0.5
    """

    name = "mcc"
    low = -1.0
    reference = "https://doi.org/10.1016/j.compbiolchem.2004.09.006"

    def of_counts(self, counts: Counts) -> Floats:
        """Covariance over the geometric mean of the variances."""
        n = counts.n
        nowhere = n - counts.predicted.sum(axis=-1)
        both = counts.hits.sum(axis=-1) * n - (counts.true * counts.predicted).sum(axis=-1)
        of_true = n**2 - (counts.true**2).sum(axis=-1)
        of_predicted = n**2 - (counts.predicted**2).sum(axis=-1) - nowhere**2
        return divide(both, np.sqrt(np.maximum(of_true * of_predicted, 0.0)))

    def reason(self, sums: Floats) -> str:
        """What does not vary."""
        return "mcc is undefined when all targets or all predictions are of one class"
