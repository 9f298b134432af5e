"""Decisions on estimates: comparisons, requirements."""

from .compare import ComparedMetric, Comparison, RunComparison, compare
from .require import Bound, Requirement, check_requirements, parse_bound

__all__ = [
    "Bound",
    "ComparedMetric",
    "Comparison",
    "Requirement",
    "RunComparison",
    "check_requirements",
    "compare",
    "parse_bound",
]
