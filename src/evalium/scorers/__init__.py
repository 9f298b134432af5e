"""Scorers: a record in, a verdict out."""

from ._create import create
from ._registry import registry, scorer
from .base import Judgement, ScoreFunction, Scorer, make_score, score_now, verdict_of
from .extract import compile_extract, with_extract

__all__ = [
    "Judgement",
    "ScoreFunction",
    "Scorer",
    "compile_extract",
    "create",
    "make_score",
    "registry",
    "score_now",
    "scorer",
    "verdict_of",
    "with_extract",
]
