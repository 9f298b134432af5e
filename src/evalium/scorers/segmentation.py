"""Classes of pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evalium.core import ConfigError, Record, Status, Verdict

from ._factory import built_in
from ._images import BadImage, read_image
from ._target import NO_TARGET
from .base import ScoreFunction
from .structured import structured

MOST_CLASSES = 65_536


@built_in(kind="segmentation", reads="data.mask")
def segmentation(*, ignore: int | None = None) -> ScoreFunction:
    """Count the pixels of each class in a predicted and a true mask.

    A mask is rows of class numbers, an array [height, width], or a PNG file (path or bytes) of one channel or a
    palette. The value is the mean over the classes that occur in the image, in either mask, of intersection over union:
    in [0, 1], higher is better; `values` keeps `hits:<class>`, `predicted:<class>` and `true:<class>` in pixels, which
    `mean_iou`, `dice` and `pixel_accuracy` add up. Missing without a target, where all pixels are ignored or a file
    cannot be read; `unparsed` where the prediction is no mask or of another size.

    Args:
        ignore: Class of the true mask whose pixels do not count, such as 255.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="[[1, 1], [0, 0]]", target=[[1, 0], [0, 255]])
        >>> verdict = segmentation(ignore=255).score(record)
        >>> verdict.value, verdict.values["predicted:1"]
        (0.5, 2.0)
    """
    if ignore is not None and not 0 <= ignore < MOST_CLASSES:
        raise ConfigError(f"scorer 'segmentation', option 'ignore' must lie in [0, {MOST_CLASSES}), got {ignore}")

    def score(record: Record) -> Verdict:
        given = record.output if _is_path(record) else structured(record, "data.mask")
        if isinstance(given, Verdict):
            return given
        if record.target is None:
            return NO_TARGET
        try:
            true = _mask(record.target, "target")
        except BadImage as error:
            return Verdict(status=Status.MISSING, explanation=str(error))
        try:
            predicted = _mask(given, "mask")
        except BadImage as error:
            return Verdict(status=Status.UNPARSED, explanation=str(error))
        if predicted.shape != true.shape:
            sizes = f"mask of shape {predicted.shape}, target of shape {true.shape}"
            return Verdict(status=Status.UNPARSED, explanation=f"{sizes}: masks must be of one size")
        return _verdict(predicted, true, ignore)

    return score


def _is_path(record: Record) -> bool:
    return "mask" not in record.data and (record.output or "").strip().lower().endswith(".png")


def _mask(given: object, where: str) -> npt.NDArray[np.int64]:
    image = read_image(given, where, indexed=True)
    if image.ndim != 2:
        raise BadImage(f"{where}: a mask has one channel, got shape {image.shape}")
    if image.dtype.kind == "f" and (image != np.floor(image)).any():
        raise BadImage(f"{where}: classes must be whole numbers")
    if image.min() < 0 or image.max() >= MOST_CLASSES:
        raise BadImage(f"{where}: classes must lie in [0, {MOST_CLASSES}), got {image.min()} to {image.max()}")
    return image.astype(np.int64)


def _verdict(predicted: npt.NDArray[np.int64], true: npt.NDArray[np.int64], ignore: int | None) -> Verdict:
    if ignore is not None:
        kept = true != ignore
        predicted, true = predicted[kept], true[kept]
    if not true.size:
        return Verdict(status=Status.MISSING, explanation=f"all pixels are of the ignored class {ignore}")
    size = int(max(predicted.max(), true.max())) + 1
    of = {
        "hits": np.bincount(true[predicted == true], minlength=size),
        "predicted": np.bincount(predicted.ravel(), minlength=size),
        "true": np.bincount(true.ravel(), minlength=size),
    }
    union = of["predicted"] + of["true"] - of["hits"]
    present = np.flatnonzero(union)
    values: dict[str, float | list[float]] = {f"{k}:{c}": float(n[c]) for k, n in of.items() for c in present.tolist()}
    return Verdict(value=float(np.mean(of["hits"][present] / union[present])), values=values)
