"""Expected calibration error: how far confidence is from accuracy."""

import math
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from ._class_probabilities import class_probabilities
from .base import Need, WeightedMetric, check_count, divide
from .column import Floats
from .frame import Frame

Binning = Literal["equal_width", "equal_mass"]


@dataclass(frozen=True, slots=True)
class Bins:
    """Sums of each bin of confidence, each [..., n_bins].

    Attributes:
        weight: Units.
        confidence: Sum of their confidence.
        correct: Number of right ones.
    """

    weight: Floats
    confidence: Floats
    correct: Floats


@dataclass(frozen=True, kw_only=True)
class Ece(WeightedMetric):
    """Mean distance of confidence and accuracy over bins of confidence, in [0, 1], lower is better.

    Sum over bins of n_b / n |accuracy_b - mean confidence_b|. Top-label: confidence is the greatest probability,
    correct is whether its class (the first at a tie) is the true one. Bins are (low, high], the first one closed. The
    plain value is biased upwards, more so with few units a bin: a perfect model does not get 0. `debias` subtracts the
    bias that the normal limit of each bin's accuracy has, and may be slightly negative. Interval: bootstrap, moved so
    that its median is the value.

    When not to use it: with few units a bin (take `ece_debiased` or fewer bins), or alone: always answering the class
    frequencies is calibrated and useless, so look at `brier` or `roc_auc` beside it.

    Reference: Guo et al. (2017), ICML, arXiv:1706.04599; Kumar, Liang and Ma (2019), NeurIPS, arXiv:1909.10155.

    Attributes:
        scorer: The scorer with class probabilities and targets.
        n_bins: Number of bins.
        binning: Bins of equal width, or of equal numbers of units (equal confidences stay together).
        debias: Whether to subtract the estimated bias.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> p = [{"no": 0.9, "yes": 0.1}, {"no": 0.4, "yes": 0.6}]
        >>> frame = Frame.from_columns({"s.probabilities": p, "s.target": ["no", "no"]})
        >>> round(estimate(Ece(scorer="s", n_bins=10), frame)["ece"].value, 4)
        0.35
    """

    scorer: str = ""
    n_bins: int = 15
    binning: Binning = "equal_width"
    debias: bool = False

    name = "ece"
    fits = ("probability",)
    centred = True
    higher_is_better = False
    reference = "https://arxiv.org/abs/1706.04599"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.key, "n_bins", self.n_bins)

    @property
    def low(self) -> float:
        """Least possible value."""
        return -1.0 if self.debias else 0.0

    def needs(self) -> tuple[Need, ...]:
        """Probabilities and targets."""
        return Need("probabilities", self.scorer), Need("target", self.scorer)

    def columns(self, frame: Frame) -> tuple[Floats, ...]:
        """Confidence and whether it was right."""
        predicted = class_probabilities(frame, self.scorer)
        if not predicted.classes:
            return np.full(frame.n, np.nan), np.full(frame.n, np.nan)
        known = ~np.isnan(predicted.probabilities[:, 0])
        top = np.where(known[:, None], predicted.probabilities, 0.0).argmax(axis=1)
        confidence = np.where(known, predicted.probabilities[np.arange(frame.n), top], np.nan)
        return confidence, np.where(np.isnan(predicted.true), np.nan, top == predicted.true)

    def bins(self, columns: tuple[Floats, ...], weights: Floats) -> Bins:
        """Sums of each bin."""
        confidence, correct = columns
        order = np.argsort(confidence, kind="stable")
        confidence, correct, weights = confidence[order], correct[order], weights[..., order]
        if self.binning == "equal_width":
            edges = np.searchsorted(confidence, np.linspace(0, 1, self.n_bins + 1)[1:-1], side="right")
            ends = np.broadcast_to(np.append(edges, len(confidence)), (*weights.shape[:-1], self.n_bins))
        else:
            ends = _mass_ends(confidence, weights, self.n_bins)
        return Bins(*(_between(column * weights, ends) for column in (np.ones(1), confidence, correct)))

    def value(self, columns: tuple[Floats, ...], weights: Floats) -> Floats:
        """The error, debiased or not."""
        bins = self.bins(columns, weights)
        accuracy = divide(bins.correct, bins.weight)
        gap = np.abs(accuracy - divide(bins.confidence, bins.weight))
        if self.debias:
            spread = np.sqrt(np.maximum(divide(accuracy * (1 - accuracy), bins.weight), 0.0))
            gap = 2 * gap - _folded_mean(gap, spread)
        return divide(np.where(bins.weight > 0, gap * bins.weight, 0.0).sum(axis=-1), bins.weight.sum(axis=-1))


def _mass_ends(confidence: Floats, weights: Floats, n_bins: int) -> Floats:
    """[..., n_bins] end of each bin when the weight is shared out evenly and equal confidences stay together."""
    filled = np.cumsum(weights, axis=-1)
    quota = filled[..., -1:] * np.arange(1, n_bins) / n_bins
    last = (filled[..., None, :] < quota[..., :, None] * (1 - 1e-12)).sum(axis=-1)
    ends = np.searchsorted(confidence, confidence[np.minimum(last, len(confidence) - 1)], side="right")
    return np.concatenate([ends, np.full((*weights.shape[:-1], 1), len(confidence))], axis=-1)


def _between(values: Floats, ends: Floats) -> Floats:
    """Sums [..., m] of values [..., n] between consecutive ends."""
    running = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    at_ends = np.take_along_axis(running, ends.astype(np.int64), axis=-1)
    return np.diff(at_ends, axis=-1, prepend=0.0)


def _folded_mean(centre: Floats, spread: Floats) -> Floats:
    """E|X| of a normal X."""
    ratio = divide(centre, spread)
    from scipy.special import ndtr

    folded = spread * math.sqrt(2 / math.pi) * np.exp(-(ratio**2) / 2) + centre * (1 - 2 * ndtr(-ratio))
    return np.where(spread > 0, folded, centre)


ece_debiased = partial(Ece, debias=True)
