"""Intervals, tests and resampling on plain arrays: numpy in, named fields out, nothing known of records.

scipy is imported on first use, inside the functions that need it.
"""

from .auc import Placements, auc_placements, delong, delong_paired, roc_auc
from .bootstrap import Draws, PairedDraws, bootstrap_draws, bootstrap_paired, bootstrap_sums, bootstrap_weights
from .bootstrap_interval import bca, percentile
from .cluster import cluster_linear, cluster_mean, cluster_ratio, group_sums
from .correction import benjamini_hochberg, holm
from .jackknife import group_jackknife, jackknife_sums
from .krippendorff import Agreement, krippendorff_alpha
from .mean import skewness, t_from_moments, t_mean
from .paired import mcnemar, newcombe_paired, paired_cluster, paired_t
from .permutation import sign_flip_permutation
from .power import mde_paired, mde_two_proportions
from .proportion import (
    Bounds,
    clopper_pearson,
    clopper_pearson_bounds,
    jeffreys,
    jeffreys_bounds,
    wilson,
    wilson_bounds,
)
from .quantile import quantile, quantile_interval
from .ratio import delta_ratio
from .result import Interval, TestResult
from .seed import stable_seed

__all__ = [
    "Agreement",
    "Bounds",
    "Draws",
    "Interval",
    "PairedDraws",
    "Placements",
    "TestResult",
    "auc_placements",
    "bca",
    "benjamini_hochberg",
    "bootstrap_draws",
    "bootstrap_paired",
    "bootstrap_sums",
    "bootstrap_weights",
    "clopper_pearson",
    "clopper_pearson_bounds",
    "cluster_linear",
    "cluster_mean",
    "cluster_ratio",
    "delong",
    "delong_paired",
    "delta_ratio",
    "group_jackknife",
    "group_sums",
    "holm",
    "jackknife_sums",
    "jeffreys",
    "jeffreys_bounds",
    "krippendorff_alpha",
    "mcnemar",
    "mde_paired",
    "mde_two_proportions",
    "newcombe_paired",
    "paired_cluster",
    "paired_t",
    "percentile",
    "quantile",
    "quantile_interval",
    "roc_auc",
    "sign_flip_permutation",
    "skewness",
    "stable_seed",
    "t_from_moments",
    "t_mean",
    "wilson",
    "wilson_bounds",
]
