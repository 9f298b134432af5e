"""What a service delivers for its money."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from evalium.core import ConfigError, Estimate
from evalium.metrics import Frame, Metric, estimate
from evalium.metrics.goodput import Goodput, TokensPerSecond
from evalium.metrics.operational import (
    CacheHitRate,
    Energy,
    EnergyTotal,
    ErrorBudget,
    PromptCacheRate,
    QualityPerDollar,
    SlaAttainment,
)
from evalium.metrics.throughput import Throughput


def one(metric: Metric, **columns: Any) -> Estimate:
    return estimate(metric, Frame.from_columns(columns))[metric.key]


CALLS: dict[str, Any] = {
    "status": ["ok", "ok", "timeout", "ok", "missing", "ok", "truncated"],
    "latency": [1.0, 3.0, None, 2.0, None, None, 1.0],
    "cost": [0.01, 0.01, None, 0.05, None, 0.01, 0.01],
}


@pytest.mark.parametrize(
    ("bounds", "value", "n"),
    [({"latency": 2.0}, 3 / 5, 5), ({"cost": 0.02}, 4 / 6, 6), ({"latency": 2.0, "cost": 0.02}, 2 / 5, 5)],
)
def test_sla(bounds: dict[str, Any], value: float, n: int) -> None:
    found = one(SlaAttainment(**bounds), **CALLS)
    assert found.value == pytest.approx(value) and (found.n, found.n_missing) == (n, 7 - n)
    assert found.method == "wilson"


@pytest.mark.parametrize("kind", [SlaAttainment, Goodput])
@pytest.mark.parametrize("bounds", [{}, {"latency": 0.0}, {"cost": -1.0}, {"latency": float("nan")}])
def test_bounds_must_bound(kind: Any, bounds: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="latency|cost"):
        kind(**bounds)


def test_goodput_is_throughput_of_what_is_in_time() -> None:
    rng = np.random.default_rng(0)
    times = {"started_at": 1e9 + np.cumsum(rng.exponential(0.1, 400)), "latency": rng.lognormal(0, 0.5, 400)}
    whole = one(Throughput(), **times)
    assert one(Goodput(latency=1e9), **times).value == whole.value
    some = one(Goodput(latency=1.0), **times)
    assert some.value == pytest.approx(whole.value * np.mean(times["latency"] <= 1.0))
    assert some.low < some.value < some.high and some.unit == "call/s"
    failed = {**times, "status": ["ok"] * 200 + ["error"] * 200}
    assert one(Goodput(latency=1e9), **failed).value == pytest.approx(whole.value / 2)
    assert math.isnan(one(Goodput(latency=1.0), latency=[1.0]).value)


@pytest.mark.parametrize(("failed", "target", "used"), [(0, 0.99, 0.0), (1, 0.99, 1.0), (5, 0.99, 5.0), (5, 0.9, 0.5)])
def test_error_budget(failed: int, target: float, used: float) -> None:
    found = one(ErrorBudget(target=target), status=["error"] * failed + ["ok"] * (100 - failed))
    assert found.value == pytest.approx(used) and found.low <= found.value <= found.high
    assert found.high > 0


def test_error_budget_counts_calls_that_were_made() -> None:
    found = one(ErrorBudget(target=0.5), status=["timeout", "refused_by_filter", "truncated", "ok", "missing"])
    assert found.value == pytest.approx(1.0) and (found.n, found.n_missing) == (4, 1)


@pytest.mark.parametrize("target", [0.0, 1.0, 99.0])
def test_error_budget_needs_a_share(target: float) -> None:
    with pytest.raises(ConfigError, match="target"):
        ErrorBudget(target=target)


def test_caches() -> None:
    assert one(CacheHitRate(), cached=[1, 0, 0, None]).value == pytest.approx(1 / 3)
    tokens = {"cached_tokens": [100, 0, None], "input_tokens": [150, 50, 70]}
    assert one(PromptCacheRate(), **tokens).value == pytest.approx(0.5)
    assert math.isnan(one(PromptCacheRate(), cached_tokens=[0], input_tokens=[0]).value)


def test_tokens_per_second_is_a_ratio_of_totals() -> None:
    calls = {"output_tokens": [10, 90, 50], "latency": [1.0, 3.0, None], "ttft": [0.5, 2.5, 1.0]}
    assert one(TokensPerSecond(), **calls).value == pytest.approx(100 / 4)
    assert one(TokensPerSecond(over="generation"), **calls).value == pytest.approx(100 / 1)
    assert TokensPerSecond(over="generation").needs_stream and not TokensPerSecond().needs_stream
    assert math.isnan(one(TokensPerSecond(over="generation"), output_tokens=[5], latency=[1.0]).value)
    cached = one(TokensPerSecond(), **calls, cached=[1, 0, 0])
    assert "includes_cached" in cached.flags


def test_quality_per_dollar() -> None:
    found = one(QualityPerDollar(scorer="it"), **{"it.value": [1, 0, 0.5], "cost": [0.1, 0.2, None]})
    assert found.value == pytest.approx(1 / 0.3) and found.n_missing == 1 and found.unit == "1/USD"
    free = one(QualityPerDollar(scorer="it"), **{"it.value": [1, 1], "cost": [0, 0]})
    assert math.isnan(free.value) and free.reason == "nothing was spent"


def test_energy() -> None:
    columns = {"e.value": [0.5, 1.5, None]}
    assert one(Energy(scorer="e"), **columns).value == 1.0
    total = one(EnergyTotal(scorer="e"), **columns)
    assert total.value == 2.0 and total.n_missing == 1 and total.unit == "Wh" and total.method == "n*t"
    assert not one(EnergyTotal(scorer="e"), **{"e.value": [None]}).defined
