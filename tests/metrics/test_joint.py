"""Joint draws of several metrics of several models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evalium.core import ConfigError, DataError
from evalium.metrics import Frame, Joint, Metric, ScorerInfo, create_all, estimate, joint, joint_draws

N = 400
SCORERS = [ScorerInfo("exact"), ScorerInfo("label", "label")]
METRICS = ("exact", "f1_macro", "latency_p50", "cost_per_call")


def frame(seed: int, n: int = N, clusters: bool = False) -> Frame:
    rng = np.random.default_rng([7, seed])
    hard = np.random.default_rng(5).random(n)
    right = (rng.random(n) + hard < 1.2).astype(float)
    target = np.random.default_rng(6).integers(0, 3, n)
    found = Frame.from_columns(
        {
            "exact.value": right,
            "label.label": [f"c{t if r else (t + 1) % 3}" for t, r in zip(target, right, strict=True)],
            "label.target": [f"c{t}" for t in target],
            "latency": rng.lognormal(0, 0.5, n),
            "cost": 0.01 * (1 + hard + 0.1 * rng.random(n)),
        }
    )
    return replace(found, clusters=(np.arange(n) // 4).astype(np.int32)) if clusters else found


def metrics(*names: str) -> list[Metric]:
    return create_all(names or METRICS, SCORERS)


def drawn(names: tuple[str, ...], clusters: bool = False, B: int = 2000) -> Joint:
    return joint(metrics(*names), [frame(1, clusters=clusters), frame(2, clusters=clusters)], bootstrap=B)


@pytest.mark.parametrize("clusters", [False, True])
@pytest.mark.parametrize("names", [METRICS, ("exact", "f1_macro", "cost_per_call")])
def test_draws_have_the_values_as_centre_and_the_spread_of_each_metric(names: tuple[str, ...], clusters: bool) -> None:
    found = drawn(names, clusters)
    assert found.draws.shape == (2000, 2, len(names)) and found.keys == names
    assert found.n_clusters == (N // 4 if clusters else None)
    for m, seed in enumerate((1, 2)):
        whole = frame(seed, clusters=clusters)
        for k, metric in enumerate(metrics(*names)):
            one = estimate(metric, whole)[metric.key]
            assert found.values[m, k] == pytest.approx(one.value, abs=1e-12)
            low, high = np.quantile(found.draws[:, m, k], [0.025, 0.975])
            assert (high - low) == pytest.approx(one.high - one.low, rel=0.25)


def test_what_models_find_hard_together_stays_together() -> None:
    costs = drawn(("cost_per_call",)).draws[:, :, 0]
    assert np.corrcoef(costs.T)[0, 1] > 0.95
    difference = (costs[:, 0] - costs[:, 1]).std()
    assert difference < 0.3 * np.hypot(*costs.std(axis=0))


def test_normal_draws_of_many_units_agree_with_the_bootstrap(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("exact", "f1_macro", "cost_per_call", "latency_p50")
    exact = drawn(names, B=4000)
    monkeypatch.setattr(joint_draws, "MOST_WEIGHTS", 400 * N)
    normal = drawn(names, B=4000)
    assert normal.method == "bootstrap:400:normal" and exact.method == "bootstrap"
    assert normal.draws.std(axis=0) == pytest.approx(exact.draws.std(axis=0), rel=0.15)
    a, b = (np.corrcoef(found.draws.reshape(4000, -1).T) for found in (normal, exact))
    assert a == pytest.approx(b, abs=0.15)


def test_equal_seeds_give_equal_draws() -> None:
    assert np.array_equal(drawn(METRICS, B=50).draws, drawn(METRICS, B=50).draws)


def test_a_metric_that_no_unit_has_is_undefined_and_not_0() -> None:
    found = joint(metrics("exact", "ttft_p50"), [frame(1)], bootstrap=20)
    assert np.isnan(found.values[0, 1]) and np.isnan(found.draws[:, 0, 1]).all()
    assert not np.isnan(found.draws[:, 0, 0]).any()


def test_bad_input_is_refused() -> None:
    with pytest.raises(DataError, match="same units"):
        joint(metrics("exact"), [frame(1), frame(2, n=10)])
    with pytest.raises(ConfigError, match="number for each of"):
        joint(metrics("f1_per_class"), [frame(1)])
