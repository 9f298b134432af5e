"""Area under the ROC curve."""

from dataclasses import dataclass, replace

import numpy as np

from evalium.stats import Interval, TestResult, auc_placements, cluster_linear, delong, delong_paired

from ._ranked import Ranked
from .column import Codes, Floats
from .rank_area import RankArea


@dataclass(frozen=True, kw_only=True)
class RocAuc(RankArea):
    """Chance that a positive unit scores above a negative one, ties counting half; in [0, 1], higher is better.

    P(positive above negative) + P(equal) / 2, over all pairs: the area under the ROC curve. 0.5 is chance. Undefined
    when a class is empty. With more than two classes the mean over one-against-rest areas of the classes that occur.
    Interval: DeLong, over several classes by each unit's influence on their mean; a bootstrap of clusters where units
    are clustered. Equals `sklearn.metrics.roc_auc_score` (`multi_class="ovr"`).

    When not to use it: where positives are rare and only the top of the ranking is used (`pr_auc`, `tpr_at_fpr`), or
    where the probabilities themselves matter (`brier`).

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

    def own_intervals(self, columns: tuple[Floats, ...], clusters: Codes | None, level: float) -> list[Interval] | None:
        """DeLong's, for independent units; over several classes from the influence of each unit on their mean."""
        scores, true = columns
        if clusters is not None:
            return None
        if scores.ndim == 1:
            return [delong(scores[true == 1], scores[true == 0], level)]
        areas, influence, share = _one_against_rest(scores, true)
        if self.average == "per_class":
            hits = [true == c for c in range(scores.shape[1])]
            return [delong(scores[hit, c], scores[~hit, c], level) for c, hit in enumerate(hits)]
        weights = share if self.average == "weighted" else (share > 0).astype(np.float64)
        if not len(areas):
            return None
        mean = float(np.average(areas, weights=weights))
        total = influence @ (weights / weights.sum())
        if self.average == "weighted":
            # The weights are estimated too: a unit of class c pulls the mean towards the area of c.
            total += areas[np.searchsorted(np.unique(true), true)] - mean
        interval = cluster_linear(total, len(true), mean, level)
        return [
            replace(interval, method="delong:linearised", flags=tuple(f for f in interval.flags if f != "few_clusters"))
        ]

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


def _one_against_rest(scores: Floats, true: Floats) -> tuple[Floats, Floats, Floats]:
    """Area [c], influence of each unit [n, c] and share of units [c] of the classes that can be told from the rest."""
    n = len(true)
    areas, influences, shares = [], [], []
    for c in np.unique(true).astype(int):
        hit = true == c
        if hit.all():
            break
        placed = auc_placements(scores[hit, c], scores[~hit, c])
        influence = np.empty(n)
        influence[hit] = (placed.positive - placed.auc) * (n / hit.sum())
        influence[~hit] = (placed.negative - placed.auc) * (n / (~hit).sum())
        areas.append(placed.auc)
        influences.append(influence)
        shares.append(hit.mean())
    return np.array(areas), np.array(influences).T.reshape(n, len(areas)), np.array(shares)
