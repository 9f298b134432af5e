"""Objects in an image: COCO's matching of detections with true boxes, and the overlap of single boxes."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from evalium.core import ConfigError, Record, Status, Verdict

from ._boxes import BACKGROUND, BadBoxes, Boxes, Floats, box_giou, box_iou, read_boxes
from ._coco_match import NEVER, ErrorKind, Matched, area_bits, fault, match
from ._factory import built_in
from ._masks import mask_iou, require_masks
from ._target import NO_TARGET
from .base import ScoreFunction
from .structured import structured

DETECTION_VALUES = (
    "score", "category", "hits", "misses", "overlap", "error", "met", "true_category", "true_areas", "reached",
)  # fmt: skip
REPAIRS = 8
"""Added to the code of an error whose repair makes the detection right: the best one that meant an unfound box."""


@built_in(kind="detection", values=DETECTION_VALUES, reads="data.boxes")
def detection(
    *, region: Literal["box", "mask"] = "box", max_detections: int = 100, threshold: float = 0.5
) -> ScoreFunction:
    """Match detections with the true boxes of an image, as COCO does.

    The prediction, `data.boxes` or JSON in the output, is a list of `{box: [x, y, width, height], score, category}`,
    with `area` and `segmentation` (polygons or run lengths) where there are; the target is a list of the same without
    scores and with `iscrowd`, or a mapping `{boxes, height, width}`. Categories are whole numbers or names. An empty
    list says that there is nothing. The value is the F1 of the image: 2 hits / (detections + boxes) of detections that
    score at least `threshold`, at an overlap of 0.5; 1 where there is nothing and nothing was found. It ranks images
    and is not the metric: take `detection_ap` and its kin, which read the matches at 10 overlaps in 4 size classes that
    `values` keeps, one number a detection or box.

    Undefined: no target is `missing`, boxes that cannot be read (no score, a negative side, not finite) are `unparsed`
    with the field named. Reference: pycocotools `COCOeval`, to the bit; error kinds by TIDE, Bolya et al. 2020.

    Args:
        region: Whether boxes overlap as `box` or by their `mask`; masks need the extra `detection`.
        max_detections: Most detections of a category in an image that are looked at, the highest scores. Unlike in the
            reference, where any other number than 100 makes AP -1, AP is of those that are looked at.
        threshold: Score from which detections enter the image's own value. No metric depends on it.

    Raises:
        MissingExtra: `region` is `mask` without the extra.
        ConfigError: `max_detections` is below 1.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"boxes": [{"box": [0, 0, 10, 10], "score": 0.9, "category": "cat"}]},
        ...                 target=[{"box": [0, 0, 10, 9], "category": "cat"}])
        >>> verdict = detection().score(record)
        >>> verdict.value, [round(x, 3) for x in verdict.values["overlap"]]
        (1.0, [0.9])
    """
    if max_detections < 1:
        raise ConfigError(f"scorer 'detection', option 'max_detections' must be at least 1, got {max_detections}")
    if region == "mask":
        require_masks()

    def score(record: Record) -> Verdict:
        given = structured(record, "data.boxes")
        if isinstance(given, Verdict):
            return given
        if record.target is None:
            return NO_TARGET
        try:
            true = read_boxes(record.target, "target", scored=False)
        except BadBoxes as error:
            return Verdict(status=Status.MISSING, explanation=str(error))
        try:
            detected = read_boxes(given, "boxes", scored=True)
            overlaps = mask_iou(detected, true) if region == "mask" else None
        except BadBoxes as error:
            return Verdict(status=Status.UNPARSED, explanation=str(error))
        if overlaps is None:
            overlaps = box_iou(detected.corners, true.corners, true.crowd)
        return _verdict(detected, true, overlaps, max_detections, threshold)

    return score


def _verdict(detected: Boxes, true: Boxes, overlaps: Floats, most: int, threshold: float) -> Verdict:
    image = _Image(detected, true, overlaps.tolist(), most)
    image.match()
    image.explain()
    scores = [detected.scores[d] for d in image.order]
    sure = [score >= threshold for score in scores]
    hits = sum(s and bool(h & 1) for s, h in zip(sure, image.hits, strict=True))
    wrong = sum(s and bool(m & 1) for s, m in zip(sure, image.misses, strict=True))
    boxes = hits + wrong + len(image.plain)
    values: dict[str, float | list[float]] = {
        "score": scores,
        "category": [float(detected.categories[d]) for d in image.order],
        "hits": [float(h) for h in image.hits],
        "misses": [float(m) for m in image.misses],
        "overlap": image.overlap,
        "error": image.errors,
        "met": image.met,
        "true_category": [float(c) for c in true.categories],
        "true_areas": [float(c) for c in image.counted],
        "reached": image.reached,
    }
    values |= {f"category:{name}": float(code) for name, code in (true.names | detected.names).items()}
    return Verdict(value=2 * hits / boxes if boxes else 1.0, values=values)


class _Image:
    """The detections of one image, by category and falling score, and what became of them."""

    def __init__(self, detected: Boxes, true: Boxes, overlaps: list[list[float]], most: int) -> None:
        self.detected, self.true, self.overlaps = detected, true, overlaps
        self.plain = [g for g, crowd in enumerate(true.crowd) if not crowd]
        self.counted = [0 if crowd else area_bits(a) for a, crowd in zip(true.areas, true.crowd, strict=True)]
        self.groups: dict[int, list[int]] = {}
        scores, categories = detected.scores, detected.categories
        for d in sorted(range(len(scores)), key=lambda d: -scores[d]):
            group = self.groups.setdefault(categories[d], [])
            if len(group) < most:
                group.append(d)
        self.order = [d for group in self.groups.values() for d in group]
        self.hits: list[int] = []
        self.misses: list[int] = []
        self.overlap: list[float] = []
        self.found_by = [-1] * len(true)

    def match(self) -> None:
        """Match category by category."""
        boxes: dict[int, list[int]] = {}
        for g, category in enumerate(self.true.categories):
            boxes.setdefault(category, []).append(g)
        for category, group in self.groups.items():
            own = boxes.get(category, [])
            matched = self._of_category(group, own)
            start = len(self.hits)
            self.hits += matched.hits
            self.misses += matched.misses
            self.overlap += matched.overlaps
            for g, d in zip(own, matched.found_by, strict=True):
                self.found_by[g] = -1 if d < 0 else start + d

    def _of_category(self, group: list[int], own: list[int]) -> Matched:
        return match(
            [[row[g] for g in own] for row in (self.overlaps[d] for d in group)],
            [self.counted[g] for g in own],
            [self.true.crowd[g] for g in own],
            [area_bits(self.detected.areas[d]) for d in group],
        )

    def explain(self) -> None:
        """Say of each detection which kind of error it is and what it met; and who reached each box best."""
        size, names = len(self.order), self.true.categories
        self.errors, self.met = [0.0] * size, [float(BACKGROUND)] * size
        self.reached = [NEVER] * len(self.true)
        found = [by >= 0 for by in self.found_by]
        for g, by in enumerate(self.found_by):
            if by >= 0:
                self.met[by] = float(names[g])
                self._reach(g, by)
        best: dict[int, int] = {}
        for i, d in enumerate(self.order):
            if not self.misses[i] & 1:
                continue
            category = self.detected.categories[d]
            why = fault(self.overlaps[d], [category == name for name in names], self.plain, found)
            self.errors[i] = float(why.kind)
            if why.box < 0:
                continue
            if why.kind is ErrorKind.classification:
                self.met[i] = float(names[why.box])
            self._reach(why.box, i)
            rival = best.get(why.box)
            if not found[why.box] and (rival is None or self._score(i) > self._score(rival)):
                best[why.box] = i
        for i in best.values():
            self.errors[i] += REPAIRS

    def _score(self, i: int) -> float:
        return self.detected.scores[self.order[i]]

    def _reach(self, g: int, i: int) -> None:
        self.reached[g] = max(self.reached[g], self._score(i))


@built_in(kind="box", values=("giou",), reads="data.box")
def box_overlap() -> ScoreFunction:
    """Intersection over union of the one box that was asked for with the true one, in [0, 1], higher is better.

    For grounding and tracking, where each sample has one box `[x, y, width, height]`; boxes of many objects are the
    business of `detection`. `values` holds `giou`, in [-1, 1], which tells far from near where nothing overlaps
    (Rezatofighi et al. 2019); it is nan-free but missing where both boxes are points. A box that cannot be read is
    `unparsed`.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="[0, 0, 2, 2]", target=[1, 0, 2, 2])
        >>> round(box_overlap().score(record).value, 4)
        0.3333
    """

    def score(record: Record) -> Verdict:
        given = structured(record, "data.box")
        if isinstance(given, Verdict):
            return given
        if record.target is None:
            return NO_TARGET
        try:
            first, second = _single(given, "box"), _single(record.target, "target")
        except BadBoxes as error:
            return Verdict(status=Status.UNPARSED, explanation=str(error))
        giou = float(box_giou(first, second)[0, 0])
        return Verdict(value=float(box_iou(first, second)[0, 0]), values={"giou": giou} if giou == giou else {})

    return score


def _single(given: Any, where: str) -> Floats:
    corners = read_boxes([{"box": given, "category": 0}], where, scored=False).corners
    return np.asarray(corners, dtype=np.float64)
