from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError
from evalium.metrics import generative_coverage as module
from evalium.metrics.image_distance import DISTANCES, image_distance
from tests.batches import Rng, each, ten_thousand
from tests.metrics.feature_sets import NO_INTERVAL, Floats, frame_of, one, vectors

NAMES = ("generative_precision", "generative_recall", "generative_density", "generative_coverage")


def by_definition(x: Floats, y: Floats, k: int) -> dict[str, float]:
    """The four numbers of Naeem et al. (2020), distance by distance."""

    def radius(points: Floats, i: int) -> float:
        return sorted(math.dist(points[i], p) for j, p in enumerate(points) if j != i)[k - 1]

    real = [radius(y, i) for i in range(len(y))]
    made = [radius(x, i) for i in range(len(x))]
    inside = [[math.dist(a, b) < real[i] for i, b in enumerate(y)] for a in x]
    return {
        "generative_precision": sum(any(row) for row in inside) / len(x),
        "generative_recall": sum(any(math.dist(a, b) < made[i] for i, a in enumerate(x)) for b in y) / len(y),
        "generative_density": sum(map(sum, inside)) / k / len(x),
        "generative_coverage": sum(any(row[i] for row in inside) for i in range(len(y))) / len(y),
    }


def check_case(n: int, m: int, d: int, k: int, seed: int) -> None:
    x, y = vectors(n, d, seed), vectors(m, d, seed + 1, shift=0.3)
    frame = frame_of(x, y)
    for name, expected in by_definition(x, y, k).items():
        found = one(DISTANCES[name](scorer="f", k=k), frame, NO_INTERVAL).value
        assert found == pytest.approx(expected, rel=1e-12), name


CASES = {
    "n": st.integers(5, 12), "m": st.integers(5, 12), "d": st.integers(1, 6), "k": st.integers(1, 4),
    "seed": st.integers(0, 10**6),
}  # fmt: skip


@given(**CASES)
@settings(max_examples=100)
def test_equals_the_definition(n: int, m: int, d: int, k: int, seed: int) -> None:
    check_case(n, m, d, k, seed)


def drawn(rng: Rng) -> tuple[int, ...]:
    return tuple(rng.integers([5, 5, 1, 1, 0], [10, 10, 7, 5, 10**6]).tolist())


@pytest.mark.slow
def test_ten_thousand_cases_equal_the_definition() -> None:
    ten_thousand(each(check_case, drawn))


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = vectors(60, 4, 1), vectors(50, 4, 2)
    whole = module.balls(x, y, 3)
    monkeypatch.setattr(module, "_CELLS", 200)
    parts = module.balls(x, y, 3)
    assert (whole.inside == parts.inside).all() and (whole.reached == parts.reached).all()


def test_equal_sets_are_faithful_and_diverse() -> None:
    x = vectors(40, 3, 1)
    for name in NAMES:
        found = image_distance(name, x, x)
        assert found.value >= 1.0 if name == "generative_density" else found.value == 1.0


def test_one_mode_is_precise_and_not_diverse() -> None:
    rng = np.random.default_rng(0)
    real = np.concatenate([rng.normal(size=(60, 3)), rng.normal(size=(60, 3)) + 50])
    made = rng.normal(size=(120, 3)) * 0.5
    found = {name: image_distance(name, made, real) for name in NAMES}
    assert found["generative_precision"].value > 0.9
    assert found["generative_recall"].high < 0.6 and found["generative_coverage"].high < 0.62
    assert found["generative_precision"].method == "wilson"
    assert found["generative_density"].method == "jackknife:influence"


@pytest.mark.parametrize("name", NAMES)
def test_a_weight_of_two_is_the_image_twice(name: str) -> None:
    metric = DISTANCES[name](scorer="f")
    frame = frame_of(vectors(30, 4, 1), vectors(25, 4, 2))
    weights = np.random.default_rng(0).integers(0, 4, 55)
    direct = float(metric.value(metric.columns(frame), weights.astype(float)))
    assert direct == pytest.approx(one(metric, frame.take(np.repeat(np.arange(55), weights))).value, rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_too_few_images_are_undefined(name: str) -> None:
    found = image_distance(name, vectors(5, 3, 1), vectors(9, 3, 2))
    assert math.isnan(found.value) and found.reason == f"{name} is undefined for 5 generated and 9 real images"


def test_wrong_option_is_refused() -> None:
    with pytest.raises(ConfigError, match="'k' must be a whole number of at least 1, got 0"):
        image_distance("generative_recall", vectors(9, 3, 1), vectors(9, 3, 2), k=0)
