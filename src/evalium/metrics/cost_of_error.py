"""Expected cost of a classifier under a cost matrix."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from evalium.core import ConfigError, did_you_mean

from ._scored import Unparsed, scored_classes
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame

Costs = dict[str, dict[str, float]]
UNPARSED = "unparsed"


@dataclass(frozen=True, kw_only=True)
class ExpectedCost(SumMetric):
    """Mean cost of a unit under a cost matrix, lower is better; its unit is that of the costs.

    Summed costs / units. The cost of calling a `true` class `predicted`; pairs that the matrix does not name cost 0
    where right and `otherwise` where wrong, so that without a matrix it is the error rate. Negative costs are gains.
    Interval: t; CR1 where clustered.

    When not to use it: where costs or class frequencies differ in use: data with more of a class than use has gives
    another mean.

    Reference: Elkan (2001), IJCAI, 973-978.

    Attributes:
        scorer: The scorer with labels and targets.
        costs: `{true: {predicted: cost}}`; the predicted class `unparsed` is an answer that could not be read.
        otherwise: Cost of a wrong pair that the matrix does not name.
        unparsed: Whether an answer without a readable class counts as wrong or as missing.
        unit: Unit of the costs.

    Example:
        >>> from evalium.metrics import compute
        >>> costs = {"fraud": {"ok": 100}, "ok": {"fraud": 5}}
        >>> compute("expected_cost", ["ok", "ok", "fraud", "ok"], ["ok", "fraud", "ok", "ok"], costs=costs).value
        26.25
    """

    scorer: str = ""
    costs: Costs = field(default_factory=dict)
    otherwise: float = 1.0
    unparsed: Unparsed = "wrong"
    unit: str = field(default="1", compare=False)

    name = "expected_cost"
    interval = "ratio"
    fits = ("label", "probability")
    high = None
    higher_is_better = False
    reference = "https://dl.acm.org/doi/10.5555/1642194.1642224"

    @property
    def low(self) -> float | None:
        """0, unless a cost is a gain."""
        return least_cost(self.costs, self.otherwise)

    def needs(self) -> tuple[Need, ...]:
        """Labels and targets."""
        return Need("label", self.scorer), Need("target", self.scorer)

    def rows(self, frame: Frame) -> Floats:
        """Cost of each unit."""
        true, predicted, classes = scored_classes(frame, self.scorer, self.unparsed)
        table = cost_table(self.key, self.costs, self.otherwise, classes)
        return np.where(true < 0, np.nan, table[true, predicted])


def least_cost(costs: Costs, otherwise: float) -> float | None:
    """0 where no cost is negative, else None."""
    named = [cost for row in costs.values() for cost in row.values()]
    return None if min([otherwise, *named]) < 0 else 0.0


def cost_table(
    metric: str, costs: Mapping[str, Mapping[str, float]], otherwise: float, classes: tuple[str, ...]
) -> Floats:
    """Costs [C + 1, C + 1] by true and predicted class; the last column is of unparsed answers.

    Raises:
        ConfigError: The matrix names a class that the data does not have, or a cost is not finite.

    Example:
        >>> cost_table("m", {"b": {"a": 9}}, 1.0, ("a", "b"))[:2].tolist()
        [[0.0, 1.0, 1.0], [9.0, 0.0, 1.0]]
    """
    size = len(classes)
    table = np.full((size + 1, size + 1), float(otherwise))
    np.fill_diagonal(table, 0.0)
    place = {name: i for i, name in enumerate((*classes, UNPARSED))}
    for true, row in costs.items():
        for predicted, cost in row.items():
            for name in (true, predicted):
                if name not in place and size:
                    hint = did_you_mean(name, classes)
                    raise ConfigError(f"metric {metric!r}, option 'costs': the data has no class {name!r}.{hint}")
            if not np.isfinite(cost):
                raise ConfigError(
                    f"metric {metric!r}, option 'costs': {true} -> {predicted} must be finite, got {cost}"
                )
            if size:
                table[place[true], place[predicted]] = cost
    return table
