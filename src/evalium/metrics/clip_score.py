"""How well images fit their texts."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ._scored import scored_values
from .base import Need, SumMetric, check_choice
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class ClipScore(SumMetric):
    """Mean of 100 max(cos(image, text), 0) of CLIP embeddings, in [0, 100], higher is better.

    The scale of torchmetrics. With `form` `w2.5` it is 2.5 max(cos, 0), in [0, 2.5], as in the paper; the two differ by
    a factor of 40 and nothing else. Pairs without an image, a text or embeddings are missing. Interval: t; CR1 where
    units are clustered. Hessel et al. 2021.

    When not to use it: between models or resizings, whose values do not compare; nor where numbers of things matter or
    images hold text: CLIP hardly counts, and reads text as if it were what the image shows.

    Attributes:
        scorer: A `clip_score` scorer.
        form: Scale of the cosine.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"c.value": [30.0, 0.0], "c.values.cosine": [0.3, -0.1]})
        >>> estimate(ClipScore(scorer="c"), frame)["clip_score"].value
        15.0
    """

    scorer: str = ""
    form: Literal["100", "w2.5"] = "100"

    name = "clip_score"
    interval = "mean"
    fits = ("clip_score",)
    scored_by = "clip_score"
    reference = "https://arxiv.org/abs/2104.08718"

    def __post_init__(self) -> None:
        """Check the option."""
        super().__post_init__()
        check_choice(self.name, "form", self.form, ("100", "w2.5"))

    @property
    def high(self) -> float | None:
        """Of a perfect pair."""
        return 100.0 if self.form == "100" else 2.5

    def needs(self) -> tuple[Need, ...]:
        """The cosine."""
        return (Need("values", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The scaled cosine."""
        cosine = scored_values(frame, self.scorer, "values.cosine", "missing")
        return (self.high or 0.0) * np.clip(cosine, 0.0, None)
