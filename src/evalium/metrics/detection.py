"""COCO's average precision and recall, and the overlap of what was found."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from evalium.scorers._coco_match import AREAS, threshold_bits

from ._coco_accumulate import Boxed, category_names, positions
from ._scored import scored_values
from .averaging import mean_of_defined
from .base import Columns, Need, SumMetric, WeightedMetric, check_choice, check_count
from .column import Floats
from .frame import Frame

Area = Literal["all", "small", "medium", "large"]


@dataclass(frozen=True, kw_only=True)
class CocoMetric(WeightedMetric):
    """Base of average precision and recall over detections.

    Attributes:
        scorer: A scorer of kind `detection`.
        iou: Overlap from which a box counts as found, .50 to .95 in steps of .05; None takes the mean over those ten.
        area: Size class of the objects: `small` up to 32², `medium` up to 96², `large` beyond, `all`.
        average: `macro` mean over the categories that have an object; `per_class` one number a category.
    """

    scorer: str = ""
    iou: float | None = None
    area: Area = "all"
    average: Literal["macro", "per_class"] = "macro"

    fits = ("detection",)
    scored_by = "detection"
    reference = "pycocotools COCOeval"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self.key, "average", self.average, ("macro", "per_class"))
        threshold_bits(self.iou, self.area, f"metric {self.key!r}")

    def needs(self) -> tuple[Need, ...]:
        """The matches, and whether there are any."""
        return Need("value", self.scorer), Need("values", self.scorer)

    def source(self) -> str:
        """Shared by all of COCO's numbers."""
        return f"{self.scorer}|coco"

    def outputs(self, frame: Frame) -> tuple[str, ...]:
        """The categories with an object, when each has a number of its own."""
        return tuple(category_names(frame, self.scorer).values()) if self.average == "per_class" else ()

    def columns(self, frame: Frame) -> Columns:
        """Number of categories where scored; detections and objects of each image."""
        return coco_columns(frame, self.scorer)

    def value(self, columns: Columns, weights: Floats) -> Floats:
        """The mean over categories, or the categories."""
        boxed = Boxed.of(int(columns[0].max(initial=0)), *columns[1:])
        positives = boxed.positives(weights, list(AREAS).index(self.area))
        each = self.of_classes(boxed, weights, positives, threshold_bits(self.iou, self.area, self.key))
        return each if self.average == "per_class" else mean_of_defined(each)

    @abstractmethod
    def of_classes(self, boxed: Boxed, weights: Floats, positives: Floats, bits: list[int]) -> Floats:
        """The number of each category [..., K]; nan for one without an object."""

    def reason(self, columns: Columns) -> str:
        """What is missing."""
        size = "" if self.area == "all" else f" of size {self.area}"
        return f"{self.name} is undefined: no image has an object{size} to find"


def coco_columns(frame: Frame, scorer: str) -> Columns:
    """What COCO's numbers are made of.

    Returns:
        Number of categories [n] where the image is scored, else nan; scores, categories, hits and misses of the
        detections; categories and size classes of the true boxes.
    """
    codes = np.array(list(category_names(frame, scorer)))
    scored = ~np.isnan(scored_values(frame, scorer, "value", "missing"))
    several = {
        name: frame.several(f"{scorer}.values.{name}")
        for name in ("score", "category", "hits", "misses", "true_category", "true_areas")
    }
    return (
        np.where(scored, float(len(codes)), np.nan),
        several["score"],
        positions(several["category"], codes),
        several["hits"],
        several["misses"],
        positions(several["true_category"], codes),
        several["true_areas"],
    )


@dataclass(frozen=True, kw_only=True)
class DetectionAp(CocoMetric):
    """COCO's average precision in [0, 1], higher is better: the area under the precision-recall curve of detections.

    For each category and overlap: detections of all images by falling score; at each of 101 recalls 0, .01, ..., 1 the
    best precision at that recall or beyond, 0 where it is never reached; the mean over recalls, overlaps and the
    categories that have an object. Crowds and objects outside the size class neither help nor hurt. Undefined where
    there is no object. Interval: bootstrap of images, by weights. Detections of equal score count in the order of the
    images, as in pycocotools, whose numbers these are.

    When not to use it: between detectors that were cut at different scores, since every detection counts, however
    unsure; nor to say how a detector does at the score it is used with (`detection_errors`).

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> from evalium.core import Record, Status
        >>> from evalium.scorers.detection import detection
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"boxes": [{"box": [0, 0, 10, 10], "score": 0.9, "category": "cat"}]},
        ...                 target=[{"box": [0, 0, 10, 8], "category": "cat"}])
        >>> verdict = detection().score(record)
        >>> frame = Frame.from_columns({"d.value": [verdict.value],
        ...                             **{f"d.values.{k}": [v] for k, v in verdict.values.items()}})
        >>> round(estimate(DetectionAp(scorer="d"), frame)["detection_ap"].value, 3)
        0.7
    """

    name = "detection_ap"

    def of_classes(self, boxed: Boxed, weights: Floats, positives: Floats, bits: list[int]) -> Floats:
        """101-point average precision."""
        return boxed.average_precision(weights, positives, bits)


@dataclass(frozen=True, kw_only=True)
class DetectionAr(CocoMetric):
    """COCO's average recall in [0, 1], higher is better: the share of objects that are found.

    Objects found / objects. Of the `max_detections` best detections of each category in each image; the mean over
    overlaps and the categories that have an object. Undefined where there is no object. Interval: bootstrap of images.
    Equal to pycocotools.

    When not to use it: alone: wrong detections cost nothing, so that a detector that marks everything does well; read
    `detection_ap` beside it.

    Attributes:
        max_detections: Detections of a category in an image that are looked at, the highest scores first.

    Example:
        >>> from evalium.metrics import compute
        >>> cat = {"box": [0, 0, 10, 10], "category": "cat"}
        >>> compute("detection_ar_1", [[{**cat, "score": 0.9}]], [[cat, {**cat, "box": [20, 0, 9, 9]}]], ci=None).value
        0.5
    """

    max_detections: int = 100

    name = "detection_ar"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.key, "max_detections", self.max_detections)

    def of_classes(self, boxed: Boxed, weights: Floats, positives: Floats, bits: list[int]) -> Floats:
        """Recall."""
        return boxed.average_recall(weights, positives, bits, self.max_detections)


@dataclass(frozen=True, kw_only=True)
class MeanIouBoxes(SumMetric):
    """Mean overlap of the detections that have found an object with that object, in [0.5, 1], higher is better.

    Sum of the IoU of the hits at an overlap of .5 over their number; how well what is found is placed, and nothing of
    what is not. Undefined where nothing was found. Interval: delta method on the images.

    When not to use it: alone: a detector that finds the easy objects only has it high; read `detection_ar` beside it.

    Attributes:
        scorer: A scorer of kind `detection`.

    Example:
        >>> from evalium.metrics import compute
        >>> cat = {"box": [0, 0, 10, 10], "category": "cat"}
        >>> compute("mean_iou_boxes", [[{**cat, "score": 0.9}]], [[{**cat, "box": [0, 0, 10, 8]}]], ci=None).value
        0.8
    """

    scorer: str = ""

    name = "mean_iou_boxes"
    fits = ("detection",)
    scored_by = "detection"
    interval = "ratio"
    reference = "Kirillov et al. 2019 (segmentation quality SQ), arXiv 1801.00868, of boxes"

    def needs(self) -> tuple[Need, ...]:
        """The overlaps, and whether there are any."""
        return Need("value", self.scorer), Need("values", self.scorer)

    def rows(self, frame: Frame) -> Floats:
        """Sum of the overlaps, hits."""
        overlaps = frame.several(f"{self.scorer}.values.overlap")
        sums = np.bincount(overlaps.units, overlaps.values, minlength=frame.n)
        counts = np.bincount(overlaps.units, overlaps.values > 0, minlength=frame.n)
        rows = np.stack([sums, counts], axis=1).astype(np.float64)
        rows[np.isnan(scored_values(frame, self.scorer, "value", "missing"))] = np.nan
        return rows

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return "mean_iou_boxes is undefined: no detection has found an object"


@dataclass(frozen=True, kw_only=True)
class BoxIou(SumMetric):
    """Mean overlap (IoU) of one box a sample with the true one, in [0, 1], higher is better.

    Area of the intersection / area of the union, of each sample. Undefined where no box was scored. Interval: t, CR1
    where units are clustered.

    When not to use it: for several objects in an image: take `detection_ap`. Boxes that miss are all 0, near or far:
    take `box_giou` to tell them apart.

    Attributes:
        scorer: A scorer of kind `box`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("box_iou", [[0, 0, 2, 2]], [[0, 0, 2, 1]], ci=None).value
        0.5
    """

    scorer: str = ""

    name = "box_iou"
    of = "value"
    fits = ("box",)
    scored_by = "box_overlap"
    interval = "mean"
    reference = "Everingham et al. 2010 (PASCAL VOC), https://doi.org/10.1007/s11263-009-0275-4"

    def needs(self) -> tuple[Need, ...]:
        """The overlap."""
        return (Need(self.of.partition(".")[0], self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The overlap."""
        return scored_values(frame, self.scorer, self.of, "missing")


@dataclass(frozen=True, kw_only=True)
class BoxGiou(BoxIou):
    """Mean generalised IoU of one box a sample, in [-1, 1], higher is better; it tells near misses from far ones.

    IoU less the share of the smallest box around both that neither covers. Missing where both boxes are points.
    Interval: t, CR1 where units are clustered.

    When not to use it: for several objects in an image (`detection_ap`), or as a share of anything: it is below IoU,
    and negative for boxes far apart.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("box_giou", [[0, 0, 1, 1]], [[3, 0, 1, 1]], ci=None).value
        -0.5
    """

    name = "box_giou"
    of = "values.giou"
    low = -1.0
    reference = "Rezatofighi et al. 2019, arXiv 1902.09630"


detection_ap50 = partial(DetectionAp, iou=0.5)
detection_ap75 = partial(DetectionAp, iou=0.75)
detection_ap_small = partial(DetectionAp, area="small")
detection_ap_medium = partial(DetectionAp, area="medium")
detection_ap_large = partial(DetectionAp, area="large")
detection_ap_per_class = partial(DetectionAp, average="per_class")
detection_ar_1 = partial(DetectionAr, max_detections=1)
detection_ar_10 = partial(DetectionAr, max_detections=10)
detection_ar_100 = partial(DetectionAr, max_detections=100)
detection_ar_small = partial(DetectionAr, area="small")
detection_ar_medium = partial(DetectionAr, area="medium")
detection_ar_large = partial(DetectionAr, area="large")
