"""Metrics of label sets and top-k accuracy against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, Record, Status
from evalium.metrics import Metric
from evalium.metrics.multilabel import F1Samples, HammingLoss, Jaccard, PrecisionSamples, RecallSamples, SubsetAccuracy
from evalium.metrics.multilabel_averages import MultilabelF1, MultilabelPrecision, MultilabelRecall
from evalium.metrics.top_k import TopKAccuracy
from evalium.scorers.labels import labels
from tests.batches import BATCH, Rng, ten_thousand
from tests.extras import require_extra
from tests.metrics.classified import Array, by_case, label_sets, only, probabilities

sk = require_extra("sklearn.metrics")

RATIOS = (
    (sk.precision_score, PrecisionSamples, MultilabelPrecision),
    (sk.recall_score, RecallSamples, MultilabelRecall),
    (sk.f1_score, F1Samples, MultilabelF1),
)
CELLS = st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=12)


def check(cells: list[list[int]]) -> None:
    table = np.array(cells)
    true, predicted = table % 2 == 1, table // 2 == 1
    frame = label_sets(predicted, true)
    assert only(SubsetAccuracy(scorer="s"), frame).value == pytest.approx(sk.accuracy_score(true, predicted), rel=1e-12)
    assert only(HammingLoss(scorer="s"), frame).value == pytest.approx(sk.hamming_loss(true, predicted), rel=1e-12)
    expected = sk.jaccard_score(true, predicted, average="samples", zero_division=0)
    assert only(Jaccard(scorer="s", zero_division=0), frame).value == pytest.approx(expected, rel=1e-9)
    for oracle, of_samples, of_labels in RATIOS:
        for ours, theirs in ((0, 0), (1, 1)):
            expected = oracle(true, predicted, average="samples", zero_division=theirs)
            assert only(of_samples(scorer="s", zero_division=ours), frame).value == pytest.approx(expected, rel=1e-9)
            for average in ("macro", "micro"):
                found = only(of_labels(scorer="s", average=average, zero_division=ours), frame).value
                expected = oracle(true, predicted, average=average, zero_division=theirs)
                assert found == pytest.approx(expected, rel=1e-9), (oracle, average)
        found = only(of_labels(scorer="s"), frame).value
        expected = oracle(true, predicted, average="macro", zero_division=np.nan)
        assert found == pytest.approx(expected, rel=1e-9, nan_ok=True)


@settings(max_examples=200)
@given(CELLS)
def test_equals_sklearn(cells: list[list[int]]) -> None:
    check(cells)


def check_batch(rng: Rng, n: int) -> int:
    """Cases of `n` units; scikit-learn takes the columns of all of them at once, and only the means are taken here."""
    chance = rng.choice([0.1, 0.3, 0.5, 0.9], (2, BATCH, 1, 1))
    true, predicted = rng.random((2, BATCH, n, 4)) < chance
    frame = label_sets(predicted.reshape(-1, 4), true.reshape(-1, 4))
    cases = np.arange(BATCH * n).reshape(BATCH, n)

    def same(metric: Metric, expected: Array) -> None:
        np.testing.assert_allclose(by_case([metric], frame, cases)[0], expected, rtol=1e-9, err_msg=str(metric.spec))

    same(SubsetAccuracy(scorer="s"), (true == predicted).all(axis=2).mean(axis=1))
    same(HammingLoss(scorer="s"), (true != predicted).mean(axis=(1, 2)))
    of_samples, of_labels, of_cells = (
        [side.transpose(axes).reshape(-1, size) for side in (true, predicted)]
        for axes, size in (((2, 0, 1), BATCH * n), ((1, 0, 2), BATCH * 4), ((1, 2, 0), BATCH))
    )
    shares = sk.jaccard_score(*of_samples, average=None, zero_division=0)
    same(Jaccard(scorer="s", zero_division=0), shares.reshape(BATCH, n).mean(axis=1))
    for zero in (0, 1):
        for (_, kind, _), each in zip(RATIOS, all_ratios(*of_samples, zero), strict=True):
            same(kind(scorer="s", zero_division=zero), each.reshape(BATCH, n).mean(axis=1))
        for (_, _, kind), each in zip(RATIOS, all_ratios(*of_labels, zero), strict=True):
            same(kind(scorer="s", zero_division=zero), each.reshape(BATCH, 4).mean(axis=1))
        for (_, _, kind), each in zip(RATIOS, all_ratios(*of_cells, zero), strict=True):
            same(kind(scorer="s", average="micro", zero_division=zero), each)
    for (_, _, kind), each in zip(RATIOS, all_ratios(*of_labels, np.nan), strict=True):
        same(kind(scorer="s"), mean_of_defined(each.reshape(BATCH, 4)))
    check((true[0] + 2 * predicted[0]).tolist())
    return BATCH


def all_ratios(true: Array, predicted: Array, zero: float) -> list[Array]:
    """Precision, recall and F1 of each column."""
    return list(sk.precision_recall_fscore_support(true, predicted, average=None, zero_division=zero)[:3])


def mean_of_defined(table: Array) -> Array:
    defined = ~np.isnan(table)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(defined, table, 0).sum(axis=1) / defined.sum(axis=1))


@pytest.mark.slow
def test_equals_sklearn_ten_thousand_times() -> None:
    ten_thousand(check_batch, n=st.integers(1, 12))


def test_empty_sets_are_undefined_and_not_zero() -> None:
    nothing = np.zeros((3, 2), dtype=bool)
    found = only(Jaccard(scorer="s"), label_sets(nothing, nothing))
    assert math.isnan(found.value) and found.n_missing == 3
    assert only(SubsetAccuracy(scorer="s"), label_sets(nothing, nothing)).value == 1.0


def record(**fields: object) -> Record:
    return Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ('["b", "a"]', 1.0),
        ("a, B", 1.0),
        ('{"labels": ["a"]}', 0.5),
        ('{"a": true, "b": false}', 0.5),
        ('```json\n["a"]\n```', 0.5),
        ("none", 0.0),
        ("[]", 0.0),
    ],
)
def test_reads_sets(output: str, expected: float) -> None:
    verdict = labels(labels=("a", "b", "c")).score(record(output=output, target=["a", "b"]))
    assert verdict.value == expected


def test_what_cannot_be_read_is_unparsed_with_its_target() -> None:
    score = labels(labels=("a", "b")).score
    for output in ("d", '["a"', '{"a": 3}'):
        verdict = score(record(output=output, target=["a"]))
        assert verdict.status is Status.UNPARSED and verdict.explanation
        assert verdict.values["n_true"] == 1.0 and verdict.values["n_predicted"] == 0.0
    assert score(record(output="a", target=None)).status is Status.MISSING
    assert score(record(output=None, target=["a"])).status is Status.MISSING
    assert score(record(data={"labels": ["b", "a"]}, target=["a"])).value == 0.5
    with pytest.raises(ConfigError, match="named twice"):
        labels(labels=("a", "A"))


def check_top_k(rows: list[tuple[int, int, int, int]], k: int) -> None:
    table = np.array([row[:3] for row in rows], dtype=float) + 1
    p, true = table / table.sum(axis=1, keepdims=True), np.array([row[3] for row in rows])
    expected = sk.top_k_accuracy_score(true, p, k=k, labels=[0, 1, 2])
    assert only(TopKAccuracy(scorer="s", k=k), probabilities(p, true)).value == pytest.approx(expected, rel=1e-12)


@settings(max_examples=200)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3, st.integers(0, 2)), min_size=1, max_size=20), st.integers(1, 2))
def test_top_k_with_ties_equals_sklearn(rows: list[tuple[int, int, int, int]], k: int) -> None:
    check_top_k(rows, k)


def test_top_1_of_two_classes_equals_sklearn() -> None:
    p: Array = np.array([0.5, 0.5, 0.7, 0.2])
    true = np.array([0, 1, 1, 0])
    assert only(TopKAccuracy(scorer="s", k=1), probabilities(p, true)).value == sk.top_k_accuracy_score(true, p, k=1)
    with pytest.raises(ConfigError, match="'k' must be a whole number of at least 1"):
        TopKAccuracy(scorer="s", k=0)
