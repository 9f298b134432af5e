"""Differences of two runs on the same units."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evalium.core import DataError
from evalium.metrics import Difference, Frame, ScorerInfo, create, paired
from evalium.stats import mde_paired, paired_cluster, paired_t
from tests.metrics.frames import built_in, rich_frame

EXACT = [ScorerInfo("s", "binary")]


def compare(spec: Any, a: Frame, b: Frame, **options: Any) -> Difference:
    [metric] = create(spec, [ScorerInfo("s", "graded", low=None, high=None), ScorerInfo("c", "label")])
    return next(iter(paired(metric, a, b, **options).values()))


def values(x: Any, **columns: Any) -> Frame:
    return Frame.from_columns({"s.value": x, **columns})


def test_gsm8k_verification_against_finetuning(shared_data: Path) -> None:
    with gzip.open(shared_data / "gsm8k" / "example_model_solutions.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    right = {
        name: values([row[name]["is_correct"] for row in rows]) for name in ("175b_verification", "175b_finetuning")
    }
    d = compare("s", right["175b_verification"], right["175b_finetuning"])
    assert (d.extra["only_a"], d.extra["only_b"]) == (360, 76)
    assert d.a.value == pytest.approx(742 / 1319) and d.b.value == pytest.approx(458 / 1319)
    assert d.difference.value == pytest.approx(284 / 1319) and d.test == "mcnemar:mid-p" and d.p < 1e-40
    assert d.difference.method == "newcombe:paired" and d.difference.low > 0.18 and d.difference.high < 0.25
    spread = 436 / 1319 - (284 / 1319) ** 2
    assert d.mde == pytest.approx(mde_paired(1319, math.sqrt(spread)))


def test_graded_is_a_paired_t() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.random(40), rng.random(40)
    d, expected = compare("s", values(a), values(b)), paired_t(a - b)
    assert d.p == expected.p and d.test == "paired_t" and d.n == 40
    assert expected.interval and (d.difference.low, d.difference.high) == (
        expected.interval.low,
        expected.interval.high,
    )


def test_clusters_of_either_run_count() -> None:
    rng = np.random.default_rng(1)
    a, b, clusters = rng.random(40), rng.random(40), np.arange(40) // 2
    expected = paired_cluster(np.bincount(clusters, weights=a - b), np.full(20, 2))
    for first, second in (({"cluster": clusters}, {}), ({}, {"cluster": clusters})):
        d = compare("s", values(a, **first), values(b, **second))
        assert d.p == pytest.approx(expected.p) and d.difference.n_clusters == 20


def test_only_complete_pairs_count() -> None:
    d = compare("s", values([1, 0, None, 1, 0.5]), values([0, None, 1, 1, 0.5]))
    assert (d.n, d.difference.n, d.difference.n_missing) == (3, 3, 2)
    assert d.a.value == pytest.approx(2.5 / 3) and d.difference.value == pytest.approx(1 / 3)


def test_no_pair_is_undefined() -> None:
    d = compare("s", values([1, None]), values([None, 1]))
    assert not d.difference.defined and math.isnan(d.p) and d.difference.reason and d.n == 0
    single = compare("s", values([1.0]), values([0.5]))
    assert single.difference.value == 0.5 and math.isnan(single.difference.low) and math.isnan(single.p)


def test_frames_of_other_length_are_refused() -> None:
    with pytest.raises(DataError, match=r"got 2 and 1: call align\(\) first"):
        compare("s", values([1, 0]), values([1]))


def test_classes_of_both_runs_stand_side_by_side() -> None:
    targets = ["x", "y", "y", "z"] * 20
    a = Frame.from_columns({"c.label": ["x", "y", "y", "w"] * 20, "c.target": targets})
    b = Frame.from_columns({"c.label": ["x", "y", "x", "v"] * 20, "c.target": targets})
    found = paired(create("f1_per_class", [ScorerInfo("c", "label")])[0], a, b, bootstrap=200)
    assert list(found) == [f"f1_per_class[{c}]" for c in "vwxyz"]
    assert found["f1_per_class[y]"].difference.value == pytest.approx(1 - 2 / 3)
    assert not found["f1_per_class[v]"].difference.defined
    macro = compare("f1_macro", a, b, bootstrap=400)
    assert macro.p < 0.02 and macro.difference.low > 0 and macro.test.startswith("bootstrap")


def test_shared_weights_see_small_differences() -> None:
    """The paired interval is far narrower than two independent ones."""
    a = rich_frame(400)
    changed = a.category("intent.label").codes.copy()
    wrong = np.flatnonzero(changed != a.category("intent.target").codes)[:8]
    changed[wrong] = a.category("intent.target").codes[wrong]
    labels = [a.category("intent.label").values[c] for c in changed]
    b = rich_frame(400, **{"intent.label": labels})
    [d] = paired(built_in("f1_macro"), b, a).values()
    assert d.difference.low > 0 and d.difference.high - d.difference.low < 0.5 * (d.a.high - d.a.low)


@pytest.mark.parametrize(
    "name", ["latency_p50", "f1_macro", "roc_auc", "pr_auc", "word_perplexity", "cost_total", "log_loss"]
)
def test_sign_and_evidence(name: str) -> None:
    """A run that is worse everywhere is found to be."""
    good = rich_frame(300)
    slower = {"latency": good.number("latency") * 1.5, "cost": good.number("cost") * 1.5}
    noise = np.random.default_rng(9).dirichlet(np.ones(3), 300)
    p = 0.2 * good.probabilities["prob"].values + 0.8 * noise
    true = good.category("prob.target").codes
    bad = rich_frame(
        300,
        **slower,
        **{
            "ll.value": good.number("ll.value") * 1.5,
            "prob.probabilities": [dict(zip("abc", row, strict=True)) for row in p.tolist()],
            "prob.value": p[np.arange(300), true],
            "intent.label": ["abc"[c] for c in p.argmax(axis=1)],
        },
    )
    [d] = paired(built_in(name), good, bad, bootstrap=500).values()
    better = d.difference.value > 0 if d.a.higher_is_better else d.difference.value < 0
    assert better and d.p < 0.05 and not d.difference.low <= 0 <= d.difference.high
    assert d.mde > 0 and d.difference.signature.startswith("difference|")


def test_numbers_made_differently_are_flagged() -> None:
    a, b = values([1, 0, 1]), values([1, 1, 1])
    a.signatures["s"], b.signatures["s"] = "exact|case:lower", "exact|case:keep"
    assert "different_signatures" in compare("s", a, b).difference.flags


@pytest.mark.slow
def test_bootstrap_p_keeps_its_level() -> None:
    """Type I error of the same-weights bootstrap for macro F1 at n = 150: 400 seeded runs of two equal models."""
    rng = np.random.default_rng(20)
    metric = create("f1_macro", [ScorerInfo("c", "label")])[0]
    rejected = 0
    for i in range(400):
        t = rng.integers(0, 3, 150)
        sides = [np.where(rng.random(150) < 0.7, t, rng.integers(0, 3, 150)) for _ in range(2)]
        frames = [Frame.from_columns({"c.label": s.astype(str), "c.target": t.astype(str)}) for s in sides]
        rejected += paired(metric, *frames, bootstrap=400, seed=(str(i),))["f1_macro"].p < 0.05
    assert 0.02 <= rejected / 400 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)
