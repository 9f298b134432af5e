"""Retrieval between images and texts by their embeddings, both ways."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evalium.core import DataError, Status
from evalium.stats import Interval, cluster_ratio, delta_ratio, group_sums, wilson

from .base import Columns, Need, WeightedMetric, check_count
from .column import Codes, Floats, Index, Ragged
from .features import matrix_of
from .frame import STATUS_CODE, Frame

_CELLS = 4_000_000


class Pairs(NamedTuple):
    """Images [n, d] and captions [c, d] of unit length, and the unit [c] that each caption belongs to."""

    images: Floats
    captions: Floats
    units: Index


@dataclass(frozen=True, kw_only=True)
class CrossModalRecall(WeightedMetric):
    """Base: whether what belongs to a query is among the `k` nearest by cosine of all units.

    A unit is an image with one or several captions. The candidates are those of the units that are measured, so a
    slice is an easier task than the whole: compare at equal numbers. A tie with what does not belong counts as ranked
    below it, so that constant embeddings score nothing. Interval: of the queries, with the candidates held fixed;
    Wilson for one query a unit, the ratio's otherwise.

    Attributes:
        scorer: A `embedding_pair` scorer, whose `values` hold `features` of the image and `texts` of its captions.
        k: How many candidates are looked at.
    """

    scorer: str = ""
    k: int = 1

    fits = ("embedding_pair",)
    scored_by = "embedding_pair"
    reference = "https://arxiv.org/abs/1411.7399"

    def __post_init__(self) -> None:
        """Check the option."""
        super().__post_init__()
        check_count(self.key, "k", self.k)

    def needs(self) -> tuple[Need, ...]:
        """The embeddings."""
        return (Need("values", self.scorer),)

    def columns(self, frame: Frame) -> Columns:
        """Image embeddings, caption embeddings, and nan where a unit lacks either."""
        image, texts = (frame.several(f"{self.scorer}.values.{name}") for name in ("features", "texts"))
        known = (image.lengths > 0) & (texts.lengths > 0) & (frame.scored(self.scorer) == STATUS_CODE[Status.OK])
        return image, texts, np.where(known, 1.0, np.nan)

    def value(self, columns: Columns, weights: Floats) -> Floats:
        """Share of queries, each with the weight of its unit."""
        pairs = self.pairs(columns)
        flat = weights.reshape(-1, weights.shape[-1])
        hits, queries = self.hits(pairs, flat), self.queries(pairs)
        top = (hits * flat[:, queries]).sum(axis=1)
        bottom = flat[:, queries].sum(axis=1)
        found = np.divide(top, bottom, out=np.full(len(flat), np.nan), where=bottom > 0)
        return np.asarray(found.reshape(weights.shape[:-1]), dtype=np.float64)

    def own_intervals(self, columns: Columns, clusters: Codes | None, level: float) -> list[Interval] | None:
        """Of the queries."""
        pairs, n = self.pairs(columns), len(columns[2])
        queries = self.queries(pairs)
        hits = self.hits(pairs, np.ones((1, n)))[0]
        top, bottom = (np.bincount(queries, weights=part, minlength=n) for part in (hits, np.ones(len(hits))))
        if clusters is not None:
            summed = group_sums(np.stack([top, bottom], axis=1), clusters)
            return [cluster_ratio(summed[:, 0], summed[:, 1], level)]
        if len(queries) == n or top.sum() in (0.0, bottom.sum()):
            # Captions of one image are no independent trials.
            share = float(top.sum() / bottom.sum())
            return [wilson(share * n, n, level)]
        return [delta_ratio(top, bottom, level)]

    def pairs(self, columns: Columns) -> Pairs:
        """The embeddings as matrices."""
        image, texts, _ = columns
        images, _ = matrix_of(image, self.name)
        captions = _captions(texts, images.shape[1], self.name)
        counts = texts.lengths // max(1, images.shape[1])
        return Pairs(_unit(images), _unit(captions), np.repeat(np.arange(len(counts)), counts))

    @abstractmethod
    def queries(self, pairs: Pairs) -> Index:
        """Unit of each query."""

    @abstractmethod
    def hits(self, pairs: Pairs, weights: Floats) -> Floats:
        """[B, queries] 1 where what belongs to the query is found, for weights [B, units] of the candidates."""


@dataclass(frozen=True, kw_only=True)
class ImageToTextRecall(CrossModalRecall):
    """Share of images with one of their captions among the `k` nearest captions, in [0, 1], higher is better.

    Images with a caption of their own among the `k` captions of greatest cosine / images. Undefined without a unit that
    has an image and a caption. Recall@k of the COCO and Flickr30k protocols.

    When not to use it: between sets of different size; nor where captions fit other images as well, which count as
    wrong.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> rows = {"e.values.features": [[1.0, 0.0], [0.0, 1.0]], "e.values.texts": [[1.0, 0.1], [0.9, 0.2]]}
        >>> frame = Frame.from_columns({**rows, "e.status": ["ok", "ok"]})
        >>> estimate(ImageToTextRecall(scorer="e"), frame)["image_to_text_recall_at_k"].value
        1.0
    """

    name = "image_to_text_recall_at_k"

    def queries(self, pairs: Pairs) -> Index:
        """Every image."""
        return np.arange(len(pairs.images))

    def hits(self, pairs: Pairs, weights: Floats) -> Floats:
        """By the best of the image's captions."""
        found = np.empty((len(weights), len(pairs.images)))
        candidates = weights[:, pairs.units]
        step = max(1, _CELLS // max(1, len(pairs.captions)))
        for start in range(0, len(pairs.images), step):
            rows = np.arange(start, min(start + step, len(pairs.images)))
            scores = pairs.images[rows] @ pairs.captions.T
            own = pairs.units[None, :] == rows[:, None]
            best = np.where(own, scores, -np.inf).max(axis=1)
            ahead = ((scores >= best[:, None]) & ~own).astype(np.float64)
            found[:, rows] = candidates @ ahead.T < self.k
        return found


@dataclass(frozen=True, kw_only=True)
class TextToImageRecall(CrossModalRecall):
    """Share of captions with their image among the `k` nearest images, in [0, 1], higher is better.

    Captions with their image among the `k` images of greatest cosine / captions. An image with several captions asks
    several times; captions of one image count as one cluster. Undefined without a unit that has an image and a caption.
    Recall@k of the COCO and Flickr30k protocols.

    When not to use it: between sets of different size; nor where captions fit other images as well, which count as
    wrong.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> rows = {"e.values.features": [[1.0, 0.0], [0.0, 1.0]], "e.values.texts": [[1.0, 0.1], [0.9, 0.2]]}
        >>> frame = Frame.from_columns({**rows, "e.status": ["ok", "ok"]})
        >>> estimate(TextToImageRecall(scorer="e"), frame)["text_to_image_recall_at_k"].value
        0.5
    """

    name = "text_to_image_recall_at_k"

    def queries(self, pairs: Pairs) -> Index:
        """Every caption."""
        return pairs.units

    def hits(self, pairs: Pairs, weights: Floats) -> Floats:
        """By the caption's own image."""
        found = np.empty((len(weights), len(pairs.captions)))
        step = max(1, _CELLS // max(1, len(pairs.images)))
        for start in range(0, len(pairs.captions), step):
            rows = np.arange(start, min(start + step, len(pairs.captions)))
            scores = pairs.captions[rows] @ pairs.images.T
            own = pairs.units[rows][:, None] == np.arange(len(pairs.images))[None, :]
            best = np.where(own, scores, -np.inf).max(axis=1)
            ahead = ((scores >= best[:, None]) & ~own).astype(np.float64)
            found[:, rows] = weights @ ahead.T < self.k
        return found


def _captions(column: Ragged, width: int, metric: str) -> Floats:
    odd = np.flatnonzero(column.lengths % max(1, width))
    if len(odd):
        raise DataError(
            f"metric {metric!r}: {column.lengths[odd[0]]} numbers of captions are no multiple of an image's {width}"
        )
    return column.values.reshape(-1, max(1, width))


def _unit(table: Floats) -> Floats:
    lengths = np.sqrt((table * table).sum(axis=1, keepdims=True))
    return np.asarray(np.divide(table, lengths, out=np.zeros_like(table), where=lengths > 0), dtype=np.float64)
