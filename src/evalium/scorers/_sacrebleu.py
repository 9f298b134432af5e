"""What the scorers built on sacrebleu share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, ParamSpec

import msgspec

from evalium.core import Record, Verdict

from ._target import NO_OUTPUT, NO_TARGET, texts_of
from .base import ScoreFunction, Scorer

if TYPE_CHECKING:
    from ._ngram_matches import Ints
    from ._text_pairs import Columns

P = ParamSpec("P")
EMPTY = "the target is empty"


def signed_with(distribution: str) -> Callable[[Callable[P, Scorer]], Callable[P, Scorer]]:
    """Name the version of the library that computes the statistics in the signature of a factory's scorers."""

    def decorate(factory: Callable[P, Scorer]) -> Callable[P, Scorer]:
        @functools.wraps(factory)
        def make(*args: P.args, **kwargs: P.kwargs) -> Scorer:
            made = factory(*args, **kwargs)
            head, _, own = made.signature.rpartition("|")
            return msgspec.structs.replace(made, signature=f"{head}|{distribution}:{version(distribution)}|{own}")

        return make

    return decorate


def against_targets(compare: Callable[[str, tuple[str, ...]], Verdict]) -> ScoreFunction:
    """A score function of output and acceptable texts; `missing` where a record lacks either.

    What is scored against nothing but empty targets says so.
    """

    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        texts = texts_of(record.target)
        if not texts:
            return NO_TARGET
        verdict = compare(record.output, texts)
        if verdict.explanation is None and not any(text.strip() for text in texts):
            verdict.explanation = EMPTY
        return verdict

    return score


def named(names: tuple[str, ...], numbers: list[Any]) -> dict[str, float | list[float]]:
    """Statistics by name."""
    return dict(zip(names, map(float, numbers), strict=True))


def as_columns(names: tuple[str, ...], numbers: Ints, value: Callable[[list[int]], float]) -> Columns:
    """Statistics [n, ...] as columns by field, with the value of each row."""
    import numpy as np

    found = {f"values.{name}": column for name, column in zip(names, numbers.T.astype(np.float64), strict=True)}
    return {"value": np.array([value(row) for row in numbers.tolist()]), **found}
