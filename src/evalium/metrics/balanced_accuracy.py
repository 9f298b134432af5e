"""Balanced accuracy: the mean recall over classes."""

from dataclasses import dataclass

from .averaging import mean_of_defined
from .base import divide
from .class_counts import ClassMetric, Counts
from .column import Floats


@dataclass(frozen=True, kw_only=True)
class BalancedAccuracy(ClassMetric):
    """Mean over the classes that occur as targets of the share found, in [0, 1], higher is better.

    (1 / C) sum over the C classes of hits of the class / units of the class. 1 / C is chance. Undefined when no unit
    has a target. Equals `sklearn.metrics.balanced_accuracy_score`.

    When not to use it: where common classes matter more than rare ones, or a class has few units, whose recall then
    decides as much as any other: take `accuracy`, or look at `recall_per_class`.

    Reference: Brodersen et al. (2010), ICPR, 3121-3124.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"s.label": ["a", "a", "a"], "s.target": ["a", "a", "b"]})
        >>> estimate(BalancedAccuracy(scorer="s"), frame)["balanced_accuracy"].value
        0.5
    """

    name = "balanced_accuracy"
    reference = "https://doi.org/10.1109/ICPR.2010.764"

    def of_counts(self, counts: Counts) -> Floats:
        """Mean recall of the classes with a target."""
        return mean_of_defined(divide(counts.hits, counts.true))
