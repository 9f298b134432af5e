"""Frechet inception distance."""

from dataclasses import dataclass

import numpy as np

from ._frechet import distance_of_rows, influences
from .column import Floats
from .features import FeatureSets, Sets
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class Fid(FeatureSets):
    """Frechet distance of the Gaussians that fit generated and real images: at least 0, lower is better.

    |mean_x - mean_y|^2 + tr(Sx + Sy - 2 (Sx Sy)^(1/2)) on features, with covariances over n - 1. Computed by a
    triangular root and symmetric eigenvalues, or by the cross-Gram matrix where images are fewer than features. Equal
    to torch-fidelity, clean-fid and torchmetrics on the same features. Undefined with fewer than two images on a side.
    Interval: infinitesimal jackknife of the images of both sets.

    Heusel et al. 2017.

    When not to use it: at unequal numbers of images, or below some thousands: it is biased upwards by an amount that
    falls with their number and that no interval shows. With fewer images than features (flag
    `fewer_images_than_features`) take `kid`. Values of different extractors or resizings are different metrics.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> made, real = [[0.0, 1.0], [2.0, 3.0], [1.0, 0.0]], [[1.0, 1.0], [3.0, 3.0], [2.0, 0.0]]
        >>> frame = Frame.from_columns({"f.values.features": made, "f.values.real": real, "f.status": ["ok"] * 3})
        >>> round(estimate(Fid(scorer="f"), frame)["fid"].value, 6)
        1.0
    """

    name = "fid"
    high = None
    higher_is_better = False
    reference = "https://arxiv.org/abs/1706.08500"

    def measure(self, sets: Sets, x_weights: Floats, y_weights: Floats) -> float:
        """The distance."""
        if min(x_weights.sum(), y_weights.sum()) < 2:
            return float("nan")
        # Rounding leaves equal sets some 1e-12 of their variance apart, on either side of 0.
        return max(distance_of_rows(sets.x, sets.y, x_weights, y_weights), 0.0)

    def influence(self, sets: Sets) -> tuple[Floats, Floats]:
        """Of each image."""
        return influences(sets.x, sets.y)

    def flags(self, frame: Frame) -> tuple[str, ...]:
        """Whether covariances are singular for want of images."""
        sets = self.sets(self.columns(frame))
        few = min(len(sets.x), len(sets.y)) <= sets.x.shape[1]
        return ("fewer_images_than_features",) if few and np.size(sets.x) else ()
