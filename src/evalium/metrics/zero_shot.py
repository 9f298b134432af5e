"""Accuracy of classification by embeddings."""

from dataclasses import dataclass

from ._scored import Unparsed, scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class ZeroShotAccuracy(SumMetric):
    """Share of images whose embedding is nearest to the text of their class, in [0, 1], higher is better.

    Right images / images. See the scorer `zero_shot`, whose labels every classification metric reads as well. Undefined
    when no image was scored; images that cannot be read are missing. Interval: Wilson; CR1 where units are clustered.
    Radford et al. 2021.

    When not to use it: between models that were given other wordings of the classes, on which it depends as much as on
    the model.

    Attributes:
        scorer: A `zero_shot` scorer.
        unparsed: Whether an answer that could not be read counts as wrong or as missing.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"z.value": [1, 0, 1, 1]})
        >>> estimate(ZeroShotAccuracy(scorer="z"), frame)["zero_shot_accuracy"].value
        0.75
    """

    scorer: str = ""
    unparsed: Unparsed = "wrong"

    name = "zero_shot_accuracy"
    interval = "mean"
    fits = ("label",)
    scored_by = "zero_shot"
    reference = "https://arxiv.org/abs/2103.00020"

    def needs(self) -> tuple[Need, ...]:
        """Whether each is right."""
        return (Need("value", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """1 where right, 0 where wrong."""
        return scored_values(frame, self.scorer, "value", self.unparsed)
