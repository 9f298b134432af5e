"""Area under the ROC curve."""

from dataclasses import dataclass

import numpy as np

from evalium.stats import Interval, TestResult, delong, delong_paired

from ._ranked import Ranked
from .column import Codes, Floats
from .rank_area import RankArea


@dataclass(frozen=True, kw_only=True)
class RocAuc(RankArea):
    """Chance that a positive unit scores above a negative one, ties counting half; in [0, 1], higher is better.

    0.5 is chance. Undefined when a class is empty. With more than two classes the mean over one-against-rest areas of
    the classes that occur. Interval: DeLong; a bootstrap where units are clustered (of clusters), or with several
    classes. Equals `sklearn.metrics.roc_auc_score` (`multi_class="ovr"`).
    Reference: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> p = [{"no": 1 - x, "yes": x} for x in (0.1, 0.4, 0.35, 0.8)]
        >>> frame = Frame.from_columns({"s.probabilities": p, "s.target": ["no", "no", "yes", "yes"]})
        >>> estimate(RocAuc(scorer="s"), frame)["roc_auc"].value
        0.75
    """

    name = "roc_auc"
    reference = "https://doi.org/10.2307/2531595"

    def area(self, units: Ranked) -> Floats:
        """The area."""
        return units.roc_auc()

    def own_interval(self, columns: tuple[Floats, ...], clusters: Codes | None, level: float) -> Interval | None:
        """DeLong's, for one class and independent units."""
        scores, true = columns
        if scores.ndim > 1 or clusters is not None:
            return None
        return delong(scores[true == 1], scores[true == 0], level)

    def own_contrast(self, a: tuple[Floats, ...], b: tuple[Floats, ...], level: float) -> TestResult | None:
        """DeLong's, for one class whose truth both runs share."""
        if a[0].ndim > 1 or b[0].ndim > 1 or not np.array_equal(a[1], b[1]):
            return None
        positive, negative = a[1] == 1, a[1] == 0
        return delong_paired(a[0][positive], a[0][negative], b[0][positive], b[0][negative], level)

    def reason(self, columns: tuple[Floats, ...]) -> str:
        """Which class is empty."""
        true = columns[-1]
        what = "positive" if columns[0].ndim == 1 and not np.any(true == 1) else "negative"
        return f"roc_auc is undefined without a {what} unit"
