"""Decisions on estimates: comparisons, requirements."""

from .compare import ComparedMetric, Comparison, RunComparison, compare
from .require import Again, Bound, Requirement, check_requirements, judge, parse_bound

__all__ = [
    "Again",
    "Bound",
    "ComparedMetric",
    "Comparison",
    "Requirement",
    "RunComparison",
    "check_requirements",
    "compare",
    "judge",
    "parse_bound",
]
