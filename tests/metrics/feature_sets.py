"""Frames of generated and real images as vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from evalium.core import Estimate
from evalium.metrics import Frame, How, Metric, estimate
from evalium.metrics.image_distance import feature_columns

Floats = np.ndarray[Any, np.dtype[np.float64]]
NO_INTERVAL = How(interval=False)


def vectors(n: int, d: int, seed: int, *, shift: float = 0.0, scale: float = 1.0) -> Floats:
    """Vectors with a falling spectrum, as image features have."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.normal(size=(n, d)) * scale / np.sqrt(1 + np.arange(d)) + shift, dtype=np.float64)


def frame_of(x: Any, y: Any, **more: Any) -> Frame:
    """A unit for each image, first the generated ones."""
    return Frame.from_columns({**feature_columns("f", x, y), **more})


def one(metric: Metric, frame: Frame, how: How | None = None) -> Estimate:
    """The estimate of a metric with one number."""
    return estimate(metric, frame, how)[metric.key]
