"""Calls per second of the busy span."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.metrics import Frame, create, estimate
from evalium.metrics.busy import busy_span


def test_a_pause_does_not_count() -> None:
    frame = Frame.from_columns({"started_at": [100.0, 101, 5000], "latency": [2.0, 2, 1]})
    assert busy_span(frame).seconds == 4.0
    assert estimate(create("throughput")[0], frame)["throughput"].value == 0.75


def test_queue_and_retries_are_busy_time_and_cached_answers_none() -> None:
    frame = Frame.from_columns(
        {
            "started_at": [10, 20, 30],
            "latency": [1, 1, 1],
            "queue_time": [1, None, 0],
            "retry_time": [2, None, 0],
            "cached": [0, 0, 1],
            "output_tokens": [7, 8, 1000],
        }
    )
    assert busy_span(frame).seconds == 5.0
    tokens = estimate(create("token_throughput")[0], frame)["token_throughput"]
    assert (tokens.value, tokens.n, tokens.n_missing, tokens.unit) == (3.0, 2, 1, "token/s")


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 9)), min_size=1, max_size=25))
def test_busy_span_is_the_union_of_calls(calls: list[tuple[int, int]]) -> None:
    busy = {second for start, length in calls for second in range(start, start + length)}
    columns = {"started_at": [s for s, _ in calls], "latency": [d for _, d in calls]}
    span = busy_span(Frame.from_columns(columns))
    assert span.seconds == len(busy)
    for (start, length), ended in zip(calls, span.ended, strict=True):
        assert ended == sum(second < start + length for second in busy)


def test_interval_from_batches_covers_a_poisson_stream() -> None:
    covered = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        start = 1e6 + np.cumsum(rng.exponential(0.5, 400))
        frame = Frame.from_columns({"started_at": start, "latency": np.full(400, 5.0)})
        found = estimate(create("throughput")[0], frame)["throughput"]
        covered += found.low <= 2.0 <= found.high
    assert covered >= 180


def test_a_machine_by_the_hour() -> None:
    rng = np.random.default_rng(1)
    start = 1e6 + np.cumsum(rng.exponential(0.5, 400))
    frame = Frame.from_columns({"started_at": start, "latency": np.full(400, 5.0)})
    rate = estimate(create("throughput")[0], frame)["throughput"]
    cost = estimate(create({"machine_cost_per_call": {"per_hour": 7.2}})[0], frame)["machine_cost_per_call"]
    assert cost.value == pytest.approx(0.002 / rate.value)
    assert (cost.low, cost.high) == pytest.approx((0.002 / rate.high, 0.002 / rate.low))
    assert (cost.unit, cost.higher_is_better) == ("USD", False)
    priced = replace(frame, hourly_price=7.2)
    assert estimate(create("machine_cost_per_call")[0], priced)["machine_cost_per_call"].value == cost.value
    thousand = estimate(create("machine_cost_per_1000")[0], priced)["machine_cost_per_1000"]
    assert thousand.value == pytest.approx(1000 * cost.value)
    total = estimate(create("machine_cost_total")[0], priced)["machine_cost_total"]
    assert total.value == pytest.approx(cost.value * 400)
    unpriced = estimate(create("machine_cost_per_call")[0], frame)["machine_cost_per_call"]
    assert not unpriced.defined and unpriced.reason == "the model has no price per hour"


def test_too_few_calls_have_no_interval() -> None:
    frame = Frame.from_columns({"started_at": [1, 2], "latency": [1, 1]})
    found = estimate(create("throughput")[0], frame)["throughput"]
    assert found.value == 1.0 and math.isnan(found.low) and "n_too_small" in found.flags


def test_cached_answers_keep_their_latency_and_say_so() -> None:
    frame = Frame.from_columns({"latency": [1, 3], "cached": [True, False], "cost": [0.5, 1.5]})
    for name, value in (("latency_mean", 2.0), ("latency_p50", 2.0), ("cost_per_call", 1.0)):
        found = estimate(create(name)[0], frame)[name]
        assert found.value == value and "includes_cached" in found.flags
