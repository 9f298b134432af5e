"""Special functions behind one lazy door: `scipy.special` costs 0.4 s to import, `scipy.stats` twice that."""

import math
from functools import cache
from importlib import import_module
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FloatLike = float | Floats

_STANDARD = NormalDist()


@cache
def _special() -> Any:
    return import_module("scipy.special")


def normal_cdf(z: float) -> float:
    """P(Z <= z) of a standard normal."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def normal_quantile(p: float) -> float:
    """The z with P(Z <= z) = p."""
    if not 0.0 < p < 1.0:
        return math.nan if not 0.0 <= p <= 1.0 else math.copysign(math.inf, p - 0.5)
    return _STANDARD.inv_cdf(p)


def t_cdf(df: float, t: float) -> float:
    """P(T <= t) of Student's t with `df` degrees of freedom."""
    return float(_special().stdtr(df, t))


def t_quantile(df: float, p: float) -> float:
    """The t with P(T <= t) = p."""
    return float(_special().stdtrit(df, p))


def noncentral_t_shift(df: float, p: float, t: float) -> float:
    """The non-centrality nc with P(T(df, nc) <= t) = p."""
    return float(_special().nctdtrinc(df, p, t))


def beta_quantile(a: FloatLike, b: FloatLike, p: float) -> Floats:
    """The x with I_x(a, b) = p, element by element."""
    return np.asarray(_special().betaincinv(a, b, p), dtype=np.float64)


def binomial_cdf(k: FloatLike, n: float, p: float) -> Floats:
    """P(X <= k) for X ~ Bin(n, p), element by element; 0 below 0 and 1 from n on."""
    k = np.floor(np.asarray(k, dtype=np.float64))
    inside = (k >= 0) & (k < n)
    safe = np.where(inside, k, 0.0)
    tail = _special().betainc(np.where(inside, n - safe, 1.0), safe + 1.0, 1.0 - p)
    return np.where(inside, tail, (k >= n).astype(np.float64))


def log_binomial_half(k: float, n: float) -> float:
    """Logarithm of P(X = k) for X ~ Bin(n, 1/2)."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2.0)


def two_sided_normal(z: float) -> float:
    """P(|Z| >= |z|)."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def two_sided_t(df: float, t: float) -> float:
    """P(|T| >= |t|) of Student's t."""
    return 2.0 * t_cdf(df, -abs(t))
