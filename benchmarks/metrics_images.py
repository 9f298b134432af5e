"""How fast the Frechet distance is beside the formula that other libraries use, on the same features."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import numpy.typing as npt

from evalium.metrics._frechet import distance_of_rows

from .ratio import Ratio, best, cpu

Floats = npt.NDArray[np.float64]
FEATURES = 2048


def ratios() -> Iterator[Ratio]:
    """The distance of two sets of features, covariances included, on both sides.

    Raises:
        ValueError: The two do not give the same distance.
    """
    for n, incumbent, bound in ((300, "clean-fid", 100.0), (300, "torchmetrics", 100.0), (5000, "torchmetrics", 3.0)):
        x, y = features(n, FEATURES, 0), features(n, FEATURES, 1) + 0.05
        formula = {"clean-fid": by_sqrtm, "torchmetrics": by_eigvals}[incumbent]
        theirs, expected = cpu(partial(formula, x, y))
        ours, found = best(partial(distance_of_rows, x, y, np.ones(n), np.ones(n)))
        if abs(found / expected - 1) > 1e-6:
            raise ValueError(f"{found} is not {incumbent}'s {expected}")
        work = f"FID distance, d = {FEATURES}, N = {n:,}"
        note = f"the formula of {incumbent} on the same features"
        yield Ratio(work=work, incumbent=incumbent, theirs=theirs, ours=ours, bound=bound, note=note)


def features(n: int, d: int, seed: int) -> Floats:
    """Vectors whose spectrum falls as that of image features does."""
    rng = np.random.default_rng(seed)
    scale = 1.0 / np.sqrt(1.0 + np.arange(d))
    return np.asarray(np.maximum(rng.normal(size=(n, d)) * scale + 0.3, 0.0), dtype=np.float64)


def by_sqrtm(x: Floats, y: Floats) -> float:
    """clean-fid's: the matrix square root of the product, with its retry when that is singular."""
    from scipy.linalg import sqrtm

    apart, s, t = x.mean(axis=0) - y.mean(axis=0), np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = sqrtm(s @ t)
    if not np.isfinite(root).all():
        offset = np.eye(len(s)) * 1e-6
        root = sqrtm((s + offset) @ (t + offset))
    return float(apart @ apart + np.trace(s) + np.trace(t) - 2 * np.trace(np.real(root)))


def by_eigvals(x: Floats, y: Floats) -> float:
    """torch-fidelity's and torchmetrics': general eigenvalues of the product."""
    apart, s, t = x.mean(axis=0) - y.mean(axis=0), np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    roots = np.sqrt(np.linalg.eigvals(s @ t).astype(np.complex128)).real
    return float(apart @ apart + np.trace(s) + np.trace(t) - 2 * roots.sum())
