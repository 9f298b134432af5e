"""Accuracy of visual question answering."""

from dataclasses import dataclass

from ._scored import scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class VqaAccuracy(SumMetric):
    """Mean soft accuracy of answers about images, in [0, 1], higher is better.

    Each answer scores min(people who said it / 3, 1), averaged over all people but one: see the scorer `vqa`. Records
    without an output or without people's answers are missing. Interval: t; CR1 where units are clustered (by image).
    Equal to the code published with VQA v2, which prints it in percent with two digits. Antol et al. 2015.

    When not to use it: for answers in whole sentences, which match nobody's, or where each question has one true answer
    (`accuracy`).

    Attributes:
        scorer: A `vqa` scorer.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"vqa.value": [1.0, 0.9, 0.3]})
        >>> round(estimate(VqaAccuracy(scorer="vqa"), frame)["vqa_accuracy"].value, 4)
        0.7333
    """

    scorer: str = ""

    name = "vqa_accuracy"
    interval = "mean"
    fits = ("vqa",)
    scored_by = "vqa"
    reference = "https://arxiv.org/abs/1505.00468"

    def needs(self) -> tuple[Need, ...]:
        """The soft accuracy."""
        return (Need("value", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The soft accuracy."""
        return scored_values(frame, self.scorer, "value", "missing")
