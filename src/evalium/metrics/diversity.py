"""How varied the answers are: distinct n-grams of the corpus, repeated ones of an answer."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from evalium.stats import Interval, TestResult

from ._left_out import left_out_contrast, left_out_intervals
from ._scored import scored_values
from ._word_grams import Grams, grams, pairs
from .base import Columns, Need, SumMetric, WeightedMetric, check_count, divide
from .column import Codes, Floats, Ragged
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class Distinct(WeightedMetric):
    """Distinct n-grams of the corpus over all its n-grams, in (0, 1], higher is more varied.

    Over all answers together, so that saying one thing to everybody counts against a model. Undefined where no answer
    has n words. Interval: delete-a-group jackknife, since a resample repeats answers, and so n-grams.

    When not to use it: between corpora of different size, for it falls as a corpus grows; nor alone, for random words
    are varied too.

    Attributes:
        scorer: A scorer of diversity.
        n: Words of an n-gram.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("distinct_1", ["a b", "a c"], [None, None], ci=None).value
        0.75
    """

    scorer: str = ""
    n: int = 3

    name = "distinct_n"
    fits = ("diversity",)
    scored_by = "diversity"
    reference = "Li et al. 2016, arXiv 1510.03055"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.key, "n", self.n)

    def needs(self) -> tuple[Need, ...]:
        """The words."""
        return Need("value", self.scorer), Need("values", self.scorer)

    def columns(self, frame: Frame) -> Columns:
        """Whether there are words, and the n-grams of each unit."""
        found = grams(frame.several(f"{self.scorer}.values.words"), self.n)
        starts = np.searchsorted(found.units, np.arange(frame.n + 1)).astype(np.int64)
        return scored_values(frame, self.scorer, "value", "missing"), Ragged(found.codes.astype(np.float64), starts)

    def value(self, columns: Columns, weights: Floats) -> Floats:
        """Distinct n-grams of the units with a weight, over the weighted number of n-grams."""
        ngrams: Ragged = columns[1]
        rows = np.atleast_2d(weights)
        codes = np.unique(ngrams.values, return_inverse=True)[1]
        seen = pairs(Grams(codes.astype(np.int64), ngrams.units), len(ngrams))
        distinct = np.empty(len(rows))
        for i, row in enumerate(rows):
            there = np.zeros(int(codes.max(initial=-1)) + 1, dtype=bool)
            there[seen.codes[row[seen.units] > 0]] = True
            distinct[i] = np.count_nonzero(there)
        return divide(distinct, rows @ ngrams.lengths).reshape(weights.shape[:-1])

    def own_intervals(self, columns: Columns, clusters: Codes | None, level: float) -> list[Interval]:
        """Delete-a-group jackknife."""
        return left_out_intervals(self, columns, clusters, level)

    def own_contrast(self, a: Columns, b: Columns, level: float) -> TestResult:
        """The same of the difference."""
        return left_out_contrast(self, a, b, level)

    def reason(self, columns: Columns) -> str:
        """Which n-grams there are none of."""
        return f"{self.name} is undefined: no answer has {self.n} words"


@dataclass(frozen=True, kw_only=True)
class Repetition(SumMetric):
    """Mean share of an answer's n-grams that repeat an earlier one of it, in [0, 1), lower is better.

    1 - distinct n-grams / n-grams, of each answer; with n = 4 the rep-4 by which degenerate, looping text is told from
    people's. Answers of fewer than n words are missing. Interval: t; CR1 where units are clustered.

    When not to use it: for texts that repeat themselves with reason: tables, code, lists, verse.

    Attributes:
        scorer: A scorer of diversity.
        n: Words of an n-gram.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("repetition", ["a b a b a"], [None], n=2, ci=None).value
        0.5
    """

    scorer: str = ""
    n: int = 4

    name = "repetition"
    fits = ("diversity",)
    scored_by = "diversity"
    interval = "mean"
    higher_is_better = False
    reference = "Welleck et al. 2020, arXiv 1908.04319"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.key, "n", self.n)

    def needs(self) -> tuple[Need, ...]:
        """The words."""
        return Need("value", self.scorer), Need("values", self.scorer)

    def rows(self, frame: Frame) -> Floats:
        """The share of each answer."""
        found = grams(frame.several(f"{self.scorer}.values.words"), self.n)
        distinct = np.bincount(pairs(found, frame.n).units, minlength=frame.n).astype(np.float64)
        share = 1 - divide(distinct, np.bincount(found.units, minlength=frame.n).astype(np.float64))
        return np.where(np.isnan(scored_values(frame, self.scorer, "value", "missing")), np.nan, share)


distinct_1 = partial(Distinct, n=1)
distinct_2 = partial(Distinct, n=2)
