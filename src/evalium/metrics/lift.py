"""Lift and gain: what calling the highest-scored share of the units positive is worth."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from evalium.core import ConfigError

from ._ranked import Ranked
from .base import divide
from .column import Floats
from .rank_area import RankArea


@dataclass(frozen=True, kw_only=True)
class Gain(RankArea):
    """Share of the positives among the highest-scored fraction of the units, in [0, 1], higher is better.

    Positives among the first `fraction` of the units / positives. The fraction is chance. Where the boundary falls into
    a tie, the tied units count in part: what a random order of them would give on average. Undefined without positives.
    Interval: bootstrap.

    When not to use it: where the fraction that will be looked at is not settled (`roc_auc`, `pr_auc`), or where the
    probabilities themselves matter (`brier`).

    Attributes:
        fraction: How much of the data is looked at, in (0, 1].

    Example:
        >>> from evalium.metrics import compute
        >>> compute("gain", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], fraction=0.25).value
        0.5
    """

    fraction: float = 0.1

    name = "gain"
    relative: ClassVar[bool] = False
    reference = "cumulative response, Provost and Fawcett 2013, Data Science for Business, chapter 8"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.fraction <= 1:
            raise ConfigError(f"metric {self.key!r}, option 'fraction' must lie in (0, 1], got {self.fraction!r}")

    def area(self, units: Ranked) -> Floats:
        """The share, or how often the fraction it is."""
        sizes = units.positive + units.negative
        looked_at = self.fraction * sizes.sum(axis=-1, keepdims=True)
        before = np.cumsum(sizes, axis=-1) - sizes
        taken = np.clip(looked_at - before, 0.0, sizes)
        found = (units.positive * np.nan_to_num(divide(taken, sizes))).sum(axis=-1)
        gain = divide(found, units.positive.sum(axis=-1))
        return gain / self.fraction if self.relative else gain

    def reason(self, columns: tuple[Floats, ...]) -> str:
        """Which class is empty."""
        return f"{self.name} is undefined without a positive unit"


@dataclass(frozen=True, kw_only=True)
class Lift(Gain):
    """How much more frequent positives are among the highest-scored fraction than overall; higher is better.

    `gain` / fraction. At least 0, 1 is chance, at most 1 / fraction (less where positives are more frequent than the
    fraction). Ties and undefined cases as in `gain`. Interval: bootstrap.

    When not to use it: between fractions, or between data with other shares of positives: both bound it from above.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("lift", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], fraction=0.25).value
        2.0
    """

    name = "lift"
    high = None
    relative = True
    reference = "Provost and Fawcett 2013, Data Science for Business, chapter 8"
