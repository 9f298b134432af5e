"""What detectors do wrong: errors by kind, what each kind costs, and which categories are taken for which."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalium.scorers._boxes import BACKGROUND
from evalium.scorers._coco_match import NEVER, ErrorKind
from evalium.scorers.detection import REPAIRS

from ._coco_accumulate import Boxed, category_names, named_categories, positions
from ._scored import scored_values
from .averaging import mean_of_defined
from .base import Columns, Need, SumMetric, WeightedMetric, divide
from .column import Floats, Ragged
from .detection import coco_columns
from .frame import Frame
from .share import shares
from .tables import Confusion

KINDS = (*(kind.name for kind in ErrorKind if kind is not ErrorKind.none), "missed")
"""Kinds of error, in the order of the outputs."""
_HIT = 1


@dataclass(frozen=True, kw_only=True)
class DetectionErrors(SumMetric):
    """Errors of each kind per image, at least 0, lower is better; one number a kind.

    Errors of a kind / images. Kinds by TIDE (Bolya et al. 2020) at overlaps .5 and .1, of detections with at least the
    score `threshold`: `localisation` the right class in a place off by too much; `classification` the right place,
    another class; `duplicate` of what is found already; `background` where there is nothing; `both` wrong in class and
    place; `missed` an object that no detection found, nor meant by one of the first two. Undefined where no image was
    scored. Interval: bootstrap of images.

    When not to use it: without a threshold that is meant: it says as much of that as of the detector. For a verdict
    without one take `detection_error_cost`.

    Attributes:
        scorer: A scorer of kind `detection`.
        threshold: Score from which a detection counts.

    Example:
        >>> from evalium.metrics import compute
        >>> cat = {"box": [0, 0, 10, 10], "category": "cat"}
        >>> found = compute("detection_errors", [[{**cat, "score": 0.9, "category": "dog"}]], [[cat]], ci=None)
        >>> {kind: estimate.value for kind, estimate in found.items() if estimate.value}
        {'classification': 1.0}
    """

    scorer: str = ""
    threshold: float = 0.5

    name = "detection_errors"
    fits = ("detection",)
    scored_by = "detection"
    reference = "Bolya et al. 2020 (TIDE)"
    high = None
    higher_is_better = False

    def needs(self) -> tuple[Need, ...]:
        """The errors, and whether there are any."""
        return Need("value", self.scorer), Need("values", self.scorer)

    def outputs(self, frame: Frame) -> tuple[str, ...]:
        """The kinds."""
        return KINDS

    def rows(self, frame: Frame) -> Floats:
        """Errors of each kind, 1."""
        several = {n: frame.several(f"{self.scorer}.values.{n}") for n in ("error", "score", "reached", "true_areas")}
        kinds = several["error"].values.astype(np.int64) % REPAIRS
        sure = several["score"].values >= self.threshold
        columns = [
            _counts(several["error"], sure & (kinds == kind)) for kind in ErrorKind if kind is not ErrorKind.none
        ]
        reached, plain = several["reached"], several["true_areas"].values > 0
        columns.append(_counts(reached, plain & ~(reached.values >= self.threshold)))
        rows = np.stack([*columns, np.ones(frame.n)], axis=1)
        rows[np.isnan(scored_values(frame, self.scorer, "value", "missing"))] = np.nan
        return rows

    def value(self, sums: Floats) -> Floats:
        """Errors per image."""
        return divide(sums[..., :-1], sums[..., -1:])


def _counts(column: Ragged, chosen: npt.NDArray[np.bool_]) -> Floats:
    return np.bincount(column.units, chosen, minlength=len(column)).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class DetectionErrorCost(WeightedMetric):
    """What mending all errors of one kind would add to AP at an overlap of .5; in [0, 1], lower is better.

    AP with the errors of a kind mended - AP. One number a kind (see `detection_errors`), of all detections however
    unsure: TIDE's dAP (Bolya et al. 2020). Mending makes the best detection that meant an unfound object right, in
    class and place, and strikes out all others of that kind; `missed` objects are struck out. Undefined where there is
    no object. Interval: bootstrap of images.

    Matching, crowds and interpolation are COCO's throughout; tidecv differs in its handling of ties and keeps the 100
    best detections of an image rather than of each category in it.

    When not to use it: to add up: kinds overlap, so the costs do not sum to 1 - AP; nor for errors at the score that a
    detector is used with (`detection_errors`).

    Attributes:
        scorer: A scorer of kind `detection`.

    Example:
        >>> from evalium.metrics import compute
        >>> cat = {"box": [0, 0, 10, 10], "category": "cat"}
        >>> dog = {"box": [20, 0, 10, 10], "category": "dog"}
        >>> sure = [{**cat, "score": 0.9}, {**dog, "score": 0.8, "category": "cat"}]
        >>> round(compute("detection_error_cost", [sure], [[cat, dog]], ci=None)["classification"].value, 4)
        0.5
    """

    scorer: str = ""

    name = "detection_error_cost"
    fits = ("detection",)
    scored_by = "detection"
    reference = "Bolya et al. 2020 (TIDE)"
    higher_is_better = False

    def needs(self) -> tuple[Need, ...]:
        """The matches and errors, and whether there are any."""
        return Need("value", self.scorer), Need("values", self.scorer)

    def outputs(self, frame: Frame) -> tuple[str, ...]:
        """The kinds."""
        return KINDS

    def columns(self, frame: Frame) -> Columns:
        """COCO's columns, then kinds of error, categories met, and the best score that reached each object."""
        codes = np.array(list(category_names(frame, self.scorer)))
        several = [frame.several(f"{self.scorer}.values.{name}") for name in ("error", "met", "reached")]
        return *coco_columns(frame, self.scorer), several[0], positions(several[1], codes), several[2]

    def value(self, columns: Columns, weights: Floats) -> Floats:
        """AP with one kind mended less AP as it is."""
        n_classes, (score, category, hits, misses, true, areas, error, met, reached) = columns[0], columns[1:]
        size = int(n_classes.max(initial=0))
        as_it_is = _ap50(size, weights, (score, category, hits, misses, true, areas))
        found = []
        kinds, mended = error.values.astype(np.int64) % REPAIRS, error.values >= REPAIRS
        for kind in ErrorKind:
            if kind is ErrorKind.none:
                continue
            own = kinds == kind
            new = _ap50(
                size,
                weights,
                (
                    score,
                    _with(
                        category,
                        np.where(own & mended & (kind is ErrorKind.classification), met.values, category.values),
                    ),
                    _with(hits, np.where(own, np.where(mended, _HIT, 0), hits.values)),
                    _with(misses, np.where(own, 0, misses.values)),
                    true,
                    areas,
                ),
            )
            found.append(new - as_it_is)
        struck = _with(areas, np.where(reached.values == NEVER, 0, areas.values))
        new = _ap50(size, weights, (score, category, hits, misses, true, struck))
        found.append(new - as_it_is)
        return np.maximum(np.stack(found, axis=-1), 0.0)

    def reason(self, columns: Columns) -> str:
        """What is missing."""
        return "detection_error_cost is undefined: no image has an object to find"


def _with(column: Ragged, values: Floats) -> Ragged:
    return Ragged(values.astype(np.float64), column.starts)


def _ap50(n_classes: int, weights: Floats, columns: tuple[Ragged, ...]) -> Floats:
    boxed = Boxed.of(n_classes, *columns)
    return mean_of_defined(boxed.average_precision(weights, boxed.positives(weights, 0), [0]))


def detection_confusion(frame: Frame, scorer: str, threshold: float = 0.5, level: float = 0.95) -> Confusion:
    """Which category objects are taken for: true categories against detected ones, at an overlap of .5.

    A detection that found its object counts on the diagonal, one of a `classification` error beside it (see
    `detection_errors`), any other wrong one in the row `background`; an object that no detection found or meant in the
    column `background`. Detections below `threshold` do not count.

    Args:
        frame: The images.
        scorer: A scorer of kind `detection`.
        threshold: Score from which a detection counts.
        level: Confidence level of the shares of each row.
    """
    several = {
        name: frame.several(f"{scorer}.values.{name}").values
        for name in ("score", "category", "hits", "misses", "met", "true_category", "true_areas", "reached")
    }
    decided = (several["hits"].astype(np.int64) | several["misses"].astype(np.int64)) & 1 == 1
    counted = (several["score"] >= threshold) & decided
    lost = (several["true_areas"] > 0) & ~(several["reached"] >= threshold)
    true = np.concatenate([several["met"][counted], several["true_category"][lost]])
    taken = np.concatenate([several["category"][counted], np.full(int(lost.sum()), float(BACKGROUND))])
    codes = np.unique(np.concatenate([true, taken, [BACKGROUND]]))
    counts = np.zeros((len(codes), len(codes)), dtype=np.int64)
    # The background's code is the least; as the last row and column it is out of the way.
    np.add.at(counts, (np.searchsorted(codes, true) - 1, np.searchsorted(codes, taken) - 1), 1)
    names = named_categories(frame, scorer)
    totals = counts.sum(axis=1)
    return Confusion(
        key=scorer,
        classes=(*(names.get(code, str(int(code))) for code in codes[1:].tolist()), "background"),
        counts=tuple(tuple(row) for row in counts.tolist()),
        shares=tuple(
            tuple(shares(row, np.full(len(codes), total), level, "confusion:row_share"))
            for row, total in zip(counts, totals, strict=True)
        ),
    )
