"""Rates that count true negatives, and what a constant answer would get."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.metrics import Frame, Metric, ScorerInfo, create_all, evaluate
from evalium.metrics.constant_baseline import CONSTANT_WOULD_PASS, Trap, constant_baseline, imbalance_traps
from evalium.metrics.imbalance import Gmean, JaccardIndex, f2
from evalium.metrics.one_vs_rest import Fnr, Fpr, Npv, OneVsRest, Specificity
from tests.batches import BATCH, Rng, ten_thousand
from tests.extras import require_extra
from tests.metrics.classified import Array, by_case, classes, only, probabilities

sk = require_extra("sklearn.metrics")

NAMES = np.array(["a", "b", "c"])
PAIRS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30)


def ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom else math.nan


def check(pairs: list[tuple[int, int]]) -> None:
    true, predicted = (NAMES[np.array(column)] for column in zip(*pairs, strict=True))
    frame = classes(predicted, true)
    found = sorted({*true, *predicted})
    cells = sk.multilabel_confusion_matrix(true, predicted, labels=found)
    oracles: dict[type[OneVsRest], list[float]] = {Specificity: [], Npv: [], Fpr: [], Fnr: []}
    for (tn, fp), (fn, tp) in cells:
        oracles[Specificity].append(ratio(tn, tn + fp))
        oracles[Npv].append(ratio(tn, tn + fn))
        oracles[Fpr].append(ratio(fp, tn + fp))
        oracles[Fnr].append(ratio(fn, tp + fn))
    for kind, each in oracles.items():
        defined = [x for x in each if not math.isnan(x)]
        macro = float(np.mean(defined)) if defined else math.nan
        assert only(kind(scorer="s", average="macro"), frame).value == pytest.approx(macro, rel=1e-9, nan_ok=True)
        last = kind(scorer="s", positive=found[-1])
        assert only(last, frame).value == pytest.approx(each[-1], rel=1e-12, nan_ok=True)
    expected = sk.jaccard_score(true, predicted, average="macro", zero_division=0)
    assert only(JaccardIndex(scorer="s"), frame).value == pytest.approx(expected, rel=1e-9)
    expected = sk.fbeta_score(true, predicted, beta=2, average="macro", zero_division=0)
    assert only(f2(scorer="s"), frame).value == pytest.approx(expected, rel=1e-9)
    recalls = sk.recall_score(true, predicted, average=None, labels=sorted(set(true)))
    expected = float(np.prod(recalls)) ** (1 / len(recalls))
    assert only(Gmean(scorer="s"), frame).value == pytest.approx(expected, rel=1e-9, abs=1e-12)


@settings(max_examples=200)
@given(PAIRS)
def test_equals_sklearn(pairs: list[tuple[int, int]]) -> None:
    check(pairs)


def check_batch(rng: Rng, n: int) -> int:
    """Cases of `n` units; scikit-learn takes the classes of all of them at once, and only the means are taken here."""
    true, predicted = np.minimum(rng.integers(0, rng.choice([2, 3, 6], (2, BATCH, 1)), (2, BATCH, n)), 2)
    frame, cases = classes(NAMES[predicted].ravel(), NAMES[true].ravel()), np.arange(BATCH * n).reshape(BATCH, n)
    sides = [side[..., None] == np.arange(3) for side in (true, predicted)]
    columns = [side.transpose(1, 0, 2).reshape(n, -1) for side in sides]
    wanted, occurs = sides[0].any(axis=1), (sides[0] | sides[1]).any(axis=1)

    def same(metric: Metric, expected: Array) -> None:
        np.testing.assert_allclose(by_case([metric], frame, cases)[0], expected, rtol=1e-9, atol=1e-12)

    (tn, fp), (fn, tp) = sk.multilabel_confusion_matrix(*columns).reshape(BATCH, 3, 2, 2).transpose(2, 3, 0, 1)
    with np.errstate(invalid="ignore"):
        rates = {Specificity: tn / (tn + fp), Npv: tn / (tn + fn), Fpr: fp / (fp + tn), Fnr: fn / (fn + tp)}
        for kind, each in rates.items():
            defined = occurs & ~np.isnan(each)
            macro = np.where(defined, each, 0).sum(axis=1) / defined.sum(axis=1)
            same(kind(scorer="s", average="macro"), macro)
            same(kind(scorer="s", positive="c"), each[:, 2])
    overlaps = sk.jaccard_score(*columns, average=None, zero_division=0).reshape(BATCH, 3)
    same(JaccardIndex(scorer="s"), (overlaps * occurs).sum(axis=1) / occurs.sum(axis=1))
    scores = sk.fbeta_score(*columns, beta=2, average=None, zero_division=0).reshape(BATCH, 3)
    same(f2(scorer="s"), (scores * occurs).sum(axis=1) / occurs.sum(axis=1))
    recalls = sk.recall_score(*columns, average=None, zero_division=0).reshape(BATCH, 3)
    same(Gmean(scorer="s"), np.where(wanted, recalls, 1).prod(axis=1) ** (1 / wanted.sum(axis=1)))
    check(list(zip(true[0].tolist(), predicted[0].tolist(), strict=True)))
    return BATCH


@pytest.mark.slow
def test_equals_sklearn_ten_thousand_times() -> None:
    ten_thousand(check_batch, n=st.integers(1, 30))


FRAUD = ["fraud"] * 5 + ["ok"] * 995


def traps(answers: list[str], names: list[str]) -> dict[str, Trap]:
    frame = Frame.from_columns(
        {"s.label": answers, "s.target": FRAUD, "s.value": [a == t for a, t in zip(answers, FRAUD, strict=True)]}
    )
    metrics = create_all([f"s.{name}" for name in names], [ScorerInfo("s", "label")])
    return {trap.key: trap for trap in imbalance_traps(metrics, frame, evaluate(metrics, frame, bootstrap=200))}


def test_a_model_that_never_says_fraud_is_caught() -> None:
    found = traps(["ok"] * 1000, ["mcc", "balanced_accuracy", "accuracy", "f1_macro"])
    accuracy = found["s.accuracy"]
    assert next(iter(found)) == "s.accuracy"
    assert (accuracy.value, accuracy.constant, accuracy.answer) == (0.995, 0.995, "ok")
    assert accuracy.flags == (CONSTANT_WOULD_PASS,) and accuracy.misleading == pytest.approx(0.995)
    assert found["s.balanced_accuracy"].flags == (CONSTANT_WOULD_PASS,)
    assert "s.mcc" not in found, "undefined for a constant answer, so it gives nothing away"


def test_a_useful_model_is_not() -> None:
    answers = ["fraud"] * 4 + ["ok"] * 986 + ["fraud"] * 10
    found = traps(answers, ["accuracy", "balanced_accuracy", "f1_macro"])
    assert found["s.accuracy"].flags == (CONSTANT_WOULD_PASS,), "0.989 is less than what answering ok gets"
    for key in ("s.balanced_accuracy", "s.f1_macro"):
        assert CONSTANT_WOULD_PASS not in found[key].flags
    assert found["s.balanced_accuracy"].skill == pytest.approx((0.8 + 985 / 995) / 2 * 2 - 1, abs=0.01)


def test_baselines_equal_the_metric_of_a_constant_answer() -> None:
    rng = np.random.default_rng(0)
    true = rng.choice(NAMES, 200, p=[0.8, 0.15, 0.05])
    frame = classes(rng.choice(NAMES, 200), true)
    for name in ("balanced_accuracy", "f1_macro", "accuracy", "f1_weighted"):
        metric = create_all([f"s.{name}"], [ScorerInfo("s", "label")])[0]
        best = (
            max(only(metric, classes([c] * 200, true)).value for c in NAMES)
            if name != "accuracy"
            else np.mean(true == "a")
        )
        assert constant_baseline(metric, frame)[metric.key].value == pytest.approx(best, rel=1e-12)


def test_baselines_of_probabilities_are_those_of_the_frequencies() -> None:
    rng = np.random.default_rng(1)
    true = (rng.random(500) < 0.02).astype(int)
    frame = probabilities(rng.random(500), true)
    names = ["s.roc_auc", "s.pr_auc", "s.brier", "s.log_loss"]
    share, even = true.mean(), np.full(500, true.mean())
    expected = (0.5, share, sk.brier_score_loss(true, even), sk.log_loss(true, even))
    for metric, value in zip(create_all(names, [ScorerInfo("s", "probability")]), expected, strict=True):
        assert constant_baseline(metric, frame)[metric.key].value == pytest.approx(value, rel=1e-9)
