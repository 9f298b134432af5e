"""Corpus chrF and chrF++: a formula on summed n-gram counts."""

from dataclasses import dataclass

import numpy as np

from ._scored import scored_values
from .base import Need, SumMetric, divide
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class Chrf(SumMetric):
    """ChrF of the corpus, 0 to 100, higher is better: sacrebleu's `corpus_score`.

    100 (1 + beta²) P R / (beta² P + R), with P and R the means over the orders 1 to 6 of the precision and recall of
    character n-grams, each of summed counts; orders that no output or no target is long enough for are left out. Which
    orders there are and beta are options of the scorer. Undefined where outputs and targets are all empty; sacrebleu
    says 0 there. Interval: bootstrap.

    When not to use it: between other orders or beta, or data sets; nor for whether single words are right, since what
    is nearly a word counts in part.

    Attributes:
        scorer: A `chrf` scorer, whose `values` hold the counts.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("chrf", ["the cat sat on a mat"], ["the cat sat on the mat"], ci=None).value, 2)
        65.98
    """

    scorer: str = ""

    name = "chrf"
    fits = ("chrf",)
    scored_by = "chrf"
    high = 100.0
    reference = "Popović 2015; Post 2018 (sacrebleu)"

    def needs(self) -> tuple[Need, ...]:
        """The counts."""
        return (Need("values", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """Output, target and shared n-grams of each order; characters; beta; 1."""
        prefix = f"{self.scorer}.values."
        stored = [name.removeprefix(prefix) for name in frame.numbers if name.startswith(f"{prefix}shared_")]
        orders = sorted(name.removeprefix("shared_") for name in stored)
        names = [f"{side}_{order}" for order in orders for side in ("output", "target", "shared")]
        columns = [
            scored_values(frame, self.scorer, f"values.{name}", "missing") for name in [*names, "characters", "beta"]
        ]
        return np.stack([*columns, np.ones(frame.n)], axis=1)

    def value(self, sums: Floats) -> Floats:
        """The formula of the docstring; beta is the mean of a column that is the same everywhere."""
        factor = divide(sums[..., -2], sums[..., -1]) ** 2
        counts = sums[..., :-3].reshape(*sums.shape[:-1], -1, 3)
        output, target, shared = counts[..., 0], counts[..., 1], counts[..., 2]
        counted = (output > 0) & (target > 0)
        orders = counted.sum(axis=-1)
        precision = divide(np.where(counted, divide(shared, output), 0.0).sum(axis=-1), orders)
        recall = divide(np.where(counted, divide(shared, target), 0.0).sum(axis=-1), orders)
        score = 100.0 * divide((1 + factor) * precision * recall, factor * precision + recall)
        nothing = ((precision <= 0) & (recall <= 0)) | (orders == 0)
        return np.where(sums[..., -3] > 0, np.where(nothing, 0.0, np.minimum(score, 100.0)), np.nan)

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return f"{self.name} is undefined: outputs and targets are all empty"


@dataclass(frozen=True, kw_only=True)
class ChrfPP(Chrf):
    """ChrF++ of the corpus, 0 to 100, higher is better: chrF with words and pairs of words beside the characters.

    As `chrf`, the means running over 6 orders of characters and 2 of words. Sacrebleu's `corpus_score` of
    `CHRF(word_order=2)`. Interval: bootstrap.

    When not to use it: for languages written without blanks, whose words it does not find: take `chrf`.

    Attributes:
        scorer: A `chrf_pp` scorer, whose `values` hold the counts.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("chrf_pp", ["the cat sat on a mat"], ["the cat sat on the mat"], ci=None).value, 2)
        67.44
    """

    name = "chrf_pp"
    fits = ("chrf_pp",)
    scored_by = "chrf_pp"
    reference = "Popović 2017; Post 2018 (sacrebleu)"
