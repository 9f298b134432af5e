"""Further class metrics that hold up, or do not, where classes are of unequal size."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from .base import divide
from .class_counts import ClassMetric, Counts
from .column import Floats
from .precision_recall import ClassRatio, FBeta


@dataclass(frozen=True, kw_only=True)
class JaccardIndex(ClassRatio):
    """Hits over the units that are of a class or predicted to be (intersection over union), higher is better.

    In [0, 1]; undefined only for a class that does not occur at all. J = F1 / (2 - F1), so it ranks as F1 does. Equals
    `sklearn.metrics.jaccard_score`. Interval of a class: Wilson on that union; of means: bootstrap.

    When not to use it: as a second opinion beside `f1`, for a class ranks alike by both; nor where true negatives
    count, which it ignores.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"s.label": ["a", "a", "b"], "s.target": ["a", "b", "b"]})
        >>> estimate(JaccardIndex(scorer="s"), frame)["jaccard_index"].value
        0.5
    """

    name = "jaccard_index"
    interval = "share"
    reference = "Jaccard 1912, https://doi.org/10.1111/j.1469-8137.1912.tb05611.x; sklearn.metrics.jaccard_score"

    def ratio(self, counts: Counts) -> tuple[Floats, Floats]:
        """Hits, true or predicted."""
        return counts.hits, counts.true + counts.predicted - counts.hits

    def of_units(self, counts: Counts) -> tuple[Floats, Floats] | None:
        """Hits among the units of the union; None where pooling would count some twice."""
        return None if self.average == "micro" else self.ratio(counts)

    @property
    def denominator(self) -> str:
        """What a class must have."""
        return "targets and predictions"


@dataclass(frozen=True, kw_only=True)
class Gmean(ClassMetric):
    """Geometric mean of the recalls of the classes that occur as targets, in [0, 1], higher is better.

    (Product of hits / units over the C classes)^(1 / C). 0 as soon as one class is never found, so that no constant
    answer gets more. Undefined without targets. Interval: bootstrap.

    When not to use it: with many classes, or one of few units: one class that is never found makes it 0, whatever the
    others are. Take `balanced_accuracy`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"s.label": ["a", "a", "b", "b"], "s.target": ["a", "a", "a", "b"]})
        >>> round(estimate(Gmean(scorer="s"), frame)["gmean"].value, 4)
        0.8165
    """

    name = "gmean"
    reference = "Kubat and Matwin 1997, ICML, 179-186"

    def of_counts(self, counts: Counts) -> Floats:
        """Geometric mean of the recalls."""
        recall, occurs = divide(counts.hits, counts.true), counts.true > 0
        size = occurs.sum(axis=-1)
        with np.errstate(divide="ignore"):
            logs = np.where(occurs, np.log(np.where(occurs, recall, 1.0)), 0.0).sum(axis=-1)
        return np.where(size > 0, np.exp(logs / np.maximum(size, 1)), np.nan)


f2 = partial(FBeta, beta=2.0)
