"""Corpus BLEU: a formula on summed n-gram counts."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from evalium.core import ConfigError

from ._scored import scored_values
from .base import Need, SumMetric, check_choice, divide
from .column import Floats
from .frame import Frame

ORDERS = 4
SMOOTHED_BY = {"exp": 0.0, "floor": 0.1, "add-k": 1.0, "none": 0.0}
"""How many hits each method gives an order without any, or adds."""


@dataclass(frozen=True, kw_only=True)
class Bleu(SumMetric):
    """BLEU of the corpus, 0 to 100, higher is better: sacrebleu's `corpus_score`.

    100 BP exp(mean of log p_n), n = 1 to 4, with p_n the summed n-grams found in a target over all n-grams of the
    outputs, and the brevity penalty BP = exp(1 - r / c) where the outputs' length c is below that of the closest
    targets r. Undefined where outputs and targets are all empty; sacrebleu says 0 there. Interval: bootstrap.

    When not to use it: between tokenizers or data sets, or for single sentences, where it is noise; chrF and learned
    metrics agree better with people.

    Attributes:
        scorer: A `bleu` scorer, whose `values` hold the counts.
        smooth_method: What a precision of 0 counts as: `exp` halves a single hit again and again, `floor` takes
            `smooth_value` hits, `add-k` adds it to the counts of all orders above 1, `none` makes BLEU 0.
        smooth_value: See there; None takes 0.1 for `floor` and 1 for `add-k`.
        effective_order: Leave orders out that are longer than every output.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("bleu", ["the cat sat on a mat"], ["the cat sat on the mat"], ci=None).value, 2)
        53.73
    """

    scorer: str = ""
    smooth_method: Literal["exp", "floor", "add-k", "none"] = "exp"
    smooth_value: float | None = None
    effective_order: bool = False

    name = "bleu"
    fits = ("bleu",)
    scored_by = "bleu"
    high = 100.0
    reference = "Papineni et al. 2002; Post 2018 (sacrebleu)"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self.key, "smooth_method", self.smooth_method, tuple(SMOOTHED_BY))
        if self.smooth_value is not None and not self.smooth_value > 0:
            raise ConfigError(f"metric {self.key!r}, option 'smooth_value' must be positive, got {self.smooth_value!r}")

    def needs(self) -> tuple[Need, ...]:
        """The counts."""
        return (Need("values", self.scorer),)

    def source(self) -> str:
        """The counts, whatever the smoothing."""
        return f"{self.scorer}|bleu"

    def rows(self, frame: Frame) -> Floats:
        """Lengths of output and target, matches of each order, n-grams of each order."""
        orders = range(1, ORDERS + 1)
        names = ["output_length", "target_length", *(f"{of}_{n}" for of in ("matches", "ngrams") for n in orders)]
        return np.stack([scored_values(frame, self.scorer, f"values.{name}", "missing") for name in names], axis=1)

    def value(self, sums: Floats) -> Floats:
        """The formula of the docstring."""
        output, target = sums[..., 0], sums[..., 1]
        logs, orders = self._log_precisions(sums[..., 2 : 2 + ORDERS], sums[..., 2 + ORDERS :])
        brevity = np.minimum(0.0, 1.0 - divide(target, output))
        with np.errstate(invalid="ignore"):
            score = np.minimum(100.0 * np.exp(brevity + divide(logs, orders)), 100.0)
        score = np.where(sums[..., 2 : 2 + ORDERS].any(axis=-1), score, 0.0)
        return np.where((output > 0) | (target > 0), score, np.nan)

    def _log_precisions(self, matches: Floats, ngrams: Floats) -> tuple[Floats, Floats]:
        """Sum of the logarithms of the precisions, and how many orders count."""
        added = SMOOTHED_BY[self.smooth_method] if self.smooth_value is None else self.smooth_value
        logs, orders = np.zeros(matches.shape[:-1]), np.zeros(matches.shape[:-1])
        halvings = np.zeros(matches.shape[:-1])
        for n in range(ORDERS):
            hits, total = matches[..., n], ngrams[..., n]
            if self.smooth_method == "add-k" and n:
                hits, total = hits + added, total + added
            none = (hits <= 0) & (total > 0)
            if self.smooth_method == "exp":
                halvings = halvings + none
                hits = np.where(none, 0.5**halvings, hits)
            elif self.smooth_method == "floor":
                hits = np.where(none, added, hits)
            counted = (total > 0) if self.effective_order else np.ones(total.shape, dtype=bool)
            with np.errstate(divide="ignore", invalid="ignore"):
                log = np.log(np.where(total > 0, hits / total, 0.0))
            logs = logs + np.where(counted, log, 0.0)
            orders = orders + counted
        return logs, orders

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return "bleu is undefined: outputs and targets are all empty"
