"""How faithful images are to their prompts, by questions."""

from dataclasses import dataclass

import numpy as np

from ._scored import scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class TifaScore(SumMetric):
    """Mean over images of the share of questions that are answered as the prompt says, in [0, 1], higher is better.

    Of each image, questions answered as the prompt says / questions answered. Each image counts alike, however many
    questions it has; see the scorer `tifa`. Images without an answered question are missing. Interval: t; CR1 where
    units are clustered (by prompt). Hu et al. 2023.

    When not to use it: for what no question asks, such as how an image looks; the answering model's errors are in it.

    Attributes:
        scorer: A `tifa` scorer.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"tifa.value": [1.0, 0.5]})
        >>> estimate(TifaScore(scorer="tifa"), frame)["tifa_score"].value
        0.75
    """

    scorer: str = ""

    name = "tifa_score"
    interval = "mean"
    fits = ("tifa",)
    scored_by = "tifa"
    reference = "https://arxiv.org/abs/2303.11897"

    def needs(self) -> tuple[Need, ...]:
        """The share."""
        return (Need("value", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The share."""
        return scored_values(frame, self.scorer, "value", "missing")


@dataclass(frozen=True, kw_only=True)
class TifaQuestionAccuracy(SumMetric):
    """Share of all questions that are answered as the prompts say, in [0, 1], higher is better.

    Questions answered as the prompts say / questions answered. A ratio of sums: an image with more questions counts for
    more, unlike in `tifa_score`. Undefined without an answered question. Interval: delta method; CR1 where units are
    clustered. Hu et al. 2023.

    When not to use it: where every image should count alike (`tifa_score`), or for what no question asks; the answering
    model's errors are in it.

    Attributes:
        scorer: A `tifa` scorer.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> columns = {"t.value": [1.0, 0.5], "t.values.correct": [1, 4], "t.values.questions": [1, 8]}
        >>> e = estimate(TifaQuestionAccuracy(scorer="t"), Frame.from_columns(columns))["tifa_question_accuracy"]
        >>> round(e.value, 4)
        0.5556
    """

    scorer: str = ""

    name = "tifa_question_accuracy"
    interval = "ratio"
    fits = ("tifa",)
    scored_by = "tifa"
    reference = "https://arxiv.org/abs/2303.11897"

    def needs(self) -> tuple[Need, ...]:
        """The counts."""
        return (Need("values", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """Right answers, questions."""
        parts = [scored_values(frame, self.scorer, f"values.{name}", "missing") for name in ("correct", "questions")]
        return np.stack(parts, axis=1)
