"""How much one image is like another, pixel by pixel and in structure."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from evalium.core import ConfigError, Record, Status, Verdict

from ._factory import built_in
from ._images import BadImage, read_image
from ._target import NO_TARGET
from .base import ScoreFunction

Floats = npt.NDArray[np.float64]
Edges = Literal["reflect", "valid"]

WINDOW, SIGMA = 11, 1.5
_K1, _K2 = 0.01, 0.03


@built_in(kind="image_similarity", values=("mse", "range"), low=-1.0, reads="data.image")
def image_similarity(*, data_range: float | None = None, edges: Edges = "reflect") -> ScoreFunction:
    """Compare an image with the one it should be: structural similarity, and squared error for PSNR.

    Images are files (path, bytes, or a mapping with `path`; these need the extra `images`), or rows of numbers
    [height, width] or [height, width, channels]. The prediction is `data.image`, or a path as the output. The value is
    SSIM, in [-1, 1], 1 for equal images: means, variances and covariance under a Gaussian window of 11 pixels and
    sigma 1.5, K1 = .01, K2 = .03, averaged over pixels and channels (Wang et al. 2004; equal to torchmetrics).
    `values` holds `mse`, the mean squared difference, and `range`.

    Undefined, and `missing` with the reason: a file that is not there or damaged, images of different shape, images
    smaller than the window. SSIM of heavily moved but otherwise equal images is low: it is no measure of likeness to
    the eye under shifts.

    Args:
        data_range: Difference of the greatest and the least possible number; None takes 255 for files and whole
            numbers and 1 for fractions, and for 16-bit files and arrays 65535.
        edges: What a window sees beyond the image: its mirror image (`reflect`, as torchmetrics has it); `valid` leaves
            out windows that reach beyond, as Wang's own code does.

    Example:
        >>> flat = [[10] * 12] * 12
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"image": flat}, target=flat)
        >>> image_similarity().score(record).value
        1.0
    """
    if data_range is not None and not (data_range > 0 and math.isfinite(data_range)):
        raise ConfigError(f"scorer 'image_similarity', option 'data_range' must be positive, got {data_range}")

    def score(record: Record) -> Verdict:
        given = record.data.get("image", record.output)
        if given is None:
            return Verdict(status=Status.MISSING, explanation="the record has neither data.image nor an output")
        if record.target is None:
            return NO_TARGET
        try:
            return _compare(given, record.target, data_range, edges)
        except BadImage as error:
            return Verdict(status=Status.MISSING, explanation=str(error))

    return score


def _compare(given: Any, target: Any, data_range: float | None, edges: Edges) -> Verdict:
    image, wanted = read_image(given, "image"), read_image(target, "target")
    if image.shape != wanted.shape:
        raise BadImage(f"image of shape {image.shape}, target of shape {wanted.shape}: they must be of one shape")
    if min(image.shape[:2]) < WINDOW:
        raise BadImage(f"image of shape {image.shape}: SSIM needs at least {WINDOW} x {WINDOW} pixels")
    reach = data_range if data_range is not None else max(_reach(image), _reach(wanted))
    if reach == 1.0 and max(float(np.abs(image).max()), float(np.abs(wanted).max())) > 1.0:
        raise BadImage("image: fractions beyond 1: say by the option data_range how far the numbers reach")
    a, b = image.astype(np.float64), wanted.astype(np.float64)
    error = float(np.mean((a - b) ** 2))
    return Verdict(value=ssim(a, b, reach, edges), values={"mse": error, "range": float(reach)})


def _reach(image: npt.NDArray[Any]) -> float:
    if image.dtype.kind == "f":
        return 1.0
    return 65535.0 if image.dtype in (np.uint16, np.int32) else 255.0


def ssim(image: Floats, target: Floats, data_range: float, edges: Edges = "reflect") -> float:
    """Structural similarity of two images [height, width] or [height, width, channels]; see `image_similarity`.

    Example:
        >>> ramp = np.add.outer(np.arange(16.0), np.arange(16.0))
        >>> round(ssim(ramp, ramp.T + 1, 255.0), 4)
        0.9958
    """
    if edges == "reflect":
        beyond = [(WINDOW // 2, WINDOW // 2)] * 2 + [(0, 0)] * (image.ndim - 2)
        image, target = np.pad(image, beyond, mode="reflect"), np.pad(target, beyond, mode="reflect")
    mean_a, mean_b = _blurred(image), _blurred(target)
    product, square_a, square_b = mean_a * mean_b, mean_a**2, mean_b**2
    var_a = np.maximum(_blurred(image * image) - square_a, 0.0)
    var_b = np.maximum(_blurred(target * target) - square_b, 0.0)
    covariance = _blurred(image * target) - product
    c1, c2 = (_K1 * data_range) ** 2, (_K2 * data_range) ** 2
    likeness = (2 * product + c1) * (2 * covariance + c2) / ((square_a + square_b + c1) * (var_a + var_b + c2))
    return float(likeness.mean())


def _blurred(image: Floats) -> Floats:
    """The Gaussian means of all windows inside the image."""
    height, width = image.shape[0] - WINDOW + 1, image.shape[1] - WINDOW + 1
    rows = np.zeros((height, *image.shape[1:]))
    for i, weight in enumerate(_KERNEL):
        rows += weight * image[i : i + height]
    means = np.zeros((height, width, *image.shape[2:]))
    for i, weight in enumerate(_KERNEL):
        means += weight * rows[:, i : i + width]
    return means


def _kernel() -> list[float]:
    distances = np.arange(WINDOW) - (WINDOW - 1) / 2
    weights = np.exp(-((distances / SIGMA) ** 2) / 2)
    kernel: list[float] = (weights / weights.sum()).tolist()
    return kernel


_KERNEL = _kernel()
