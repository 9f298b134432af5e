"""Metrics: rows and formulas that turn records and scores into estimates."""

from ._create import ScorerInfo, create, create_all, implied_scorers, lacks_scorer
from ._defaults import defaults
from ._estimate import estimate
from ._evaluate import evaluate, worst_slices
from ._registry import registry
from .align import Alignment, align
from .base import FrameMetric, How, Metric, Need, SumMetric, WeightedMetric
from .column import Category, Probabilities, Ragged
from .compute import compute
from .confusions import ConfusedPair, confused_pairs
from .constant_baseline import ConstantAnswer, Trap, constant_baseline, imbalance_traps
from .cost_curve import ThresholdCurve, ThresholdPoint, cost_curve, f_beta_curve
from .describe import MetricCard, describe
from .detection_errors import detection_confusion
from .difference import Difference
from .frame import Frame, Slice
from .image_distance import image_distance
from .joint_draws import Joint, joint
from .merge import Sums, merge, sums
from .needed import Needed, needed_columns
from .own import metric
from .paired import paired
from .results import Results, WorstSlice
from .rows import Coded, Dense
from .stored import StoredRun, estimate_at, frame_of, metrics_of, open_run, results_of
from .tables import ClassReport, ClassRow, Confusion, Curve, CurvePoint, Histogram, Reliability, ReliabilityBin, Table

__all__ = [
    "Alignment",
    "Category",
    "ClassReport",
    "ClassRow",
    "Coded",
    "ConfusedPair",
    "Confusion",
    "ConstantAnswer",
    "Curve",
    "CurvePoint",
    "Dense",
    "Difference",
    "Frame",
    "FrameMetric",
    "Histogram",
    "How",
    "Joint",
    "Metric",
    "MetricCard",
    "Need",
    "Needed",
    "Probabilities",
    "Ragged",
    "Reliability",
    "ReliabilityBin",
    "Results",
    "ScorerInfo",
    "Slice",
    "StoredRun",
    "SumMetric",
    "Sums",
    "Table",
    "ThresholdCurve",
    "ThresholdPoint",
    "Trap",
    "WeightedMetric",
    "WorstSlice",
    "align",
    "compute",
    "confused_pairs",
    "constant_baseline",
    "cost_curve",
    "create",
    "create_all",
    "defaults",
    "describe",
    "detection_confusion",
    "estimate",
    "estimate_at",
    "evaluate",
    "f_beta_curve",
    "frame_of",
    "image_distance",
    "imbalance_traps",
    "implied_scorers",
    "joint",
    "lacks_scorer",
    "merge",
    "metric",
    "metrics_of",
    "needed_columns",
    "open_run",
    "paired",
    "registry",
    "results_of",
    "sums",
    "worst_slices",
]
