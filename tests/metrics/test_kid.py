from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError
from evalium.metrics.image_distance import image_distance
from evalium.metrics.kid import Kid, discrepancy
from tests.batches import Rng, each, ten_thousand
from tests.extras import require_extra
from tests.metrics.feature_sets import Floats, frame_of, one, vectors

KID = Kid(scorer="f")


def by_definition(x: Floats, y: Floats) -> float:
    """The unbiased estimator, pair by pair."""

    def kernel(a: Floats, b: Floats) -> float:
        return float((a @ b / len(a) + 1) ** 3)

    n, m = len(x), len(y)
    xx = math.fsum(kernel(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    yy = math.fsum(kernel(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return xx + yy - 2 * math.fsum(kernel(a, b) for a in x for b in y) / (n * m)


def check_case(n: int, m: int, d: int, seed: int) -> None:
    x, y = vectors(n, d, seed), vectors(m, d, seed + 1, shift=0.3)
    assert discrepancy(x, y, np.ones(n), np.ones(m)) == pytest.approx(by_definition(x, y), rel=1e-9, abs=1e-12)


CASES = {"n": st.integers(2, 9), "m": st.integers(2, 9), "d": st.integers(1, 9), "seed": st.integers(0, 10**6)}


@given(**CASES)
@settings(max_examples=200)
def test_equals_the_definition(n: int, m: int, d: int, seed: int) -> None:
    check_case(n, m, d, seed)


def drawn(rng: Rng) -> tuple[int, ...]:
    return *rng.integers([2, 2, 1], 10).tolist(), int(rng.integers(10**6))


@pytest.mark.slow
def test_ten_thousand_cases_equal_the_definition() -> None:
    ten_thousand(each(check_case, drawn))


@pytest.mark.parametrize(("n", "d"), [(50, 16), (300, 64)])
def test_equals_torchmetrics(n: int, d: int) -> None:
    torch = require_extra("torch")
    require_extra("torchmetrics")
    from torchmetrics.image.kid import poly_mmd

    x, y = vectors(n, d, 1), vectors(n, d, 2, shift=0.1)
    found = float(poly_mmd(torch.from_numpy(x), torch.from_numpy(y)))
    assert image_distance("kid", x, y).value == pytest.approx(found, rel=1e-9)
    # A subset that is the whole set leaves nothing to chance.
    assert image_distance("kid", x, y, subsets=3, subset_size=n).value == pytest.approx(found, rel=1e-9)


def test_unbiased_and_its_interval_covers_no_difference() -> None:
    found = [image_distance("kid", vectors(60, 8, 2 * s), vectors(60, 8, 2 * s + 1)) for s in range(100)]
    values = np.array([e.value for e in found])
    assert abs(values.mean()) < 3 * values.std() / math.sqrt(100)
    assert sum(e.low <= 0 <= e.high for e in found) >= 90


def test_interval_is_as_wide_as_the_values_of_new_samples_spread() -> None:
    found = [image_distance("kid", vectors(150, 8, 2 * s), vectors(100, 8, 2 * s + 1, shift=0.3)) for s in range(80)]
    widths = [(e.high - e.low) / 2 / 1.969 for e in found]
    assert np.mean(widths) == pytest.approx(np.std([e.value for e in found]), rel=0.25)


def test_subsets_do_not_depend_on_the_order_of_images() -> None:
    metric = Kid(scorer="f", subsets=5, subset_size=10)
    frame = frame_of(vectors(40, 4, 1), vectors(30, 4, 2))
    shuffled = frame.take(np.random.default_rng(0).permutation(70))
    assert one(metric, frame).value == pytest.approx(one(metric, shuffled).value, rel=1e-12)
    assert "subsets:5" in metric.signature and "subset_size:10" in metric.signature


def test_a_weight_of_two_is_the_image_twice() -> None:
    frame = frame_of(vectors(30, 4, 1), vectors(25, 4, 2))
    weights = np.random.default_rng(0).integers(0, 4, 55)
    direct = KID.value(KID.columns(frame), weights.astype(float))
    assert float(direct) == pytest.approx(one(KID, frame.take(np.repeat(np.arange(55), weights))).value, rel=1e-9)


@pytest.mark.parametrize(("n", "m"), [(0, 5), (1, 5), (5, 1)])
def test_too_few_images_are_undefined(n: int, m: int) -> None:
    found = one(KID, frame_of(vectors(n, 3, 1), vectors(m, 3, 2)))
    assert math.isnan(found.value) and "undefined" in str(found.reason)


def test_two_images_have_a_value_without_an_interval() -> None:
    found = one(KID, frame_of(vectors(2, 3, 1), vectors(2, 3, 2)))
    assert found.defined and math.isnan(found.low)


@pytest.mark.parametrize("options", [{"subsets": -1}, {"subset_size": 1}])
def test_wrong_options_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="subset"):
        Kid(scorer="f", **options)


def test_a_subset_larger_than_a_set_is_refused() -> None:
    with pytest.raises(ConfigError, match="subset_size 1000 is more than the 9 images"):
        image_distance("kid", vectors(9, 3, 1), vectors(20, 3, 2), subsets=2)
