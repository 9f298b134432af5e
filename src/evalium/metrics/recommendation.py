"""Recommendations: clicks and orders, and how varied, new and popular what was shown is."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ._mean_of import MeanOf
from .base import IntervalRule, divide
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class RecommendationMean(MeanOf):
    """Base: a mean over recommendations of what the scorer `recommendation` says of each.

    One without the number is missing. Interval: t, or Wilson where all are 0 or 1; CR1 where units are clustered.
    """

    of: ClassVar[str] = "values"
    fits = ("recommendation",)
    scored_by = "recommendation"


@dataclass(frozen=True, kw_only=True)
class RecommendationRatio(RecommendationMean):
    """Base: the sum of one number over the sum of another."""

    top: ClassVar[str]
    bottom: ClassVar[str]
    interval: ClassVar[IntervalRule] = "ratio"

    def rows(self, frame: Frame) -> Floats:
        """Both numbers."""
        return np.stack([self.number(frame, f"values.{name}") for name in (self.top, self.bottom)], axis=1)

    def reason(self, sums: Floats) -> str:
        """What there is none of."""
        return f"{self.name} is undefined: there are no {self.bottom.replace('_', ' ')}"


@dataclass(frozen=True, kw_only=True)
class Ctr(RecommendationRatio):
    """Click-through rate: clicks / impressions, in [0, 1], higher is better.

    Summed clicks / summed impressions: a ratio of sums, not a mean of rates. Interval: Wilson where each unit is one
    impression; else bootstrap over units. Impressions of one user are not independent: name the user as cluster, which
    gives CR1.

    When not to use it: for satisfaction, which clicks are not; nor as a paired difference of two systems that were
    shown to different users.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("ctr", [{"clicks": 1, "impressions": 2}, {"clicks": 0, "impressions": 2}], [None, None]).value
        0.25
    """

    name = "ctr"
    top = "clicks"
    bottom = "impressions"
    interval: ClassVar[IntervalRule] = "share"
    reference = "Deng, Knoblich and Lu 2018, arXiv 1803.06336"

    def rows(self, frame: Frame) -> Floats:
        """Clicks, impressions, 1."""
        both = super().rows(frame)
        return np.column_stack([both, np.ones(len(both))])

    def value(self, sums: Floats) -> Floats:
        """Clicks / impressions."""
        return divide(sums[..., 0], sums[..., 1])

    def unit_share(self, sums: Floats) -> tuple[Floats, Floats] | None:
        """The impressions clicked, where each unit is one impression."""
        if not np.array_equal(sums[..., 1], sums[..., 2]):
            return None
        return sums[..., 0], sums[..., 1]


@dataclass(frozen=True, kw_only=True)
class Aov(RecommendationRatio):
    """Average order value: revenue / orders, at least 0, higher is better.

    Summed revenue / summed orders: users without an order count in neither sum. Interval: delta method, CR1 over
    clusters. Revenue has a heavy tail, so that few large orders decide and the interval covers less than it says
    (flagged).

    When not to use it: alone: losing the small orders raises it. Look at how many orders there are as well.

    Attributes:
        unit: The currency.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("aov", [{"orders": 2, "revenue": 50.0}, {"orders": 0, "revenue": 0}], [None, None]).value
        25.0
    """

    unit: str = field(default="USD", compare=False)

    name = "aov"
    top = "revenue"
    bottom = "orders"
    high = None


@dataclass(frozen=True, kw_only=True)
class IntraListDiversity(RecommendationMean):
    """Mean over lists of 1 - the mean similarity of all pairs of items in the list, higher is better.

    In [0, 1] for categories (Jaccard) and features without negative numbers (cosine), else up to 2. Undefined for lists
    of fewer than two items, or with an item of unknown features.

    When not to use it: alone: random items are diverse; read `ndcg` beside it. Nor between other features, on which
    similarity depends.

    Example:
        >>> from evalium.metrics import compute
        >>> features = {"a": "pop", "b": "rock", "c": "pop"}
        >>> round(compute("intra_list_diversity", [["a", "b", "c"]], [None], features=features).value, 4)
        0.6667
    """

    name = "intra_list_diversity"
    of = "values.diversity"
    high = 2.0
    reference = "Ziegler et al. 2005, https://doi.org/10.1145/1060745.1060754"


@dataclass(frozen=True, kw_only=True)
class Novelty(RecommendationMean):
    """Mean over lists of the mean -log2 popularity of their items, in bits, at least 0, higher is newer.

    Popularity is a share in (0, 1]. Undefined for lists with an item of unknown popularity.

    When not to use it: alone: random items are little known; read `ndcg` beside it. Nor between popularities counted on
    other data.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("novelty", [["a", "b"]], [None], popularity={"a": 0.5, "b": 0.125}).value
        2.0
    """

    name = "novelty"
    of = "values.novelty"
    unit = "bit"
    high = None
    reference = "Castells, Vargas and Wang 2011, Novelty and diversity metrics for recommender systems"


@dataclass(frozen=True, kw_only=True)
class Serendipity(RecommendationMean):
    """Mean over lists of the mean of (1 - mean similarity to the user's profile) * relevance, higher is better.

    In [0, 1] for features without negative numbers, else up to 2. Relevance is the target's, else 1 for what was
    clicked. Undefined without a profile, features of all its items, or relevance.

    When not to use it: where clicks are the relevance and nobody could click what was never shown; nor between other
    features, on which similarity depends.

    Example:
        >>> from evalium.metrics import compute
        >>> shown = {"items": ["a", "b"], "profile": ["c"]}
        >>> compute("serendipity", [shown], [["a"]], features={"a": "pop", "b": "rock", "c": "rock"}).value
        0.5
    """

    name = "serendipity"
    of = "values.serendipity"
    high = 2.0
    reference = "Zhang et al. 2012 (Auralist), https://doi.org/10.1145/2124295.2124300"


@dataclass(frozen=True, kw_only=True)
class PopularityBias(RecommendationRatio):
    """Mean popularity of what was shown over that of what users had before, at least 0; 1 is no bias.

    Above 1 the system pushes popular items more than its users like them. A ratio of the means over users; minus 1 it
    is the popularity lift of Abdollahpouri et al. 2019. Interval: delta method.

    When not to use it: for how single users fare: those who are shown too popular items and those who are not cancel.
    Look at slices by kind of user.

    Example:
        >>> from evalium.metrics import compute
        >>> shown = {"items": ["a"], "profile": ["b"]}
        >>> compute("popularity_bias", [shown], [None], popularity={"a": 0.5, "b": 0.25}).value
        2.0
    """

    name = "popularity_bias"
    top = "popularity"
    bottom = "profile_popularity"
    high = None
    higher_is_better = None
    reference = "Abdollahpouri et al. 2019, arXiv 1907.13286"
