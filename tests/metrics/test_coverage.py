"""Whether intervals of corpus metrics cover as they say: seeded simulations."""

from __future__ import annotations

import numpy as np
import pytest

from evalium.metrics import Frame, How, ScorerInfo, create, estimate

RUNS = 500
NOISE = 3 * np.sqrt(0.95 * 0.05 / RUNS)


def labels(rng: np.random.Generator, n: int) -> dict[str, list[str]]:
    """A classifier that is right with 0.8 and has three classes of 0.6, 0.3 and 0.1."""
    true = rng.choice(3, n, p=[0.6, 0.3, 0.1])
    guess = np.where(rng.random(n) < 0.8, true, rng.choice(3, n))
    return {"c.label": ["xyz"[g] for g in guess], "c.target": ["xyz"[t] for t in true]}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["f1_macro", "mcc", "cohen_kappa"])
def test_bootstrap_of_class_metrics(name: str) -> None:
    metric = create(name, [ScorerInfo("c", "label")])[0]
    truth = estimate(metric, Frame.from_columns(labels(np.random.default_rng(99), 400_000)), How(bootstrap=2))[
        name
    ].value
    covered = 0
    for i in range(RUNS):
        rng = np.random.default_rng([7, i])
        found = estimate(metric, Frame.from_columns(labels(rng, 150)), How(bootstrap=600, seed=(str(i),)))[name]
        covered += found.low <= truth <= found.high
    assert covered / RUNS == pytest.approx(0.95, abs=NOISE)


@pytest.mark.slow
def test_naive_intervals_of_clustered_units_are_too_narrow_and_ours_are_not() -> None:
    """40 users of 10 units whose difficulty they share (icc about 0.3), macro F1."""
    metric = create("f1_macro", [ScorerInfo("c", "label")])[0]

    def run(rng: np.random.Generator, users: int) -> dict[str, list[str]]:
        skill = np.repeat(rng.choice([0.5, 0.95], users), 10)
        true = rng.choice(3, users * 10)
        guess = np.where(rng.random(users * 10) < skill, true, rng.choice(3, users * 10))
        return {"c.label": ["xyz"[g] for g in guess], "c.target": ["xyz"[t] for t in true]}

    truth = estimate(metric, Frame.from_columns(run(np.random.default_rng(98), 30_000)), How(bootstrap=2))[
        "f1_macro"
    ].value
    naive = clustered = 0
    for i in range(RUNS):
        columns = run(np.random.default_rng([8, i]), 40)
        how = How(bootstrap=400, seed=(str(i),))
        plain = estimate(metric, Frame.from_columns(columns), how)["f1_macro"]
        grouped = estimate(metric, Frame.from_columns({**columns, "cluster": np.arange(400) // 10}), how)["f1_macro"]
        naive += plain.low <= truth <= plain.high
        clustered += grouped.low <= truth <= grouped.high
    assert naive / RUNS < 0.88
    assert clustered / RUNS == pytest.approx(0.94, abs=NOISE)
