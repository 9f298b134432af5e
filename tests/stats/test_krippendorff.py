from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.stats.krippendorff import Scale, krippendorff_alpha
from tests.batches import Rng, each, ten_thousand
from tests.extras import require_extra

NAN = math.nan
SCALES: tuple[Scale, ...] = get_args(Scale)
PUBLISHED = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
"""Krippendorff (2011), section C."""
PRINTED: dict[Scale, float] = {"nominal": 0.7434211, "ordinal": 0.8153875, "interval": 0.8491071, "ratio": 0.7974028}


@pytest.fixture(scope="module")
def tifa(shared_data: Path) -> Any:
    rows = json.loads(gzip.decompress((shared_data / "tifa/human_annotations.json.gz").read_bytes()))
    return np.array([row["human_scores"] for row in rows.values()], dtype=float).T


@pytest.mark.parametrize("scale", SCALES)
def test_published_example(scale: Scale) -> None:
    found = krippendorff_alpha(PUBLISHED, scale)
    assert found.alpha == pytest.approx(PRINTED[scale], abs=5e-8)
    assert (found.n_units, found.n_ratings) == (11, 40)


@pytest.mark.parametrize("scale", SCALES)
def test_raters_of_tifa_agree_as_the_reference_says(tifa: Any, scale: Scale) -> None:
    reference = require_extra("krippendorff")
    found = krippendorff_alpha(tifa, scale)
    assert found.alpha == pytest.approx(reference.alpha(tifa, level_of_measurement=scale), abs=1e-12)
    assert found.n_units == 800 and found.interval.low < found.alpha < found.interval.high


def test_interval_of_tifa_equals_a_bootstrap_of_the_reference(tifa: Any) -> None:
    reference = require_extra("krippendorff")
    rng = np.random.default_rng(1)
    draws = [reference.alpha(tifa[:, rng.integers(0, 800, 800)], level_of_measurement="ordinal") for _ in range(1000)]
    found = krippendorff_alpha(tifa, "ordinal")
    assert found.alpha == pytest.approx(0.718576, abs=1e-6)
    assert [found.interval.low, found.interval.high] == pytest.approx(np.quantile(draws, [0.025, 0.975]), abs=0.006)


def check_case(ratings: list[list[float]], scale: Scale) -> None:
    reference = require_extra("krippendorff")
    found = krippendorff_alpha(ratings, scale, B=0)
    try:
        expected = reference.alpha(np.array(ratings), level_of_measurement=scale)
    except ValueError:
        assert math.isnan(found.alpha) and found.reason
        return
    if math.isnan(found.alpha):
        # Values that vary only where a unit has one rating: the reference divides 0 by 0.
        assert found.reason and (math.isnan(expected) or expected in (0.0, 1.0))
        return
    assert found.alpha == pytest.approx(expected, abs=1e-9)


RATINGS = st.integers(1, 8).flatmap(
    lambda units: st.lists(
        st.lists(st.sampled_from([NAN, 0.0, 1.0, 2.0, 5.0, 7.5]), min_size=units, max_size=units),
        min_size=2,
        max_size=5,
    )
)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(RATINGS, st.sampled_from(SCALES))
@settings(max_examples=200)
def test_equals_the_reference(ratings: list[list[float]], scale: Scale) -> None:
    check_case(ratings, scale)


def drawn(rng: Rng) -> tuple[list[list[float]], Scale]:
    raters, units, scale = rng.integers([2, 1, 0], [6, 9, len(SCALES)]).tolist()
    ratings = rng.choice([NAN, 0.0, 1.0, 2.0, 5.0, 7.5][: rng.integers(3, 7)], (raters, units))
    return ratings.tolist(), SCALES[scale]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_ten_thousand_tables_equal_the_reference() -> None:
    ten_thousand(each(check_case, drawn))


def test_text_is_nominal() -> None:
    words = [["a", "b", None, "a"], ["a", "b", "b", "b"], ["a", "", "b", "a"]]
    codes = [[0, 1, NAN, 0], [0, 1, 1, 1], [0, NAN, 1, 0]]
    assert krippendorff_alpha(np.array(words, dtype=object)).alpha == krippendorff_alpha(codes).alpha
    with pytest.raises(ValueError, match="give numbers for the scale 'ordinal'"):
        krippendorff_alpha(words, "ordinal")


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [([[1, NAN], [NAN, 2]], "no unit has two ratings"), ([[1, 1], [1, 1]], "all ratings are equal: nothing varies")],
)
def test_undefined_says_why(ratings: list[list[float]], reason: str) -> None:
    found = krippendorff_alpha(ratings)
    assert math.isnan(found.alpha) and found.reason == reason and math.isnan(found.interval.low)


def test_wrong_input_is_refused() -> None:
    for ratings, scale, why in (
        ([1, 2], "nominal", "shape"), ([[1], [2]], "oridnal", "scale must be one of"),
        ([[-1, 2], [2, 3]], "ratio", "not be negative"),
        ([[math.inf, 1], [2, 3]], "interval", "finite"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=why):
            krippendorff_alpha(ratings, scale)  # type: ignore[arg-type]
