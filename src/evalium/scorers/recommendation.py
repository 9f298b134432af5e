"""What was recommended to a user, and what came of it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from evalium.core import Record, Status, Verdict

from ._factory import built_in
from ._item_facts import Features, facts_of_all, features_of, known_of, mean_similarity, share_of, similarity
from ._trec import relevance_of
from ._unreadable import Unreadable, entries, fields, identifier, number, unparsed_where_unreadable
from .base import ScoreFunction
from .structured import structured

READS = "data.recommendation"
KEYS = {"items", "profile", "clicks", "impressions", "orders", "revenue"}
VALUES = (
    "clicks",
    "impressions",
    "orders",
    "revenue",
    "items",
    "shown",
    "diversity",
    "novelty",
    "serendipity",
    "popularity",
    "profile_popularity",
)


class Shown(NamedTuple):
    """A recommendation as it was read.

    Attributes:
        items: Ids shown, in order; None where that is not told.
        profile: Ids that the user had before.
        clicked: Ids clicked; None where only their number is told.
        counts: The counts and amounts that are told.
        features: Features by item.
        popularity: Popularity by item.
    """

    items: list[str] | None
    profile: list[str]
    clicked: list[str] | None
    counts: dict[str, float]
    features: Mapping[str, Features]
    popularity: Mapping[str, float]


@built_in(kind="recommendation", values=VALUES, reads=READS)
def recommendation(
    *, features: Mapping[str, Any] | None = None, popularity: Mapping[str, float] | None = None
) -> ScoreFunction:
    """What was recommended, what was clicked and bought, and how varied, new and popular it was.

    `data.recommendation`, or the JSON in the output, is a list of items, or a mapping with any of: `items` shown,
    `profile` (what the user had before), `clicks` (a number, or ids), `impressions` (items shown when not told),
    `orders`, `revenue`. An item is an id, or a mapping with `id`, `features` and `popularity`. The target, where there
    is one, names the relevant items (a list, or a mapping of id to relevance in [0, 1]); without it clicked ids are.

    Value: clicks / impressions, 0 to 1; none where clicks are not told. `values` holds what is known of
    `clicks`, `impressions`, `orders`, `revenue`; `items`, a number for each item that stands for its id; and, where
    every item's features or popularity are known, `diversity` (1 - mean similarity of pairs), `novelty` (mean
    -log2 popularity), `serendipity` (mean of (1 - mean similarity to the profile) * relevance), `popularity` and
    `profile_popularity` (means). Similarity is the cosine of numbers and the Jaccard index of categories.

    Args:
        features: Numbers, a category or categories by item; those told with an item come first.
        popularity: Share of users or of interactions by item, in (0, 1].

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"recommendation": {"items": ["a", "b"], "clicks": ["a"]}})
        >>> verdict = recommendation(features={"a": "pop", "b": "rock"}).score(record)
        >>> verdict.value, verdict.values["diversity"]
        (0.5, 1.0)
    """
    known, shares = facts_of_all("recommendation", features, popularity)

    @unparsed_where_unreadable
    def score(record: Record) -> Verdict:
        data = structured(record, READS)
        if isinstance(data, Verdict):
            return data
        shown = _read(data, known, shares)
        values: dict[str, float | list[float]] = {**shown.counts, **_of_items(shown, _relevance(record, shown))}
        if not values:
            return Verdict(status=Status.MISSING, explanation="nothing is told of the recommendation")
        impressions = shown.counts.get("impressions", 0.0)
        rate = shown.counts["clicks"] / impressions if impressions and "clicks" in shown.counts else None
        return Verdict(value=rate, values=values)

    return score


def item_number(item: str) -> float:
    """A whole number below 2^53 that stands for an id: two of a million ids are alike with a chance of 6e-5.

    Example:
        >>> item_number("a") == item_number("a"), item_number("a") == item_number("b")
        (True, False)
    """
    digest = hashlib.blake2b(item.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return float(int.from_bytes(digest, "big") >> 11)


def _read(data: Any, features: Mapping[str, Features], popularity: Mapping[str, float]) -> Shown:
    told = fields({"items": data} if isinstance(data, (list, tuple)) else data, "the recommendation")
    unknown = [key for key in told if key not in KEYS]
    if unknown:
        raise Unreadable(f"the recommendation has {unknown[0]!r}; known: {', '.join(sorted(KEYS))}")
    own: tuple[dict[str, Features], dict[str, float]] = {}, {}
    items = _ids(told["items"], "items", own) if "items" in told else None
    profile = _ids(told.get("profile", ()), "profile", own)
    clicked = None
    counts = {name: number(told[name], name, low=0) for name in ("impressions", "orders", "revenue") if name in told}
    if items is not None and "impressions" not in counts:
        counts["impressions"] = float(len(items))
    if isinstance(told.get("clicks"), (list, tuple)):
        clicked = _ids(told["clicks"], "clicks", own)
        counts["clicks"] = float(len(clicked))
    elif "clicks" in told:
        counts["clicks"] = number(told["clicks"], "clicks", low=0)
    if counts.get("clicks", 0.0) > counts.get("impressions", math.inf):
        raise Unreadable(f"{counts['clicks']:g} clicks on {counts['impressions']:g} impressions")
    return Shown(items, profile, clicked, counts, {**features, **own[0]}, {**popularity, **own[1]})


def _ids(value: Any, where: str, facts: tuple[dict[str, Features], dict[str, float]]) -> list[str]:
    """Ids of items; what is told with them goes to the facts."""
    ids = []
    for place, one in enumerate(entries(value, where), 1):
        told = one if isinstance(one, Mapping) else {"id": one}
        item = identifier(told.get("id"), f"{where}, place {place}")
        if "features" in told:
            facts[0][item] = features_of(told["features"], f"item {item!r}")
        if "popularity" in told:
            facts[1][item] = share_of(told["popularity"], item)
        ids.append(item)
    return ids


def _relevance(record: Record, shown: Shown) -> Mapping[str, float] | None:
    if record.target is not None:
        return relevance_of(record.target)
    return None if shown.clicked is None else dict.fromkeys(shown.clicked, 1.0)


def _of_items(shown: Shown, relevance: Mapping[str, float] | None) -> dict[str, float | list[float]]:
    if shown.items is None:
        return {}
    found: dict[str, float | list[float]] = {
        "items": [item_number(item) for item in shown.items],
        "shown": float(len(shown.items)),
    }
    alike, popular = known_of(shown.items, shown.features), known_of(shown.items, shown.popularity)
    had, had_popular = known_of(shown.profile, shown.features), known_of(shown.profile, shown.popularity)
    if alike is not None and len(alike) > 1:
        found["diversity"] = 1.0 - mean_similarity(alike)
    if popular is not None:
        found["novelty"] = sum(-math.log2(share) for share in popular) / len(popular)
        found["popularity"] = sum(popular) / len(popular)
    if had_popular is not None:
        found["profile_popularity"] = sum(had_popular) / len(had_popular)
    if alike is not None and had is not None and relevance is not None:
        found["serendipity"] = _serendipity(shown.items, alike, had, relevance)
    return found


def _serendipity(
    items: Sequence[str], alike: Sequence[Features], had: Sequence[Features], relevance: Mapping[str, float]
) -> float:
    unexpected = [1.0 - sum(similarity(one, other) for other in had) / len(had) for one in alike]
    return sum(u * relevance.get(item, 0.0) for u, item in zip(unexpected, items, strict=True)) / len(items)
