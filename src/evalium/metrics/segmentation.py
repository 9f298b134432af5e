"""Overlap of predicted and true masks, from pixel counts added up over images."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from ._scored import scored_values
from .averaging import mean_of_defined
from .base import Need, SumMetric, check_choice, divide
from .column import Floats, in_order
from .frame import Frame

_COUNTS = ("hits", "predicted", "true")


@dataclass(frozen=True, kw_only=True)
class MaskMetric(SumMetric):
    """Base of metrics of pixel counts by class.

    Attributes:
        scorer: A scorer of kind `segmentation`.
    """

    scorer: str = ""

    fits = ("segmentation",)
    scored_by = "segmentation"

    def needs(self) -> tuple[Need, ...]:
        """The counts, and whether there are any."""
        return Need("value", self.scorer), Need("values", self.scorer)

    def source(self) -> str:
        """Shared by all metrics of pixel counts."""
        return f"{self.scorer}|pixels"

    def rows(self, frame: Frame) -> Floats:
        """Hits, predicted and true pixels of each class: [n, 3 classes]."""
        names = mask_classes(frame, self.scorer)
        counts = [np.nan_to_num(frame.number(f"{self.scorer}.values.{of}:{c}")) for of in _COUNTS for c in names]
        rows = np.stack(counts, axis=1) if counts else np.zeros((frame.n, 0))
        rows = np.concatenate([rows, np.ones((frame.n, 1))], axis=1)
        rows[np.isnan(scored_values(frame, self.scorer, "value", "missing"))] = np.nan
        return rows

    def value(self, sums: Floats) -> Floats:
        """The formula on the counts."""
        hits, predicted, true = np.split(sums[..., :-1], 3, axis=-1)
        return self.of_counts(hits, predicted, true)

    @abstractmethod
    def of_counts(self, hits: Floats, predicted: Floats, true: Floats) -> Floats:
        """The number of counts, each [..., classes]."""

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return f"{self.name} is undefined: no image has pixels that count"


def mask_classes(frame: Frame, scorer: str) -> tuple[str, ...]:
    """Classes that occur in any mask of the run, in order.

    Args:
        frame: The images.
        scorer: A scorer of kind `segmentation`.
    """
    start = f"{scorer}.values.true:"
    return tuple(in_order(name[len(start) :] for name in frame.numbers if name.startswith(start)))


@dataclass(frozen=True, kw_only=True)
class OverlapMetric(MaskMetric):
    """Base of overlaps by class.

    Attributes:
        average: `macro` mean over the classes that occur in a true or predicted mask; `weighted` by true pixels;
            `micro` of the counts of all classes; `per_class` one number a class.
    """

    average: Literal["macro", "micro", "weighted", "per_class"] = "macro"

    reference = "sklearn.metrics.jaccard_score, f1_score on the pixels of all images"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self.key, "average", self.average, ("macro", "micro", "weighted", "per_class"))

    def outputs(self, frame: Frame) -> tuple[str, ...]:
        """The classes, when each has a number of its own."""
        return mask_classes(frame, self.scorer) if self.average == "per_class" else ()

    def of_counts(self, hits: Floats, predicted: Floats, true: Floats) -> Floats:
        """The overlap, averaged."""
        if self.average == "micro":
            return self.overlap(*(count.sum(axis=-1) for count in (hits, predicted, true)))
        each = self.overlap(hits, predicted, true)
        if self.average == "per_class":
            return each
        return mean_of_defined(each, true if self.average == "weighted" else None)

    @abstractmethod
    def overlap(self, hits: Floats, predicted: Floats, true: Floats) -> Floats:
        """The overlap of counts; nan where neither mask has the class."""


@dataclass(frozen=True, kw_only=True)
class MeanIou(OverlapMetric):
    """Mean over classes of intersection over union of the pixels of all images, in [0, 1], higher is better.

    hits / (predicted + true - hits), the counts added up over the images first: a class that one image lacks is not
    undefined there, and large objects count for more. The mean of each image's own is the scorer's value,
    `image_mean_iou`. A class that occurs in no mask is left out. Interval: bootstrap of images, since pixels of one
    image are anything but independent. The background, where it is a class, counts as one.

    When not to use it: where small objects or every image count: pixels are counted together, and large objects decide.
    Take `image_mean_iou`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("mean_iou", [[[1, 1], [0, 0]]], [[[1, 0], [0, 0]]], ci=None).value.__round__(4)
        0.5833
    """

    name = "mean_iou"

    def overlap(self, hits: Floats, predicted: Floats, true: Floats) -> Floats:
        """Intersection over union."""
        return divide(hits, predicted + true - hits)


@dataclass(frozen=True, kw_only=True)
class Dice(OverlapMetric):
    """Mean over classes of the Dice coefficient of the pixels of all images, in [0, 1], higher is better.

    2 hits / (predicted + true), which is F1 of the pixels; counts are added up over the images first. A class that
    occurs in no mask is left out. Interval: bootstrap of images.

    When not to use it: as a second opinion beside IoU: class by class it ranks alike and is the larger number. Nor for
    how well outlines are met: it sees areas only.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("dice", [[[1, 1], [0, 0]]], [[[1, 0], [0, 0]]], ci=None).value.__round__(4)
        0.7333
    """

    name = "dice"

    def overlap(self, hits: Floats, predicted: Floats, true: Floats) -> Floats:
        """Dice coefficient."""
        return divide(2 * hits, predicted + true)


@dataclass(frozen=True, kw_only=True)
class PixelAccuracy(MaskMetric):
    """Share of pixels of the right class, of all images together, in [0, 1], higher is better.

    Right pixels / pixels. Interval: bootstrap of images.

    When not to use it: where most pixels are background, so that a mask of nothing but background does well: take
    `mean_iou`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("pixel_accuracy", [[[1, 1], [0, 0]]], [[[1, 0], [0, 0]]], ci=None).value
        0.75
    """

    name = "pixel_accuracy"
    reference = "Long, Shelhamer and Darrell 2015, arXiv 1411.4038"

    def of_counts(self, hits: Floats, predicted: Floats, true: Floats) -> Floats:
        """Hits over pixels."""
        return divide(hits.sum(axis=-1), true.sum(axis=-1))


@dataclass(frozen=True, kw_only=True)
class ImageMeanIou(SumMetric):
    """Mean over images of each image's own mean IoU, in [0, 1], higher is better.

    Over the classes that occur in the image, in either mask; every image counts alike. Interval: t, CR1 where units are
    clustered.

    When not to use it: with classes that most images lack: one pixel predicted of such a class is a 0 there. Take
    `mean_iou`.

    Attributes:
        scorer: A scorer of kind `segmentation`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("image_mean_iou", [[[1, 1]], [[0, 0]]], [[[1, 0]], [[0, 0]]], ci=None).value
        0.625
    """

    scorer: str = ""

    name = "image_mean_iou"
    fits = ("segmentation",)
    scored_by = "segmentation"
    interval = "mean"
    reference = "Csurka et al. 2013, What is a good evaluation measure for semantic segmentation?, BMVC"

    def needs(self) -> tuple[Need, ...]:
        """The value."""
        return (Need("value", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The value."""
        return scored_values(frame, self.scorer, "value", "missing")


iou_per_class = partial(MeanIou, average="per_class")
dice_per_class = partial(Dice, average="per_class")
