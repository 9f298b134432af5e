"""Area under the precision-recall curve: average precision."""

from dataclasses import dataclass

from ._ranked import Ranked
from .column import Floats
from .rank_area import RankArea


@dataclass(frozen=True, kw_only=True)
class PrAuc(RankArea):
    """Average precision: precision at each threshold weighted by the step of recall; in [0, 1], higher is better.

    Sum over thresholds of (recall_n - recall_(n-1)) precision_n. The step sum, not the trapezoid, which is optimistic.
    The share of positives is chance. Undefined without positives (scikit-learn says 0). Interval: bootstrap. Equals
    `sklearn.metrics.average_precision_score`.

    When not to use it: between data sets with other shares of positives, which are chance: take `roc_auc`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> p = [{"no": 1 - x, "yes": x} for x in (0.1, 0.4, 0.35, 0.8)]
        >>> frame = Frame.from_columns({"s.probabilities": p, "s.target": ["no", "no", "yes", "yes"]})
        >>> round(estimate(PrAuc(scorer="s"), frame)["pr_auc"].value, 4)
        0.8333
    """

    name = "pr_auc"
    reference = "Davis and Goadrich 2006, https://doi.org/10.1145/1143844.1143874"

    def area(self, units: Ranked) -> Floats:
        """The area."""
        return units.average_precision()

    def reason(self, columns: tuple[Floats, ...]) -> str:
        """Which class is empty."""
        return "pr_auc is undefined without a positive unit"
