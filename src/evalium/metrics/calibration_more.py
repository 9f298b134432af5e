"""Calibration by the worst bin and by class."""

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from ._class_probabilities import class_names, class_probabilities
from .averaging import mean_of_defined
from .base import Need, WeightedMetric, check_count, divide
from .column import Floats
from .ece import Binning, Ece
from .frame import Frame

ece_equal_mass = partial(Ece, binning="equal_mass")


@dataclass(frozen=True, kw_only=True)
class BinnedCalibration(WeightedMetric):
    """Base of calibration errors over bins of confidence.

    Attributes:
        scorer: The scorer with class probabilities and targets.
        n_bins: Number of bins.
        binning: Bins of equal width, or of equal numbers of units (equal confidences stay together).
    """

    scorer: str = ""
    n_bins: int = 15
    binning: Binning = "equal_width"

    fits = ("probability",)
    centred = True
    higher_is_better = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.key, "n_bins", self.n_bins)

    @property
    def binned(self) -> Ece:
        """What makes the bins."""
        return Ece(scorer=self.scorer, n_bins=self.n_bins, binning=self.binning)

    def needs(self) -> tuple[Need, ...]:
        """Probabilities and targets."""
        return Need("probabilities", self.scorer), Need("target", self.scorer)


@dataclass(frozen=True, kw_only=True)
class Mce(BinnedCalibration):
    """Greatest distance of confidence and accuracy over bins of confidence, in [0, 1], lower is better.

    max over bins of |accuracy - mean confidence|. Top-label and bins as in `ece`; empty bins do not count. Interval:
    bootstrap, moved so that its median is the value.

    When not to use it: for small data: a bin with few units can decide it, more so with more bins. Take `binning:
    equal_mass`, or `ece`.

    Reference: Naeini, Cooper and Hauskrecht (2015), AAAI, 2901-2907.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> p = [{"no": 0.9, "yes": 0.1}, {"no": 0.4, "yes": 0.6}]
        >>> frame = Frame.from_columns({"s.probabilities": p, "s.target": ["no", "no"]})
        >>> estimate(Mce(scorer="s", n_bins=10), frame)["mce"].value
        0.6
    """

    name = "mce"
    reference = "https://doi.org/10.1609/aaai.v29i1.9602"

    def columns(self, frame: Frame) -> tuple[Floats, ...]:
        """Confidence and whether it was right."""
        return self.binned.columns(frame)

    def value(self, columns: tuple[Floats, ...], weights: Floats) -> Floats:
        """The greatest gap."""
        bins = self.binned.bins(columns, weights)
        gap = np.abs(divide(bins.correct - bins.confidence, bins.weight))
        worst = np.where(np.isnan(gap), -1.0, gap).max(axis=-1)
        return np.where(worst < 0, np.nan, worst)


@dataclass(frozen=True, kw_only=True)
class EceClasswise(BinnedCalibration):
    """Mean over classes of the calibration error of each class's probability, in [0, 1], lower is better.

    For each class: mean distance of its probability and of how often it is true, over bins of its probability, sum of
    n_b / n |mean probability - frequency|. Interval: bootstrap, moved so that its median is the value.

    When not to use it: with many classes, most of whose probabilities are near 0, where all models look calibrated:
    compare only at one number of classes, or take `ece`.

    Reference: Kull et al. (2019), NeurIPS, arXiv:1910.12656.

    Attributes:
        average: `macro` mean over classes, or `per_class`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> p = [{"no": 0.9, "yes": 0.1}, {"no": 0.4, "yes": 0.6}]
        >>> frame = Frame.from_columns({"s.probabilities": p, "s.target": ["no", "no"]})
        >>> round(estimate(EceClasswise(scorer="s", n_bins=10), frame)["ece_classwise"].value, 4)
        0.35
    """

    average: Literal["macro", "per_class"] = "macro"

    name = "ece_classwise"
    reference = "https://arxiv.org/abs/1910.12656"

    def outputs(self, frame: Frame) -> tuple[str, ...]:
        """The classes, when each has a number of its own."""
        return class_names(frame, self.scorer) if self.average == "per_class" else ()

    def columns(self, frame: Frame) -> tuple[Floats, ...]:
        """All probabilities and the true class."""
        predicted = class_probabilities(frame, self.scorer)
        if not predicted.classes:
            return np.full((frame.n, 1), np.nan), np.full(frame.n, np.nan)
        return predicted.probabilities, predicted.true

    def value(self, columns: tuple[Floats, ...], weights: Floats) -> Floats:
        """The error of each class, averaged."""
        probabilities, true = columns
        binned = self.binned
        errors = np.stack(
            [binned.value((p, (true == c).astype(np.float64)), weights) for c, p in enumerate(probabilities.T)], axis=-1
        )
        return errors if self.average == "per_class" else mean_of_defined(errors)
