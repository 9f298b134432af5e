"""METEOR: means of the values of the scorers `meteor` and `meteor_exact_stem`."""

from dataclasses import dataclass

from ._mean_of import MeanOf


@dataclass(frozen=True, kw_only=True)
class Meteor(MeanOf):
    """Mean METEOR with English WordNet, 0 to 1, higher is better: that of NLTK, not of METEOR 1.5 in Java.

    Not to be compared between implementations, nor used for other languages than English. The best possible value
    approaches 1 with the length of the text, since even a perfect output is one chunk: 1 - 0.5 / m^3 for m words.
    Needs the extra `meteor` and WordNet.

    Attributes:
        scorer: A `meteor` scorer.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"m.value": [0.5, 0.25, 0.75]})
        >>> estimate(Meteor(scorer="m"), frame)["meteor"].value
        0.5
    """

    name = "meteor"
    fits = ("meteor",)
    scored_by = "meteor"
    reference = "Lavie and Agarwal 2007; nltk.translate.meteor_score"


@dataclass(frozen=True, kw_only=True)
class MeteorExactStem(MeanOf):
    """Mean METEOR without synonyms, 0 to 1, higher is better: words match by form or by Porter stem.

    Another metric than `meteor`, for where WordNet is not to be had; its numbers are lower.

    Attributes:
        scorer: A `meteor_exact_stem` scorer.

    Example:
        >>> from evalium.metrics import compute
        >>> round(compute("meteor_exact_stem", ["the cats sat"], ["the cat sat"], ci=None).value, 4)
        0.9815
    """

    name = "meteor_exact_stem"
    fits = ("meteor_exact_stem",)
    scored_by = "meteor_exact_stem"
    reference = "Lavie and Agarwal 2007"
