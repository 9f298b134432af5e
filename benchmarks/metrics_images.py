"""How fast the Frechet distance is beside the formula that other libraries use, on the same features."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module

import numpy as np
import numpy.typing as npt

from evalium.metrics._frechet import Moments, distance_of_moments, distance_of_rows

from .ratio import Ratio, best, cpu

Floats = npt.NDArray[np.float64]
FEATURES = 2048
BATCH = 500
# images of each set, whose way, how many times faster it should be
COMPARED = (
    (300, "clean-fid", 100.0),
    (300, "torchmetrics", 100.0),
    (5000, "clean-fid", 3.0),
    (5000, "torchmetrics", 3.0),
    (5000, "torch-fidelity", 0.0),
)


def ratios() -> Iterator[Ratio]:
    """The distance of two sets of features, covariances included; and of covariances that are there already.

    Raises:
        ValueError: The two do not give the same distance.
    """
    import_module("torchmetrics.image.fid")  # its import is no part of the time
    for n, incumbent, bound in COMPARED:
        x, y = features(n, FEATURES, 0), features(n, FEATURES, 1) + 0.05
        ones = np.ones(n)
        work = f"FID, d = {FEATURES}, N = {n:,}"
        yield _ratio(
            work, incumbent, partial(WAYS[incumbent], x, y), partial(distance_of_rows, x, y, ones, ones), bound
        )
    first, second = Moments.of(x), Moments.of(y)
    theirs = partial(distance_by_eigvals, first.mean, first.covariance, second.mean, second.covariance)
    ours = partial(distance_of_moments, first, second)
    yield _ratio(f"FID of means and covariances, d = {FEATURES}", "torch-fidelity", theirs, ours, 3.0)


def _ratio(work: str, incumbent: str, theirs: Callable[[], float], ours: Callable[[], float], bound: float) -> Ratio:
    seconds, expected = cpu(theirs)
    own, found = best(ours)
    if abs(found / expected - 1) > 1e-6:
        raise ValueError(f"{work}: {found} is not {incumbent}'s {expected}")
    note = "the package, on features" if incumbent == "torchmetrics" else "its formula in numpy and scipy"
    return Ratio(work=work, incumbent=incumbent, theirs=seconds, ours=own, bound=bound, note=note)


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
    """torch-fidelity's: general eigenvalues of the product."""
    return distance_by_eigvals(x.mean(axis=0), np.cov(x, rowvar=False), y.mean(axis=0), np.cov(y, rowvar=False))


def distance_by_eigvals(mean_x: Floats, s: Floats, mean_y: Floats, t: Floats) -> float:
    """The same of means and covariances."""
    apart = mean_x - mean_y
    roots = np.sqrt(np.linalg.eigvals(s @ t).astype(np.complex128)).real
    return float(apart @ apart + np.trace(s) + np.trace(t) - 2 * roots.sum())


def by_torchmetrics(x: Floats, y: Floats) -> float:
    """The package torchmetrics, fed with features in batches as a network would give them."""
    import torch
    from torchmetrics.image.fid import FrechetInceptionDistance

    distance = FrechetInceptionDistance(feature=torch.nn.Identity(), input_img_size=(FEATURES,)).set_dtype(
        torch.float64
    )
    for table, real in ((x, True), (y, False)):
        for start in range(0, len(table), BATCH):
            distance.update(torch.from_numpy(table[start : start + BATCH]), real=real)
    return float(distance.compute())


WAYS = {"clean-fid": by_sqrtm, "torch-fidelity": by_eigvals, "torchmetrics": by_torchmetrics}
