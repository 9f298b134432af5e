"""Sign-flip permutation test of paired differences."""

import math

import numpy as np
import numpy.typing as npt

from ._check import check_draws, vector
from ._special import Floats, two_sided_normal
from .result import TestResult

_CHUNK_BYTES = 4 * 2**20
_FEW_DISTINCT = 4096
_NORMAL_FROM = 20_000
_NORMAL_LYAPUNOV = 0.02
# Sums that differ only by rounding count as ties.
_TIE = 1e-12


def sign_flip_permutation(differences: npt.ArrayLike, B: int = 9999, seed: int = 0) -> TestResult:
    """Permutation test that paired differences are symmetric about 0, by flipping their signs.

    The method is chosen from the data and named in the result:

    - `sign_flip:exact`: 2**n <= B + 1: all sign patterns.
    - `sign_flip:normal`: more than 20,000 non-zero differences, many of them distinct and none dominant: the normal
      limit of the signed sum.
    - `sign_flip`: B random patterns, p = (1 + hits) / (1 + B), never 0. Equal sizes flip together as a binomial, so
      right/wrong data of any length are quick.

    Args:
        differences: [n] first minus second, one a sample; finite. Zeros change nothing.
        B: Number of random sign patterns, at least 1.
        seed: Seed of PCG64.

    Returns:
        TestResult with value and statistic = mean difference. n = 0: p nan, flag `undefined`. All 0: p = 1, flag
        `degenerate`.

    Raises:
        ValueError: If a difference is not finite or B is below 1.

    Reference: Fisher (1935), The Design of Experiments, 21; Phipson and Smyth (2010) for the +1.

    >>> sign_flip_permutation([1.0, 2.0, 3.0]).p
    0.25
    """
    x = vector(differences, "differences")
    check_draws(B)
    if x.size == 0:
        return TestResult(math.nan, math.nan, "sign_flip", 0, flags=("undefined",))
    value = float(x.mean())
    sizes = np.abs(x[x != 0])
    if sizes.size == 0:
        return TestResult(1.0, 0.0, "sign_flip", x.size, 0.0, flags=("degenerate",))
    sizes = sizes / sizes.max()
    observed = abs(float(np.sign(x[x != 0]) @ sizes)) * (1 - _TIE)
    method, p = _p_value(sizes, observed, B, np.random.Generator(np.random.PCG64(seed)))
    return TestResult(p, value, method, x.size, value)


def _p_value(sizes: Floats, observed: float, B: int, rng: np.random.Generator) -> tuple[str, float]:
    n = sizes.size
    if n < 60 and 2**n <= B + 1:
        patterns = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        return "sign_flip:exact", float(np.mean(np.abs((2.0 * patterns - 1.0) @ sizes) >= observed))
    distinct, counts = np.unique(sizes, return_counts=True)
    many = distinct.size > min(n // 4, _FEW_DISTINCT)
    energy = float(sizes @ sizes)
    if many and n > _NORMAL_FROM and float(np.sum(sizes**3)) <= _NORMAL_LYAPUNOV * energy**1.5:
        return "sign_flip:normal", two_sided_normal(observed / math.sqrt(energy))
    if many:
        distinct, counts = sizes, np.ones(n, dtype=np.int64)
    hits, step = 0, max(1, _CHUNK_BYTES // (24 * distinct.size))
    for start in range(0, B, step):
        shape = (min(step, B - start), distinct.size)
        signed = rng.integers(0, 2, size=shape, dtype=np.int8) if many else rng.binomial(counts, 0.5, size=shape)
        hits += int(np.count_nonzero(np.abs((2.0 * signed - counts) @ distinct) >= observed))
    return "sign_flip", (1 + hits) / (1 + B)
