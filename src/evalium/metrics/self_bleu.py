"""How alike the answers are: BLEU of each against the others."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalium.core import ConfigError
from evalium.stats import Interval, TestResult

from ._left_out import left_out_contrast, left_out_intervals
from ._scored import scored_values
from ._word_grams import Ints, Pairs, grams, pairs
from .base import Columns, Need, WeightedMetric
from .column import Codes, Floats, Ragged
from .frame import Frame

Flags = npt.NDArray[np.bool_]

_SMOOTH = 0.1
"""What stands for no match at all, so that one missing order does not make the geometric mean 0."""


@dataclass(frozen=True, kw_only=True)
class SelfBleu(WeightedMetric):
    """Mean BLEU of each answer with all the others as its references, in [0, 1], lower is more varied.

    Precisions of 1- to n-grams clipped by the most that any other answer has, their geometric mean, and the brevity
    penalty of the other answer nearest in length (the shorter of two). An order without a match counts as 0.1 matches;
    without a shared word the score is 0. Equals nltk's `sentence_bleu` with its smoothing `method1`. Above `at_most`
    answers those with the least hash of their words are measured, among themselves. Undefined for fewer than two
    answers. Interval: delete-a-group jackknife, since a resample repeats answers.

    Weights that are whole numbers stand for answers given so often; others are sampling weights.

    When not to use it: between sets of different size, since more answers hold nearer ones, nor alone, for random words
    are varied too.

    Attributes:
        scorer: A scorer of diversity.
        n: Words of the longest n-grams.
        at_most: Answers that are compared with each other.

    Example:
        >>> from evalium.metrics import compute
        >>> same = ["it is fine to me"] * 3
        >>> compute("self_bleu", same, [None] * 3, ci=None).value
        1.0
    """

    scorer: str = ""
    n: int = 4
    at_most: int = 1000

    name = "self_bleu"
    fits = ("diversity",)
    scored_by = "diversity"
    higher_is_better = False
    reference = "Zhu et al. 2018 (Texygen), arXiv 1802.01886"

    def __post_init__(self) -> None:
        super().__post_init__()
        for option, least in (("n", 1), ("at_most", 2)):
            if getattr(self, option) < least:
                given = getattr(self, option)
                raise ConfigError(f"metric {self.key!r}, option {option!r} must be at least {least}, got {given!r}")

    def needs(self) -> tuple[Need, ...]:
        """The words."""
        return Need("value", self.scorer), Need("values", self.scorer)

    def columns(self, frame: Frame) -> Columns:
        """Whether there are words, and the words."""
        words = frame.several(f"{self.scorer}.values.words")
        return scored_values(frame, self.scorer, "value", "missing"), words

    def value(self, columns: Columns, weights: Floats) -> Floats:
        """Weighted mean of the scores of the answers that have a weight."""
        words: Ragged = columns[1]
        rows = np.atleast_2d(weights)
        chosen = _sample(words, self.at_most)
        words, rows = words.take(chosen), rows[:, chosen]
        tables = [pairs(grams(words, n), len(words)) for n in range(1, self.n + 1)]
        found = [_mean_bleu(tables, words.lengths, row) for row in rows]
        return np.array(found).reshape(weights.shape[:-1])

    def own_intervals(self, columns: Columns, clusters: Codes | None, level: float) -> list[Interval]:
        """Delete-a-group jackknife."""
        return left_out_intervals(self, columns, clusters, level)

    def own_contrast(self, a: Columns, b: Columns, level: float) -> TestResult:
        """The same of the difference."""
        return left_out_contrast(self, a, b, level)

    def reason(self, columns: Columns) -> str:
        """What is missing."""
        return f"{self.name} is undefined: it needs two answers"


def _sample(words: Ragged, size: int) -> Ints:
    """The units with the least hash of their words, whatever the order of the units."""
    if len(words) <= size:
        return np.arange(len(words))
    place = np.arange(len(words.values)) - words.starts[:-1][words.units]
    mixed = (words.values.astype(np.uint64) ^ (place.astype(np.uint64) << np.uint64(40))) * np.uint64(
        0x9E3779B97F4A7C15
    )
    mixed ^= mixed >> np.uint64(29)
    sums = np.zeros(len(words), dtype=np.uint64)
    np.add.at(sums, words.units, mixed)
    return np.sort(np.argsort(sums * np.uint64(0xBF58476D1CE4E5B9), kind="stable")[:size])


def _mean_bleu(tables: list[Pairs], lengths: Ints, weights: Floats) -> float:
    kept = weights > 0
    whole = bool(np.all(weights == np.floor(weights)))
    twice = (weights >= 2) & whole
    if np.count_nonzero(kept) + np.count_nonzero(twice) < 2:
        return np.nan
    logs = np.zeros(len(lengths))
    for order, table in enumerate(tables):
        matched = _matched(table, kept, twice)
        if order == 0:
            shared = matched > 0
        totals = np.maximum(lengths - order, 1)
        logs += np.log(np.where(matched > 0, matched, _SMOOTH) / totals)
    nearest = _nearest_length(lengths, kept, twice)
    with np.errstate(divide="ignore", invalid="ignore"):
        brevity = np.minimum(1 - nearest / lengths, 0.0)
        scores = np.where(shared, np.exp(brevity + logs / len(tables)), 0.0)
    return float(weights[kept] @ scores[kept] / weights[kept].sum())


def _matched(table: Pairs, kept: Flags, twice: Flags) -> Floats:
    """[n] n-grams of each unit, each clipped by the most that another unit has."""
    there = kept[table.units]
    codes, units, counts = table.codes[there], table.units[there], table.counts[there]
    if not len(codes):
        return np.zeros(len(kept))
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    group = np.cumsum(np.diff(codes, prepend=-1) != 0) - 1
    sizes = np.diff(first, append=len(codes))
    # Most frequent first, so the second of a group is the most that anybody but the first has.
    second = np.where(sizes > 1, counts[np.minimum(first + 1, len(codes) - 1)], 0.0)
    others = np.where(units == units[first][group], second[group], counts[first][group])
    others = np.where(twice[units], np.maximum(others, counts), others)
    return np.bincount(units, np.minimum(counts, others), len(kept)).astype(np.float64)


def _nearest_length(lengths: Ints, kept: Flags, twice: Flags) -> Floats:
    """[n] length of the other unit nearest in length, the shorter of two."""
    sizes, counts = np.unique(np.concatenate([lengths[kept], lengths[kept & twice]]), return_counts=True)
    at = np.clip(np.searchsorted(sizes, lengths), 0, len(sizes) - 1)
    shorter = np.where(at > 0, sizes[np.maximum(at - 1, 0)], -np.inf)
    longer = np.where(at + 1 < len(sizes), sizes[np.minimum(at + 1, len(sizes) - 1)], np.inf)
    other = np.where(lengths - shorter <= longer - lengths, shorter, longer)
    return np.where(counts[at] > 1, lengths, other).astype(np.float64)
