"""Decisions on estimates: requirements, comparisons."""

from .require import Bound, Requirement, check_requirements, parse_bound

__all__ = ["Bound", "Requirement", "check_requirements", "parse_bound"]
