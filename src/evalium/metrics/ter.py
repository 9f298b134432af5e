"""Corpus TER: edits over words."""

from dataclasses import dataclass

import numpy as np

from ._scored import scored_values
from .base import Need, SumMetric, divide
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class Ter(SumMetric):
    """TER of the corpus, 0 or more, lower is better: 100 times all edits over all words of the targets.

    100 (insertions + deletions + substitutions + shifts of phrases) / words of the targets (the mean of several), both
    summed over the corpus. Sacrebleu's `corpus_score`. Above 100 where outputs are much longer than targets; 100 where
    the targets are all empty and some output is not. Undefined where both are all empty; sacrebleu says 0 there. A pair
    that took too long is missing (option `seconds` of the scorer). Interval: bootstrap.

    When not to use it: for free answers, where a good paraphrase costs edits; nor for languages written without blanks,
    unless the scorer has `asian_support`.

    Attributes:
        scorer: A `ter` scorer, whose `values` hold the counts.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("ter", ["on the mat sat the cat"], ["the cat sat on the mat"], ci=None).value, 2)
        33.33
    """

    scorer: str = ""

    name = "ter"
    fits = ("ter",)
    scored_by = "ter"
    high = None
    higher_is_better = False
    reference = "Snover et al. 2006; Post 2018 (sacrebleu)"

    def needs(self) -> tuple[Need, ...]:
        """The counts."""
        return (Need("values", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """Edits, words of the target."""
        columns = [
            scored_values(frame, self.scorer, f"values.{name}", "missing") for name in ("edits", "target_length")
        ]
        return np.stack(columns, axis=1)

    def value(self, sums: Floats) -> Floats:
        """Edits per word, as a percentage."""
        edits, words = sums[..., 0], sums[..., 1]
        return 100.0 * np.where((words == 0) & (edits > 0), 1.0, divide(edits, words))

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return "ter is undefined: outputs and targets are all empty"
