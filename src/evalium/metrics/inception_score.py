"""Inception score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from evalium.core import ConfigError, Status

from .base import Columns, Need, SumMetric, WeightedMetric, check_choice, check_count
from .column import Floats
from .features import matrix_of
from .frame import STATUS_CODE, Frame

Given = Literal["logits", "probabilities"]


@dataclass(frozen=True, kw_only=True)
class InceptionScore(SumMetric):
    """exp of the mean divergence of each image's class probabilities from those of all: at least 1, higher is better.

    exp(mean_x KL(p(y|x) || p(y))), at most the number of classes: images that are each clearly of one class, and of
    many classes together. Over all images at once; published values are often means over ten splits, which are lower:
    `inception_score_splits`. Interval: bootstrap of the images. Salimans et al. 2016.

    When not to use it: where there are real images, of which it sees none (`fid`, `kid`): it rewards class artefacts
    and grows with the number of images.

    Attributes:
        scorer: A `features` scorer whose features are the classifier's outputs.
        given: Whether these are `logits`, or `probabilities` already.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> rows = {"f.values.features": [[1.0, 0.0], [0.0, 1.0]], "f.status": ["ok", "ok"]}
        >>> score = InceptionScore(scorer="f", given="probabilities")
        >>> round(estimate(score, Frame.from_columns(rows))["inception_score"].value, 6)
        2.0
    """

    scorer: str = ""
    given: Given = "logits"

    name = "inception_score"
    low = 1.0
    high = None
    fits = ("features",)
    scored_by = "image_features"
    reference = "https://arxiv.org/abs/1606.03498"

    def __post_init__(self) -> None:
        """Check the option."""
        super().__post_init__()
        check_choice(self.name, "given", self.given, ("logits", "probabilities"))

    def needs(self) -> tuple[Need, ...]:
        """The classifier's outputs."""
        return (Need("values", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """Sum of p log p, 1, and each class's p."""
        return _entropy_rows(class_shares(frame, self.scorer, self.given, self.name))

    def value(self, sums: Floats) -> Floats:
        """exp(mean of p log p - sum of mean p log mean p)."""
        return _score(sums)


@dataclass(frozen=True, kw_only=True)
class InceptionScoreSplits(WeightedMetric):
    """Mean of the inception scores of equal parts of the images, as published: at least 1, higher is better.

    Mean over the parts of exp(mean_x KL(p(y|x) || p(y))). The images are cut into `splits` parts in the order they
    have; each part's score is `inception_score`. Undefined with fewer images than splits. Interval: bootstrap of the
    images, moved to have the value as its median. Salimans et al. 2016.

    When not to use it: at other numbers of images or of splits, since smaller parts score lower; where there are real
    images take `fid` or `kid`.

    Attributes:
        scorer: A `features` scorer whose features are the classifier's outputs.
        given: Whether these are `logits`, or `probabilities` already.
        splits: Number of parts.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> rows = {"f.values.features": [[1.0, 0.0], [0.0, 1.0]] * 2, "f.status": ["ok"] * 4}
        >>> score = InceptionScoreSplits(scorer="f", given="probabilities", splits=2)
        >>> round(estimate(score, Frame.from_columns(rows))["inception_score_splits"].value, 6)
        2.0
    """

    scorer: str = ""
    given: Given = "logits"
    splits: int = 10

    name = "inception_score_splits"
    low = 1.0
    high = None
    fits = ("features",)
    scored_by = "image_features"
    reference = "https://arxiv.org/abs/1606.03498"
    centred = True

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        check_choice(self.name, "given", self.given, ("logits", "probabilities"))
        check_count(self.key, "splits", self.splits)

    def needs(self) -> tuple[Need, ...]:
        """The classifier's outputs."""
        return (Need("values", self.scorer),)

    def columns(self, frame: Frame) -> Columns:
        """Class probabilities."""
        return (class_shares(frame, self.scorer, self.given, self.name),)

    def value(self, columns: Columns, weights: Floats) -> Floats:
        """The mean over the parts."""
        shares: Floats = columns[0]
        if len(shares) < self.splits:
            return np.full(weights.shape[:-1], np.nan)
        rows = _entropy_rows(shares)
        parts = np.array_split(np.arange(len(shares)), self.splits)
        return np.asarray(np.mean([_score(weights[..., part] @ rows[part]) for part in parts], axis=0))

    def reason(self, columns: Columns) -> str:
        """There are too few images."""
        return f"inception_score_splits is undefined for {len(columns[0])} images in {self.splits} splits"


def class_shares(frame: Frame, scorer: str, given: Given, metric: str) -> Floats:
    """Class probabilities [n, C]; nan in the rows of units that have none."""
    table, units = matrix_of(frame.several(f"{scorer}.values.features"), metric)
    found = np.full((frame.n, table.shape[1]), np.nan)
    found[units] = _softmax(table) if given == "logits" and len(table) else table
    found[frame.scored(scorer) != STATUS_CODE[Status.OK]] = np.nan
    if given == "probabilities":
        known = found[~np.isnan(found).any(axis=1)]
        if len(known) and (known.min() < 0 or bool(np.abs(known.sum(axis=1) - 1).max() > 1e-3)):
            raise ConfigError(f"metric {metric!r}: these are no probabilities; with given: logits they may be anything")
    return found if found.shape[1] else np.full((frame.n, 1), np.nan)


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)


def _plogp(p: Floats) -> Any:
    return p * np.log(p, out=np.zeros_like(p), where=p > 0)


def _entropy_rows(shares: Floats) -> Floats:
    own = _plogp(np.nan_to_num(shares)).sum(axis=1)
    own[np.isnan(shares).any(axis=1)] = np.nan
    return np.concatenate([own[:, None], np.ones((len(shares), 1)), shares], axis=1)


def _score(sums: Floats) -> Floats:
    n = sums[..., 1:2]
    means = np.divide(sums, n, out=np.full_like(sums, np.nan), where=n > 0)
    return np.asarray(np.exp(means[..., 0] - _plogp(means[..., 2:]).sum(axis=-1)), dtype=np.float64)
