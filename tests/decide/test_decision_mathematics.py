"""Frontier, weighted matrix and costs of operation against brute force and worked figures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evalium.core import ConfigError
from evalium.decide.matrix import any_weights_share, ranks, scale_of, shares_of, weight_ranges, weighted
from evalium.decide.ownership import (
    Costs,
    Ownership,
    check_ownership,
    costs_of,
    error_break_even,
    total_calls,
    traffic_break_even,
)
from evalium.decide.pareto import first_share, frontier, frontier_share


@pytest.mark.parametrize("seed", range(20))
def test_the_frontier_is_what_pairwise_comparison_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 4, (30, 7, 3)).astype(float)
    values[rng.random(values.shape) < 0.05] = np.nan
    found = frontier(values)
    for b, draw in enumerate(values):
        for m, mine in enumerate(draw):
            beaten = any((other >= mine).all() and (other > mine).any() for other in draw)
            assert found[b, m] == (not beaten and not np.isnan(mine).any())
    assert frontier_share(values) == pytest.approx(found.mean(axis=0))


def test_first_places_are_shared_by_ties_and_never_undefined() -> None:
    draws = np.array([[1.0, 1.0, 0.0], [np.nan, 0.0, 1.0], [np.nan] * 3])
    assert first_share(draws) == pytest.approx([0.5 / 3, 0.5 / 3, 1 / 3])


@pytest.mark.parametrize("seed", range(10))
def test_weights_may_move_as_far_as_said_and_no_further(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scaled = rng.random((5, 4))
    shares = shares_of(dict(zip("abcd", rng.random(4), strict=True)))
    winner = int(weighted(scaled, [*shares.values()]).argmax())
    for k, moved in enumerate(weight_ranges(scaled, shares, winner)):
        assert 0 <= moved.low <= moved.share <= moved.high <= 1
        for end, other, step in ((moved.low, moved.below, -1e-6), (moved.high, moved.above, 1e-6)):
            inside, outside = (_scores(scaled, shares, k, end + sign * step) for sign in (-1, 1))
            assert inside.argmax() == winner
            assert (other is None) == (end in (0.0, 1.0))
            if other is not None:
                assert outside.argmax() == other != winner


def _scores(scaled: np.ndarray, shares: dict[str, float], k: int, share: float) -> np.ndarray:
    weights = np.array([*shares.values()])
    rest = np.delete(weights, k)
    moved = np.insert(rest / rest.sum() * (1 - share), k, share)
    return scaled @ moved


def test_any_weights_and_ranks() -> None:
    assert any_weights_share(np.array([[1.0, 1.0], [0.5, 0.2]])).tolist() == [1.0, 0.0]
    drawn = ranks(np.array([[3.0, 1.0, 2.0], [1.0, np.nan, 1.0]]))
    assert drawn.tolist() == [[1, 3, 2], [1.5, 3, 1.5]]


def test_scales_are_declared_or_those_of_the_models() -> None:
    latency = np.array([2.0, 1.0, 4.0])
    assert scale_of("latency", latency, None, higher=False).of(latency) == pytest.approx([2 / 3, 1, 0])
    assert scale_of("latency", latency, (3.0, 1.0), higher=False).of(latency) == pytest.approx([0.5, 1, 0])
    same = np.array([0.5, 0.5])
    assert scale_of("a", same, None, higher=True).of(same).tolist() == [1.0, 1.0]
    with pytest.raises(ConfigError, match="lies above the best"):
        scale_of("latency", latency, (1.0, 3.0), higher=False)


@pytest.mark.parametrize(
    ("weights", "said"), [({"a": -1.0}, "at least 0"), ({"a": math.nan}, "at least 0"), ({"a": 0.0}, "above 0")]
)
def test_weights_that_weigh_nothing_are_refused(weights: dict[str, float], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        shares_of(weights)


def _costs(plan: Ownership, model: str, price: float, wrong: float = 0.0, spread: float = 0.0) -> Costs:
    drawn = price + spread * np.random.default_rng(1).standard_normal(4000)
    return costs_of(plan, model, price, drawn, wrong, np.full(4000, wrong))


def test_costs_grow_with_the_traffic() -> None:
    plan = Ownership(calls_per_month=1000, months=24, growth=0.05, setup={"own": 500}, fixed={"own": 100, "*": 0})
    calls = sum(1000 * 1.05**month for month in range(24))
    assert total_calls(plan) == pytest.approx(calls)
    own, api = _costs(plan, "own", 0.001), _costs(plan, "api", 0.01, wrong=0.02)
    assert own.total == pytest.approx(500 + 2400 + 0.001 * calls)
    assert api.total == pytest.approx(0.03 * calls) and api.errors == pytest.approx(0.02 * calls)


def test_models_cost_the_same_at_the_break_even() -> None:
    plan = Ownership(calls_per_month=1, months=12, growth=0.1, fixed={"own": 300}, setup={"own": 1000})
    own, api = _costs(plan, "own", 0.002), _costs(plan, "api", 0.010, spread=0.001)
    found = traffic_break_even(plan, own, api)
    assert (found.cheap_below, found.cheap_above) == (1, 0) and found.low < found.value < found.high
    at = Ownership(calls_per_month=found.value, months=12, growth=0.1, fixed={"own": 300}, setup={"own": 1000})
    assert _costs(at, "own", 0.002).total == pytest.approx(_costs(at, "api", 0.010).total)
    assert math.isnan(traffic_break_even(plan, _costs(plan, "own", 0.02), _costs(plan, "api", 0.01)).value)


def test_three_points_of_accuracy_for_a_cent_and_a_half() -> None:
    rng = np.random.default_rng(0)
    draws = (np.full(4000, 0.015), rng.normal(-0.03, 0.01, 4000))
    found = error_break_even((0.020, 0.10), (0.005, 0.13), draws)
    assert found.value == pytest.approx(0.5) and found.cheap_below == 1
    assert found.low == pytest.approx(0.015 / 0.0496, rel=0.05)
    assert found.high == pytest.approx(0.015 / 0.0104, rel=0.15)
    assert math.isnan(error_break_even((0.02, 0.13), (0.005, 0.10), draws).value)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"calls_per_month": -1}, "calls_per_month"),
        ({"months": 0}, "months"),
        ({"growth": -1.0}, "growth"),
        ({"review_share": 1.5}, "review_share"),
        ({"fixed": {"m": -3.0}}, r"fixed\.m"),
        ({"error_cost": math.nan}, "error_cost"),
    ],
)
def test_costs_that_make_no_sense_are_refused(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(ConfigError, match=rf"decide\.ownership\.{field}"):
        check_ownership(Ownership(**{"calls_per_month": 10.0, **wrong}))  # type: ignore[arg-type]
