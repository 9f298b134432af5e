"""METEOR: means of the values of the scorers `meteor` and `meteor_exact_stem`."""

from dataclasses import dataclass

from ._mean_of import MeanOf


@dataclass(frozen=True, kw_only=True)
class Meteor(MeanOf):
    """Mean METEOR with English WordNet, 0 to 1, higher is better: that of NLTK, not of METEOR 1.5 in Java.

    Of each answer F (1 - 0.5 (chunks / matches)³), F = P R / (0.9 P + 0.1 R) with P and R the shares of the answer's
    and the target's words that are matched, and chunks the runs of matches in one order. The best possible value
    approaches 1 with the length of the text, since even a perfect output is one chunk: 1 - 0.5 / m^3 for m words. Needs
    WordNet: the scorer says where it is looked for.

    When not to use it: between implementations, or for other languages than English.

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

    The formula of `meteor`, without WordNet. For where WordNet is not to be had.

    When not to use it: beside published METEOR, which knows synonyms: these numbers are lower.

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
