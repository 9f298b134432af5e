"""The weighted matrix: one score of several metrics, and how far it hangs on the weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalium.core import ConfigError

Floats = npt.NDArray[np.float64]

_RANDOM_WEIGHTS = 20_000


@dataclass(frozen=True, slots=True)
class Scale:
    """What counts as 0 and as 1 in the weighted sum.

    Attributes:
        worst: Value that counts as 0, in the metric's unit.
        best: Value that counts as 1.
        declared: Whether the plan said so; then values beyond are held at 0 and 1.
    """

    worst: float
    best: float
    declared: bool

    def of(self, values: Floats) -> Floats:
        """Values mapped to 0 at the worst and 1 at the best; all alike count as 1."""
        if self.worst == self.best:
            return np.where(np.isnan(values), np.nan, 1.0)
        scaled: Floats = (values - self.worst) / (self.best - self.worst)
        return np.clip(scaled, 0.0, 1.0) if self.declared else scaled


@dataclass(frozen=True, slots=True)
class WeightRange:
    """How far the weight of one metric may move, the others in proportion, before another model is first.

    Attributes:
        metric: Key of the metric.
        share: Its share of all weights, in [0, 1].
        low: Share down to which the winner stays first.
        high: Share up to which it does.
        below: Model that is first below `low`; None where nothing changes down to 0.
        above: Model that is first above `high`; None where nothing changes up to 1.
    """

    metric: str
    share: float
    low: float
    high: float
    below: int | None
    above: int | None


def shares_of(weights: Mapping[str, float], where: str = "decide.weights") -> dict[str, float]:
    """Weights as shares that sum to 1.

    Raises:
        ConfigError: A weight is negative or no number, or all are 0.

    Example:
        >>> shares_of({"quality": 3, "speed": 1})
        {'quality': 0.75, 'speed': 0.25}
    """
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise ConfigError(f"{where}.{name}: a weight is a number of at least 0, got {weight!r}")
    total = sum(weights.values())
    if weights and total <= 0:
        raise ConfigError(f"{where}: at least one weight must be above 0")
    return {name: weight / total for name, weight in weights.items()}


def scale_of(metric: str, values: Floats, declared: tuple[float, float] | None, higher: bool) -> Scale:
    """The scale that the plan declares, or from the worst to the best of the compared models.

    Args:
        metric: Key, for messages.
        values: [M] values of the models.
        declared: Worst and best of the plan.
        higher: Whether higher is better.

    Raises:
        ConfigError: The declared ends are equal, or the wrong way round.
    """
    if declared is not None:
        worst, best = declared
        if worst == best or (best > worst) != higher:
            way = "below" if higher else "above"
            raise ConfigError(
                f"decide.normalise.{metric}: [worst, best] is [{worst:g}, {best:g}], but the worst value of this metric"
                f" lies {way} the best"
            )
        return Scale(worst, best, declared=True)
    known = values[~np.isnan(values)]
    if not len(known):
        return Scale(0.0, 0.0, declared=False)
    ends = (float(known.min()), float(known.max()))
    return Scale(*(ends if higher else ends[::-1]), declared=False)


def weighted(scaled: npt.ArrayLike, shares: Sequence[float]) -> Floats:
    """Weighted sums [..., M] of scaled values [..., M, K]; metrics of weight 0 do not matter even where undefined.

    Example:
        >>> weighted([[1.0, 0.0], [0.5, 1.0]], [0.75, 0.25]).tolist()
        [0.75, 0.625]
    """
    values, weights = np.asarray(scaled, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    total: Floats = values[..., weights > 0] @ weights[weights > 0]
    return total


def weight_ranges(scaled: Floats, shares: Mapping[str, float], winner: int) -> list[WeightRange]:
    """How far each weight may move before the winner changes.

    The weight of one metric goes from 0 to 1 while the others keep their proportions, so that every model's score is a
    straight line, and the winner's ends where another line crosses it.

    Args:
        scaled: [M, K] scaled values.
        shares: Share of each of the K metrics.
        winner: The model that is first at these weights.

    Example:
        >>> [r] = weight_ranges(np.array([[1.0, 0.0], [0.0, 1.0]]), {"a": 0.7, "b": 0.3}, 0)[:1]
        >>> round(r.low, 6), r.high, r.below
        (0.5, 1.0, 1)
    """
    weights = np.array([*shares.values()])
    found = []
    for k, metric in enumerate(shares):
        others = np.delete(np.arange(len(weights)), k)
        rest = weights[others] / weights[others].sum() if weights[others].sum() > 0 else np.full(len(others), 0.0)
        at_zero, at_one = weighted(scaled[:, others], rest.tolist()), scaled[:, k]
        found.append(_range(metric, float(weights[k]), at_zero, at_one, winner))
    return found


def _range(metric: str, share: float, at_zero: Floats, at_one: Floats, winner: int) -> WeightRange:
    low, high, below, above = 0.0, 1.0, None, None
    for other in range(len(at_zero)):
        start, end = at_zero[winner] - at_zero[other], at_one[winner] - at_one[other]
        if other == winner or not np.isfinite(start - end) or start == end:
            continue
        crossing = start / (start - end)
        if start < 0 and low < crossing <= share:
            low, below = float(crossing), other
        elif end < 0 and share <= crossing < high:
            high, above = float(crossing), other
    return WeightRange(metric, share, low, high, below, above)


def any_weights_share(scaled: Floats, seed: int = 0) -> Floats:
    """Under which share of all possible weightings each model is first, in [0, 1]; ties share.

    Weightings are drawn uniformly (Dirichlet with all parameters 1), 20,000 of them.

    Args:
        scaled: [M, K] scaled values.
        seed: Seed of PCG64.

    Reference: stochastic multicriteria acceptability analysis, Lahdelma and Salminen (2001), Operations Research 49.

    Example:
        >>> any_weights_share(np.array([[1.0, 0.0], [0.0, 1.0]])).round(1).tolist()
        [0.5, 0.5]
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = rng.dirichlet(np.ones(scaled.shape[1]), _RANDOM_WEIGHTS)
    scores = drawn @ np.where(np.isnan(scaled), -np.inf, scaled).T
    first = scores == scores.max(axis=1, keepdims=True)
    share: Floats = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
    return share


def ranks(draws: npt.ArrayLike) -> Floats:
    """Ranks [B, M] of scores [B, M] within each draw, 1 for the highest; ties get their mean rank, nan the last.

    Example:
        >>> ranks([[0.2, 0.9, 0.2]]).tolist()
        [[2.5, 1.0, 2.5]]
    """
    found = np.where(np.isnan(draws), -np.inf, np.asarray(draws, dtype=np.float64))
    above = (found[:, None, :] > found[:, :, None]).sum(axis=2)
    equal = (found[:, None, :] == found[:, :, None]).sum(axis=2)
    place: Floats = above + (equal + 1) / 2
    return place
