"""The Frechet distance of two sets of vectors seen as Gaussians: sums that merge, two routes, and influences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .column import Floats


@dataclass(frozen=True, slots=True)
class Moments:
    """Count, mean and scatter of a set of vectors: everything its Gaussian needs, and mergeable.

    Attributes:
        n: Number of vectors, or their total weight.
        mean: [d] mean.
        scatter: [d, d] sum of (x - mean)(x - mean)'.

    Example:
        >>> table = np.arange(12.0).reshape(4, 3) ** 2
        >>> whole, parts = Moments.of(table), Moments.of(table[:1]).merge(Moments.of(table[1:]))
        >>> bool(np.allclose(whole.covariance, parts.covariance)), parts.n
        (True, 4.0)
    """

    n: float
    mean: Floats
    scatter: Floats

    @classmethod
    def of(cls, table: Floats, weights: Floats | None = None) -> Moments:
        """Moments of vectors [n, d]."""
        table = np.asarray(table, dtype=np.float64)
        weights = np.ones(len(table)) if weights is None else weights
        n = float(weights.sum())
        mean = weights @ table / n if n else np.zeros(table.shape[1])
        centred = table - mean
        if (weights != 1).any():
            centred *= np.sqrt(weights)[:, None]
        return cls(n, mean, centred.T @ centred)

    @property
    def covariance(self) -> Floats:
        """[d, d] with n - 1 in the denominator."""
        return self.scatter / (self.n - 1)

    def merge(self, other: Moments) -> Moments:
        """Moments of both sets together (Chan, Golub and LeVeque 1979)."""
        n = self.n + other.n
        if n == 0:
            return self
        apart = other.mean - self.mean
        mean = self.mean + apart * (other.n / n)
        return Moments(n, mean, self.scatter + other.scatter + np.outer(apart, apart) * (self.n * other.n / n))


def distance_of_moments(x: Moments, y: Moments) -> float:
    """|mean_x - mean_y|^2 + tr(Sx + Sy - 2 (Sx Sy)^(1/2)) by a triangular root and symmetric eigenvalues.

    The eigenvalues of Sx Sy are those of R Sy R' with R'R = Sx, which is symmetric: real, and several times faster
    than the general eigenvalues or matrix square root of the product.
    """
    sx, sy = x.covariance, y.covariance
    apart = x.mean - y.mean
    roots = np.sqrt(np.maximum(_eigenvalues_of_product(sx, sy), 0.0))
    return float(apart @ apart + np.trace(sx) + np.trace(sy) - 2 * roots.sum())


def _eigenvalues_of_product(sx: Floats, sy: Floats) -> Floats:
    from scipy.linalg import eigvalsh
    from scipy.linalg.lapack import dpotrf, dsygst

    # LAPACK's reduction of the generalised problem makes R Sy R' at a fifth of the cost of two products. Transposed,
    # which a symmetric matrix does not notice, the arrays are in its order and are not copied.
    root, singular = dpotrf(sx.T, lower=1)
    if singular:
        root = root_of(sx)
        return np.asarray(np.linalg.eigvalsh(root @ sy @ root.T), dtype=np.float64)
    reduced, _ = dsygst(sy.T, root, itype=2, lower=1)
    return np.asarray(eigvalsh(reduced, lower=True, check_finite=False, overwrite_a=True), dtype=np.float64)


def distance_of_rows(x: Floats, y: Floats, x_weights: Floats, y_weights: Floats) -> float:
    """The same of vectors, by their cross-Gram matrix where there are fewer of them than features.

    tr((Sx Sy)^(1/2)) is the nuclear norm of A B' where A'A = Sx and B'B = Sy: with A and B the centred vectors
    themselves a small matrix.
    """
    x, x_weights = _drawn(x, x_weights)
    y, y_weights = _drawn(y, y_weights)
    if min(len(x), len(y)) > x.shape[1]:
        return distance_of_moments(Moments.of(x, x_weights), Moments.of(y, y_weights))
    a, mean_x = centred_rows(x, x_weights)
    b, mean_y = centred_rows(y, y_weights)
    traces = float((a * a).sum() + (b * b).sum())
    singular = np.linalg.svd(_short(a) @ _short(b).T, compute_uv=False)
    apart = mean_x - mean_y
    return float(apart @ apart + traces - 2 * singular.sum())


def influences(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Derivative of the distance by the weight of each vector of x [n] and of y [m]; both sum to 0.

    With M = A B' = U S V' the nuclear norm moves with the weight of row i by half of sum_k S_k U_ik^2.
    """
    a, mean_x = centred_rows(x, np.ones(len(x)))
    b, mean_y = centred_rows(y, np.ones(len(y)))
    root = _short(a)
    cross = root @ b.T
    squares, vectors = np.linalg.eigh(cross @ cross.T)
    kept = squares > squares.max(initial=0.0) * len(squares) * np.finfo(float).eps
    singular, vectors = np.sqrt(squares[kept]), vectors[:, kept]
    half = root.T @ vectors
    of_y = ((b @ half) ** 2 / singular).sum(axis=1)
    if root is a:
        of_x = (vectors**2 * singular).sum(axis=1)
    else:
        from scipy.linalg import solve_triangular

        # root is triangular only where the covariance has full rank; otherwise its pseudo-inverse is needed.
        triangular = bool(np.allclose(root, np.triu(root)))
        back = solve_triangular(root, vectors) if triangular else np.linalg.pinv(root) @ vectors
        of_x = ((a @ back) ** 2 * singular).sum(axis=1)
    apart = mean_x - mean_y
    return _derivative(x - mean_x, apart, of_x), _derivative(y - mean_y, -apart, of_y)


def _derivative(centred: Floats, apart: Floats, of_root: Floats) -> Floats:
    n = len(centred)
    raw = 2 * centred @ apart / n + (centred * centred).sum(axis=1) / (n - 1) - of_root
    return np.asarray(raw - raw.mean(), dtype=np.float64)


def _drawn(table: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The vectors that weigh anything."""
    kept = weights > 0
    return (table, weights) if kept.all() else (table[kept], weights[kept])


def centred_rows(table: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Rows [n, d] whose A'A is the covariance, and the mean."""
    total = float(weights.sum())
    mean = weights @ table / total
    return (table - mean) * np.sqrt(weights / (total - 1))[:, None], mean


def root_of(covariance: Floats) -> Floats:
    """R with R'R = S: Cholesky's, or by eigenvectors where S is singular."""
    try:
        return np.asarray(np.linalg.cholesky(covariance).T, dtype=np.float64)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
        return np.asarray(np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T, dtype=np.float64)


def _short(rows: Floats) -> Floats:
    """The rows, or as few as there are columns with the same A'A."""
    return rows if len(rows) <= rows.shape[1] else root_of(rows.T @ rows)
