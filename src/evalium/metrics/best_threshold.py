"""The threshold that costs least under a cost matrix, and what it costs."""

from abc import abstractmethod
from dataclasses import dataclass, field

import numpy as np

from evalium.core import ConfigError

from ._class_probabilities import class_probabilities
from .base import divide
from .column import Floats
from .cost_of_error import Costs, cost_table, least_cost
from .frame import Frame
from .precision_recall import positive_class
from .threshold import ThresholdMetric

REST = "rest"


@dataclass(frozen=True, slots=True)
class ThresholdCosts:
    """Total costs when units with at least each threshold are called positive, highest threshold first.

    Attributes:
        thresholds: [g + 1] one above every score, and the distinct scores.
        costs: [..., g + 1] total cost; infinite where a floor is missed.
        weight: [...] total weight.
    """

    thresholds: Floats
    costs: Floats
    weight: Floats


@dataclass(frozen=True, kw_only=True)
class CostThreshold(ThresholdMetric):
    """Base of what a threshold costs.

    Attributes:
        costs: `{true: {predicted: cost}}`. With two classes both are class names; with more, and `positive` named, the
            predicted one is the positive class or `rest`. Pairs that it does not name cost 0 where right.
        otherwise: Cost of a wrong pair that the matrix does not name.
        min_recall: Thresholds with less recall are not allowed.
        min_precision: Thresholds with less precision are not allowed.
    """

    costs: Costs = field(default_factory=dict)
    otherwise: float = 1.0
    min_recall: float | None = None
    min_precision: float | None = None

    def columns(self, frame: Frame) -> tuple[Floats, ...]:
        """Probabilities and truth, and for one class what each unit costs when it is called positive, and when not."""
        scores, true = super().columns(frame)
        if scores.ndim > 1:
            if self.costs:
                raise ConfigError(f"metric {self.key!r}, option 'costs' with more than two classes needs 'positive'")
            return scores, true
        predicted = class_probabilities(frame, self.scorer)
        if not predicted.classes:
            return scores, true, true, true
        name = positive_class(self.key, self.positive, predicted.classes)
        called, passed = unit_costs(self.key, self.costs, self.otherwise, predicted.classes, name)
        known = ~np.isnan(predicted.true)
        at = np.where(known, predicted.true, 0).astype(int)
        return scores, true, np.where(known, called[at], np.nan), np.where(known, passed[at], np.nan)

    def value(self, columns: tuple[Floats, ...], weights: Floats) -> Floats:
        """The value of the positive class, or of each."""
        scores, true, *costs = columns
        if scores.ndim == 1:
            return self.chosen(self._costs(scores, true, costs[0], costs[1], weights))
        found = []
        for c in range(scores.shape[1]):
            hit = (true == c).astype(np.float64)
            costs = [self.otherwise * (1 - hit), self.otherwise * hit]
            found.append(self.chosen(self._costs(scores[:, c], hit, costs[0], costs[1], weights)))
        return np.stack(found, axis=-1)

    @abstractmethod
    def chosen(self, found: ThresholdCosts) -> Floats:
        """The number that is wanted of the least cost."""

    def _costs(self, scores: Floats, true: Floats, called: Floats, passed: Floats, weights: Floats) -> ThresholdCosts:
        order = np.argsort(-scores, kind="stable")
        starts = np.flatnonzero(np.concatenate([[True], np.diff(scores[order]) != 0]))
        taken = weights[..., order]

        def running(column: Floats) -> Floats:
            steps = np.cumsum(np.add.reduceat(taken * column[order], starts, axis=-1), axis=-1)
            return np.concatenate([np.zeros((*steps.shape[:-1], 1)), steps], axis=-1)

        costs = running(called - passed) + (weights * passed).sum(axis=-1)[..., None]
        size = running(np.ones(len(scores)))
        hits = running(true)
        allowed = np.diff(size, axis=-1, prepend=-1.0) > 0
        if self.min_recall is not None:
            allowed &= divide(hits, hits[..., -1:]) >= self.min_recall
        if self.min_precision is not None:
            allowed &= divide(hits, size) >= self.min_precision
        top = scores[order[0]]
        none = 1.0 if top < 1 else np.nextafter(top, np.inf)
        thresholds = np.concatenate([[none], scores[order][starts]])
        return ThresholdCosts(thresholds, np.where(allowed, costs, np.inf), weights.sum(axis=-1))

    def reason(self, columns: tuple[Floats, ...]) -> str:
        """That nothing is allowed."""
        return f"{self.name}: no threshold reaches min_recall {self.min_recall}, min_precision {self.min_precision}"


@dataclass(frozen=True, kw_only=True)
class BestThreshold(CostThreshold):
    """The probability of the positive class from which on calling it positive costs least; no direction is better.

    argmin over thresholds of the summed costs; 1, or the next number above it where a score is 1, where it costs least
    to call nothing positive. Undefined where no threshold reaches the floors. With well calibrated probabilities it
    lies near c / (c + m), for a false alarm of cost c and a miss of cost m: far from it, the probabilities are not
    calibrated or there is too little data.

    When not to use it: where the costs are guesses, or with few units of a class: a handful of units then sets it.

    Reference: Elkan (2001), IJCAI, 973-978.

    Example:
        >>> from evalium.metrics import compute
        >>> costs = {"fraud": {"ok": 100}, "ok": {"fraud": 5}}
        >>> truth = ["ok", "ok", "fraud", "fraud"]
        >>> compute("best_threshold", [0.1, 0.4, 0.35, 0.8], truth, classes=["ok", "fraud"], costs=costs,
        ...         positive="fraud").value
        0.35
    """

    name = "best_threshold"
    high = None
    higher_is_better = None
    reference = "https://dl.acm.org/doi/10.5555/1642194.1642224"

    def chosen(self, found: ThresholdCosts) -> Floats:
        """The highest threshold of least cost."""
        least = found.costs.min(axis=-1)
        return np.where(np.isinf(least), np.nan, found.thresholds[found.costs.argmin(axis=-1)])


@dataclass(frozen=True, kw_only=True)
class ExpectedCostAtBestThreshold(CostThreshold):
    """Mean cost of a unit at the threshold that costs least, in the unit of the costs, lower is better.

    The least, over thresholds, of summed costs / units. Undefined where no threshold reaches the floors. Interval:
    bootstrap, choosing anew each time.

    When not to use it: to say what use will cost: it is measured on the units that the threshold was chosen on, so it
    flatters. Fix the threshold and take `expected_cost` on other data.

    Attributes:
        unit: Unit of the costs.

    Example:
        >>> from evalium.metrics import compute
        >>> costs = {"fraud": {"ok": 100}, "ok": {"fraud": 5}}
        >>> truth = ["ok", "ok", "fraud", "fraud"]
        >>> compute("expected_cost_at_best_threshold", [0.1, 0.4, 0.35, 0.8], truth, classes=["ok", "fraud"],
        ...         costs=costs, positive="fraud").value
        1.25
    """

    unit: str = field(default="1", compare=False)

    name = "expected_cost_at_best_threshold"
    high = None
    higher_is_better = False
    reference = "https://dl.acm.org/doi/10.5555/1642194.1642224"

    @property
    def low(self) -> float | None:
        """0, unless a cost is a gain."""
        return least_cost(self.costs, self.otherwise)

    def chosen(self, found: ThresholdCosts) -> Floats:
        """The least cost of a unit."""
        least = found.costs.min(axis=-1)
        return divide(np.where(np.isinf(least), np.nan, least), found.weight)


def unit_costs(
    metric: str, costs: Costs, otherwise: float, classes: tuple[str, ...], positive: str
) -> tuple[Floats, Floats]:
    """Cost [C] of a unit of each true class when it is called positive, and when it is not.

    Example:
        >>> called, passed = unit_costs("m", {"b": {"a": 9}}, 1.0, ("a", "b"), "b")
        >>> called.tolist(), passed.tolist()
        ([1.0, 0.0], [0.0, 9.0])
    """
    at = classes.index(positive)
    if len(classes) == 2:
        table = cost_table(metric, costs, otherwise, classes)
        return table[:2, at], table[:2, 1 - at]
    wrong = np.full(len(classes), float(otherwise))
    called, passed = (
        np.where(np.arange(len(classes)) == at, 0.0, wrong),
        np.where(np.arange(len(classes)) == at, wrong, 0.0),
    )
    for true, row in costs.items():
        for predicted, cost in row.items():
            if true not in classes or predicted not in (positive, REST):
                raise ConfigError(
                    f"metric {metric!r}, option 'costs': {true!r} -> {predicted!r} must be a class of the data, and "
                    f"{positive!r} or {REST!r}"
                )
            (called if predicted == positive else passed)[classes.index(true)] = cost
    return called, passed
