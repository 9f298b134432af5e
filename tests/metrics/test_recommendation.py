"""Recommendations: real click logs, hand cases, and definitions written another way."""

from __future__ import annotations

import csv
import gzip
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, DataError, Estimate, Status
from evalium.metrics import compute
from evalium.stats import wilson
from tests.scorers.records import record, scored


def one(name: str, predictions: list[Any], references: list[Any] | None = None, **options: Any) -> Estimate:
    found = compute(name, predictions, references or [None] * len(predictions), **options)
    assert isinstance(found, Estimate)
    return found


def impressions(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("policy", "clicks"), [("random", 46), ("bts", 69)])
def test_click_through_rate_of_a_real_log(shared_data: Path, policy: str, clicks: int) -> None:
    rows = impressions(shared_data / "open_bandit" / f"{policy}_men.csv.gz")
    shown = [{"items": [row["item_id"]], "clicks": int(row["click"])} for row in rows]
    found = one("ctr", shown)
    expected = wilson(clicks, len(rows), 0.95)
    assert found.value == clicks / 10_000 and found.method == "wilson"
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-12)
    users = ["".join(row[f"user_feature_{i}"] for i in range(4)) for row in rows]
    clustered = one("ctr", shown, cluster=users)
    assert clustered.value == found.value and clustered.n_clusters == len(set(users))
    assert clustered.low < found.value < clustered.high


def test_exposure_of_a_real_log(shared_data: Path) -> None:
    """The bandit shows few items much more often than the random policy does."""
    gini = {}
    for policy in ("random", "bts"):
        rows = impressions(shared_data / "open_bandit" / f"{policy}_men.csv.gz")[:2000]
        lists = [[row["item_id"]] for row in rows]
        counts = Counter(row["item_id"] for row in rows)
        assert one("catalogue_coverage", lists, catalogue=34, ci=None).value == len(counts) / 34
        gini[policy] = one("exposure_gini", lists, catalogue=34, bootstrap=100)
        x = np.array([counts[str(i)] for i in range(34)], dtype=float)
        pairs = np.abs(x[:, None] - x[None, :]).sum() / (2 * len(x) * x.sum())
        assert gini[policy].value == pytest.approx(pairs, abs=1e-12)
    assert gini["random"].high < gini["bts"].low


def test_ctr_is_a_ratio_of_sums() -> None:
    found = one("ctr", [{"clicks": 1, "impressions": 1}, {"clicks": 0, "impressions": 9}])
    assert found.value == 0.1
    assert "wilson" not in found.method
    assert math.isnan(one("ctr", [{"items": []}]).value)
    assert one("ctr", [{"items": ["a", "b"], "clicks": ["a"]}]).value == 0.5


def test_aov_leaves_users_without_orders_out() -> None:
    rng = np.random.default_rng(0)
    orders, spent = rng.integers(0, 4, 200), rng.lognormal(3, 1, 200)
    rows = [{"orders": int(n), "revenue": float(n * x)} for n, x in zip(orders, spent, strict=True)]
    found = one("aov", rows, unit="EUR")
    top, bottom = orders * spent, orders
    ratio = top.sum() / bottom.sum()
    error = np.std(top - ratio * bottom, ddof=1) * math.sqrt(200) / bottom.sum()
    assert found.value == pytest.approx(ratio, rel=1e-12) and found.unit == "EUR"
    assert found.high - found.low == pytest.approx(2 * 1.97 * error, rel=0.05)
    assert "no orders" in str(one("aov", [{"orders": 0, "revenue": 0}]).reason)


VECTORS = st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3).filter(any), min_size=2, max_size=6)


@settings(max_examples=100, deadline=None)
@given(VECTORS)
def test_diversity_of_vectors_is_one_minus_their_cosines(vectors: list[list[int]]) -> None:
    features = {str(i): vector for i, vector in enumerate(vectors)}
    unit = np.array(vectors) / np.linalg.norm(vectors, axis=1, keepdims=True)
    n = len(unit)
    expected = 1 - ((unit @ unit.T).sum() - n) / (n * (n - 1))
    assert one("intra_list_diversity", [list(features)], features=features).value == pytest.approx(expected, abs=1e-12)


def test_diversity_of_categories() -> None:
    features = {"a": ["x", "y"], "b": ["y"], "c": "z"}
    assert one("intra_list_diversity", [["a", "b", "c"]], features=features).value == pytest.approx(1 - 0.5 / 3)
    told = [{"id": i, "features": f} for i, f in features.items()]
    assert one("intra_list_diversity", [{"items": told}]).value == pytest.approx(1 - 0.5 / 3)
    single = one("intra_list_diversity", [["a"], ["a", "unknown"]], features=features)
    assert math.isnan(single.value) and single.n_missing == 2


def test_novelty_popularity_and_serendipity() -> None:
    facts = {"a": 0.5, "b": 0.25, "c": 1.0}
    assert one("novelty", [["a", "b"], ["c"]], popularity=facts).value == 0.75
    shown = [{"items": ["a", "b"], "profile": ["c"]}, {"items": ["c"], "profile": ["a"]}]
    assert one("popularity_bias", shown, popularity=facts).value == pytest.approx((0.375 + 1) / (1 + 0.5))
    features = {"a": "x", "b": "y", "c": "x"}
    graded = one("serendipity", shown, [{"a": 1, "b": 0.5}, ["c"]], features=features)
    assert graded.value == pytest.approx((0.5 / 2 + 0) / 2)
    clicked = [{"items": ["a", "b"], "profile": ["c"], "clicks": ["b"]}]
    assert one("serendipity", clicked, features=features).value == 0.5
    assert math.isnan(one("serendipity", [{"items": ["a"], "profile": ["c"]}], features=features).value)


def test_coverage_counts_items_once_and_says_what_a_catalogue_is() -> None:
    lists = [["a", "b"], ["b", "c"], ["b"]]
    found = one("catalogue_coverage", lists, catalogue=6)
    assert found.value == 0.5 and found.low <= 0.5 <= found.high and found.method == "bootstrap:centred"
    assert one("exposure_gini", lists, catalogue=3, ci=None).value == pytest.approx(4 / 15)
    with pytest.raises(DataError, match="'catalogue' is 2, but 3"):
        one("catalogue_coverage", lists, catalogue=2)
    with pytest.raises(ConfigError, match="catalogue"):
        one("catalogue_coverage", lists)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"clicks": 3, "impressions": 2}, "3 clicks on 2 impressions"),
        ({"clicks": -1}, "clicks must be at least 0"),
        ({"click": 1}, "known: clicks"),
        ({"items": ["a", None]}, "items, place 2"),
        ({"items": [{"id": "a", "popularity": 3}]}, "divide counts"),
        ({"items": [{"id": "a", "popularity": 0}]}, "above 0"),
        ({"items": [{"id": "a", "features": [0, 0]}]}, "not all 0"),
        ({"items": [{"id": "a", "features": [1]}, {"id": "b", "features": "x"}]}, "differ in kind"),
        ({"revenue": math.inf}, "finite"),
        ("text", "mapping"),
    ],
)
def test_what_cannot_be_is_unparsed_with_the_reason(told: Any, reason: str) -> None:
    score = scored("recommendation", record(None, data={"recommendation": told}))
    assert score.status is Status.UNPARSED
    assert reason in (score.explanation or "")


def test_wrong_facts_are_refused_at_once() -> None:
    with pytest.raises(ConfigError, match="popularity of item 'a'"):
        one("novelty", [["a"]], popularity={"a": 7})
    with pytest.raises(ConfigError, match="item 'a'"):
        one("intra_list_diversity", [["a"]], features={"a": [0.0]})


def test_nothing_told_is_missing() -> None:
    assert scored("recommendation", record(None, data={"recommendation": {}})).status is Status.MISSING
    assert scored("recommendation", record(None)).status is Status.MISSING
    assert scored("recommendation", record('["a"]')).values["shown"] == 1.0
