"""Structural similarity and peak signal-to-noise ratio of images with a reference."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from evalium.core import ConfigError

from ._scored import scored_values
from .base import IntervalRule, Need, SumMetric, divide
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class Ssim(SumMetric):
    """Mean structural similarity, in [-1, 1], higher is better; 1 for equal images.

    Mean over windows of (2 mx my + C1) (2 sxy + C2) / ((mx² + my² + C1) (sx² + sy² + C2)), C1 = (K1 range)², C2 = (K2
    range)². Gaussian window of 11 pixels, sigma 1.5, K1 = .01, K2 = .03, the image mirrored at its edges (Wang et al.
    2004; the scorer's option `edges`); the mean over images of the scorer's value. Undefined where no image was scored.
    Interval: t, CR1 where units are clustered.

    When not to use it: for generated images without one right answer, which are like a reference in no single pixel;
    nor between other windows or edges than these.

    Attributes:
        scorer: A scorer of kind `image_similarity`.

    Example:
        >>> from evalium.metrics import compute
        >>> flat = [[10] * 12] * 12
        >>> compute("ssim", [flat], [flat], ci=None).value
        1.0
    """

    scorer: str = ""

    name = "ssim"
    fits = ("image_similarity",)
    scored_by = "image_similarity"
    interval = "mean"
    reference = "Wang et al. 2004; torchmetrics StructuralSimilarityIndexMeasure"
    low = -1.0

    def needs(self) -> tuple[Need, ...]:
        """The similarity."""
        return (Need("value", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The similarity."""
        return scored_values(frame, self.scorer, "value", "missing")


@dataclass(frozen=True, kw_only=True)
class Psnr(SumMetric):
    """Mean peak signal-to-noise ratio in dB, at least 0 for images within their range, higher is better.

    10 log10(range² / mse) of each image, averaged; equal images, whose ratio is infinite, count as `cap`, and so does
    whatever lies above it. Undefined where no image was scored. Interval: t, CR1 where units are clustered.

    When not to use it: for what people see: it is blind to structure, and a shift of brightness that nobody sees costs
    more than a blur. Take `ssim`.

    Attributes:
        scorer: A scorer of kind `image_similarity`.
        cap: Greatest ratio of an image in dB.

    Example:
        >>> from evalium.metrics import compute
        >>> dark, light = [[10] * 12] * 12, [[15] * 12] * 12
        >>> round(compute("psnr", [dark], [light], ci=None).value, 4)
        34.1514
    """

    scorer: str = ""
    cap: float = 100.0

    name = "psnr"
    fits = ("image_similarity",)
    scored_by = "image_similarity"
    interval: ClassVar[IntervalRule] = "mean"
    unit = "dB"
    low = None
    reference = "Huynh-Thu and Ghanbari 2008, https://doi.org/10.1049/el:20080522"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.cap > 0:
            raise ConfigError(f"metric {self.key!r}, option 'cap' must be positive, got {self.cap!r}")

    @property
    def high(self) -> float:
        """The cap."""
        return self.cap

    def needs(self) -> tuple[Need, ...]:
        """Squared error and range."""
        return (Need("values", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The ratio of each image."""
        ratio = _noise(frame, self.scorer)
        with np.errstate(divide="ignore"):
            return np.minimum(-10.0 * np.log10(ratio), self.cap)


@dataclass(frozen=True, kw_only=True)
class PsnrPooled(Psnr):
    """Peak signal-to-noise ratio of the mean squared error of all images, in dB, higher is better.

    -10 log10 of the mean over images of mse / range²: what a codec's budget is about, ruled by the worst images, where
    `psnr` is the usual mean of ratios. Where no image differs from its reference it is the cap. Equal to torchmetrics'
    PeakSignalNoiseRatio for images of one size. Interval: bootstrap of images.

    When not to use it: where every image should count alike: the worst ones rule it. Take `psnr`.

    Example:
        >>> from evalium.metrics import compute
        >>> dark, light = [[10] * 12] * 12, [[15] * 12] * 12
        >>> round(compute("psnr_pooled", [dark, dark], [light, dark], ci=None).value, 4)
        37.1617
    """

    name = "psnr_pooled"
    interval = "bootstrap"
    reference = "torchmetrics PeakSignalNoiseRatio"

    def rows(self, frame: Frame) -> Floats:
        """Squared error over the squared range, 1."""
        return np.stack([_noise(frame, self.scorer), np.ones(frame.n)], axis=1)

    def value(self, sums: Floats) -> Floats:
        """The ratio in dB."""
        with np.errstate(divide="ignore"):
            return np.minimum(-10.0 * np.log10(divide(sums[..., 0], sums[..., 1])), self.cap)


def _noise(frame: Frame, scorer: str) -> Floats:
    """Mean squared error of each image in units of its squared range; nan where missing."""
    error = scored_values(frame, scorer, "values.mse", "missing")
    return np.asarray(error / frame.number(f"{scorer}.values.range") ** 2, dtype=np.float64)
