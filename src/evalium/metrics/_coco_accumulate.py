"""Precision-recall of matched detections, accumulated over weighted images as COCO does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .base import divide
from .column import Floats, Ragged
from .frame import Frame

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

RECALLS = np.linspace(0.0, 1.0, 101)
_CATEGORY = "category:"
_EPSILON = float(np.spacing(1))


def named_categories(frame: Frame, scorer: str) -> dict[float, str]:
    """Names by code of the categories that are given as text."""
    start = f"{scorer}.values.{_CATEGORY}"
    return {float(np.nanmax(v)): k[len(start) :] for k, v in frame.numbers.items() if k.startswith(start) and _any(v)}


def category_names(frame: Frame, scorer: str) -> dict[float, str]:
    """Names by code of the categories that have a true box, numbers as they are.

    Args:
        frame: The units.
        scorer: A scorer of kind `detection`.
    """
    named = named_categories(frame, scorer)
    codes = np.unique(frame.several(f"{scorer}.values.true_category").values).tolist()
    return {code: named.get(code, str(int(code))) for code in codes}


def _any(column: Floats) -> bool:
    return bool((~np.isnan(column)).any())


def positions(column: Ragged, codes: Floats) -> Ragged:
    """Category codes as positions in a sorted list of codes; -1 for those not in it."""
    if not len(codes):
        return Ragged(np.full(len(column.values), -1.0), column.starts)
    at = np.minimum(np.searchsorted(codes, column.values), len(codes) - 1)
    return Ragged(np.where(codes[at] == column.values, at, -1).astype(np.float64), column.starts)


@dataclass(frozen=True, slots=True)
class Boxed:
    """Detections and true boxes of all images, by category.

    Attributes:
        n_classes: Number of categories that have a true box anywhere.
        units: [m] image of each detection, in order of category, then falling score, then as given.
        hits: [m] bits at which it has found a box.
        misses: [m] bits at which it is wrong.
        ranks: [m] place by score among those of its category in its image.
        starts: [K + 1] where the detections of each category start.
        true_units: [g] image of each true box, in order of category.
        true_areas: [g] size classes in which it counts, as bits.
        true_starts: [K + 1] where the boxes of each category start.
    """

    n_classes: int
    units: Ints
    hits: Ints
    misses: Ints
    ranks: Ints
    starts: Ints
    true_units: Ints
    true_areas: Ints
    true_starts: Ints

    @classmethod
    def of(
        cls, n_classes: int, score: Ragged, category: Ragged, hits: Ragged, misses: Ragged, true: Ragged, areas: Ragged
    ) -> "Boxed":
        """Put columns in order; categories are positions, -1 for those without a true box."""
        units, codes = score.units, category.values.astype(np.int64)
        order = np.lexsort((-score.values, codes))
        true_codes = true.values.astype(np.int64)
        true_order = np.argsort(true_codes, kind="stable")
        edges = np.arange(n_classes + 1)
        return cls(
            n_classes=n_classes,
            units=units[order],
            hits=hits.values.astype(np.int64)[order],
            misses=misses.values.astype(np.int64)[order],
            ranks=_ranks(units, codes)[order],
            starts=np.searchsorted(codes[order], edges).astype(np.int64),
            true_units=true.units[true_order],
            true_areas=areas.values.astype(np.int64)[true_order],
            true_starts=np.searchsorted(true_codes[true_order], edges).astype(np.int64),
        )

    def positives(self, weights: Floats, area: int) -> Floats:
        """Weight [..., K] of the true boxes of each category that count in a size class."""
        each = weights[..., self.true_units] * (self.true_areas >> area & 1)
        return _sums(each, self.true_starts)

    def average_precision(self, weights: Floats, positives: Floats, bits: Sequence[int]) -> Floats:
        """Mean over bits of the 101-point precision of each category [..., K]; nan for one without true boxes."""
        found = np.zeros((*weights.shape[:-1], self.n_classes))
        for k, part in self._parts():
            spread = weights[..., self.units[part]]
            hits, misses = self.hits[part], self.misses[part]
            for bit in bits:
                found[..., k] += interpolated(spread, hits >> bit & 1 == 1, misses >> bit & 1 == 1, positives[..., k])
        return np.where(positives > 0, found / len(bits), np.nan)

    def average_recall(self, weights: Floats, positives: Floats, bits: Sequence[int], most: int) -> Floats:
        """Mean over bits of the recall [..., K] of the `most` best detections of an image and category."""
        mask = sum(1 << bit for bit in bits)
        hits = np.bitwise_count(np.where(self.ranks < most, self.hits & mask, 0)) / len(bits)
        return divide(_sums(weights[..., self.units] * hits, self.starts), positives)

    def _parts(self) -> Iterator[tuple[int, slice]]:
        for k in range(self.n_classes):
            if self.starts[k] < self.starts[k + 1]:
                yield k, slice(int(self.starts[k]), int(self.starts[k + 1]))


def interpolated(weights: Floats, hits: Flags, misses: Flags, positives: Floats) -> Floats:
    """Mean [...] over 101 recalls of the best precision at that recall or beyond.

    Precision is read at hits only: between them it falls. Each hit answers for the recalls that it is the first to
    reach, which gives the mean without looking up 101 places.

    Args:
        weights: [..., m] weight of the image of each detection, highest score first.
        hits: [m] whether it has found a box.
        misses: [m] whether it is wrong; what is neither is ignored.
        positives: [...] weight of the true boxes.
    """
    at = np.flatnonzero(hits)
    if not len(at):
        return np.zeros(weights.shape[:-1])
    wrong = np.flatnonzero(misses)
    right = np.cumsum(weights[..., at], axis=-1)
    passed = np.cumsum(weights[..., wrong], axis=-1)
    before = np.searchsorted(wrong, at)
    failed = np.where(before > 0, passed[..., np.maximum(before - 1, 0)], 0.0) if len(wrong) else np.zeros_like(right)
    precision = right / (right + failed + _EPSILON)
    best = np.maximum.accumulate(precision[..., ::-1], axis=-1)[..., ::-1]
    reached = recalls_reached(divide(right, positives[..., None]))
    first = np.diff(reached, axis=-1, prepend=0)
    return np.asarray((best * first).sum(axis=-1) / len(RECALLS), dtype=np.float64)


def recalls_reached(recall: Floats) -> Ints:
    """How many of the 101 recalls are at most this one; 0 for nan.

    Example:
        >>> recalls_reached(np.array([0.0, 0.29, 0.999, 1.0, np.nan])).tolist()
        [1, 30, 100, 101, 0]
    """
    # A product may end on the wrong side of a whole number; the two neighbours decide by the very recalls.
    guess = np.nan_to_num(recall * 100.0, nan=-2.0).astype(np.int64)
    guess += _NEXT[guess + 1] <= recall
    guess -= _NEXT[guess] > recall
    return np.maximum(guess + 1, 0)


_NEXT = np.concatenate([RECALLS, [np.inf, np.inf]])


def _ranks(units: Ints, codes: Ints) -> Ints:
    """Place within each run of one unit and category; scorers write detections in such runs, best first."""
    size = len(units)
    if not size:
        return np.zeros(0, dtype=np.int64)
    new = np.concatenate([[True], (units[1:] != units[:-1]) | (codes[1:] != codes[:-1])])
    places = np.arange(size)
    return places - np.maximum.accumulate(np.where(new, places, 0))


def _sums(values: Floats, starts: Ints) -> Floats:
    """Sums [..., K] of parts of the last axis."""
    total = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    return np.asarray(total[..., starts[1:]] - total[..., starts[:-1]], dtype=np.float64)
