"""pass@k and pass^k: whether any, or all, of k answers to a problem pass."""

import math
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from evalium.core import ConfigError

from ._scored import Unparsed, scored_values
from .base import Need, SumMetric, check_count
from .column import Floats
from .frame import Frame
from .group_means import group_codes, group_rows


@dataclass(frozen=True, kw_only=True)
class OfK(SumMetric):
    """Base of pass@k and pass^k: a chance for each problem, and its mean over problems.

    The answers to one problem are its epochs: units with the same number in the column `sample` where there is one,
    else the units of one cluster, else each unit alone. A problem with fewer than k scored answers is missing.
    Interval: over problems, however many answers each has. Wilson where each has one, else CR1 over clusters of
    problems. Merging adds problems: all answers to one must lie in the same part.

    Attributes:
        scorer: A scorer whose value is 1 or 0.
        k: How many answers.
        unparsed: Whether an answer that could not be read counts as wrong or as missing.
    """

    scorer: str = ""
    k: int = 1
    unparsed: Unparsed = "wrong"

    interval = "share"
    fits = ("binary",)
    scored_by = "execution"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.key, "k", self.k)

    def needs(self) -> tuple[Need, ...]:
        """The value."""
        return (Need("value", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """Each unit's part of its problem: chance / n, 1 / n."""
        passed = scored_values(frame, self.scorer, "value", self.unparsed)
        if ((passed != 0) & (passed != 1) & ~np.isnan(passed)).any():
            raise ConfigError(f"metric {self.key!r}: the values of {self.scorer!r} are not all 0 or 1")
        groups = group_codes(frame)
        known = ~np.isnan(passed)
        n = np.bincount(groups[known], minlength=frame.n).astype(np.int64)
        c = np.bincount(groups[known], weights=passed[known], minlength=frame.n).astype(np.int64)
        pairs, at = np.unique(np.stack([n, c], axis=1), axis=0, return_inverse=True)
        chances = np.array([self.chance(int(a), int(b)) for a, b in pairs])[at.reshape(-1)]
        if not (n >= self.k).any():
            # Rows that count nothing, so that it is `reason` that says why there is no value.
            return np.where(known[:, None], np.zeros(2), np.nan)
        return group_rows(groups, chances, n, known)

    @abstractmethod
    def chance(self, n: int, c: int) -> float:
        """The chance for a problem with c right ones of n answers; nan where n < k."""

    def unit_share(self, sums: Floats) -> tuple[Floats, Floats]:
        """Summed chances, problems."""
        return sums[..., 0], sums[..., 1]

    def flags(self, frame: Frame) -> tuple[str, ...]:
        """Whether problems are left out."""
        passed = scored_values(frame, self.scorer, "value", self.unparsed)
        n = np.bincount(group_codes(frame)[~np.isnan(passed)])
        return ("fewer_than_k_answers",) if ((n > 0) & (n < self.k)).any() else ()

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return f"no problem has {self.k} scored answers: raise the number of epochs to at least {self.k}"


@dataclass(frozen=True, kw_only=True)
class PassAtK(OfK):
    """Chance that at least one of k answers to a problem passes, in [0, 1], higher is better.

    1 - C(n - c, k) / C(n, k) for a problem with c right ones of n answers, unbiased; its mean over problems. Equal to
    the product form of HumanEval's code but for rounding. Undefined when no problem has k answers.

    When not to use it: between temperatures; nor for a user who gets one answer, who sees pass@1.

    Reference: Chen et al. 2021, Evaluating Large Language Models Trained on Code, arXiv:2107.03374, section 2.1.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"it.value": [1, 0, 0, 0, 1, 1], "cluster": ["a", "a", "a", "b", "b", "b"]})
        >>> round(estimate(PassAtK(scorer="it", k=2), frame)["pass_at_k"].value, 4)
        0.8333
    """

    name = "pass_at_k"
    reference = "https://arxiv.org/abs/2107.03374"

    def chance(self, n: int, c: int) -> float:
        """One less the chance that k of n without replacement are all wrong."""
        if n < self.k:
            return math.nan
        every = math.comb(n, self.k)
        return (every - math.comb(n - c, self.k)) / every


@dataclass(frozen=True, kw_only=True)
class PassHatK(OfK):
    """Chance that all of k answers to a problem pass, in [0, 1], higher is better: how reliable an agent is.

    pass^k = C(c, k) / C(n, k) for a problem with c right ones of n answers, unbiased; its mean over problems. Equals
    pass@1 for k = 1 and falls with k. Undefined when no problem has k answers.

    When not to use it: where answers are drawn without chance (temperature 0, the response cache): copies of one answer
    say nothing of reliability.

    Reference: Yao et al. 2024, tau-bench, arXiv:2406.12045, section 3.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"it.value": [1, 0, 0, 0, 1, 1], "cluster": ["a", "a", "a", "b", "b", "b"]})
        >>> round(estimate(PassHatK(scorer="it", k=2), frame)["pass_hat_k"].value, 4)
        0.1667
    """

    name = "pass_hat_k"
    reference = "https://arxiv.org/abs/2406.12045"

    def chance(self, n: int, c: int) -> float:
        """The chance that k of n without replacement are all right."""
        return math.comb(c, self.k) / math.comb(n, self.k) if n >= self.k else math.nan
