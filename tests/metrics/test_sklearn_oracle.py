"""Classification metrics against scikit-learn, on the predictions of real classifiers on real data."""

from __future__ import annotations

import csv
import gzip
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evalium.metrics import Category, Frame, How, Metric, Probabilities, ScorerInfo, create, estimate
from tests.extras import require_extra

metrics = require_extra("sklearn.metrics")
datasets = require_extra("sklearn.datasets")
text = require_extra("sklearn.feature_extraction.text")
linear_model = require_extra("sklearn.linear_model")
naive_bayes = require_extra("sklearn.naive_bayes")

EXACT = 1e-12
SCORERS = (ScorerInfo("s", "probability"),)


@dataclass(frozen=True)
class Case:
    """Targets, predictions and probabilities, and the frame of them."""

    true: np.ndarray[Any, Any]
    predicted: np.ndarray[Any, Any]
    probabilities: np.ndarray[Any, Any]
    classes: tuple[str, ...]
    frame: Frame


def case(model: Any, x: Any, y: Sequence[str], train: slice, test: slice) -> Case:
    model.fit(x[train], y[train])
    classes = tuple(str(c) for c in model.classes_)
    p, guess = model.predict_proba(x[test]), model.predict(x[test]).astype(str)
    true = np.asarray(y[test]).astype(str)
    at = {name: i for i, name in enumerate(classes)}
    codes = [np.array([at[name] for name in names], dtype=np.int32) for names in (guess, true)]
    frame = Frame(
        n=len(true),
        status=np.zeros(len(true), dtype=np.int8),
        score_status={"s": np.zeros(len(true), dtype=np.int8)},
        categories={"s.label": Category(codes[0], classes), "s.target": Category(codes[1], classes)},
        probabilities={"s": Probabilities(p, classes)},
        numbers={"s.value": p[np.arange(len(true)), codes[1]]},
    )
    return Case(true, guess, p, classes, frame)


@pytest.fixture(scope="module")
def banking(shared_data: Path) -> Case:
    """77 intents; 300 training texts make a classifier that never predicts some of them."""
    with gzip.open(shared_data / "banking77" / "train.csv.gz", "rt", encoding="utf-8") as file:
        train = list(csv.DictReader(file))
    with (shared_data / "banking77" / "test.csv").open(encoding="utf-8") as file:
        test = list(csv.DictReader(file))
    chosen = np.random.default_rng(0).permutation(len(train))[:1500]
    rows = [train[i] for i in chosen] + test
    x = text.TfidfVectorizer().fit_transform(row["text"] for row in rows)
    y = np.array([row["category"] for row in rows])
    return case(naive_bayes.MultinomialNB(), x, y, slice(0, 1500), slice(1500, None))


@pytest.fixture(scope="module")
def sentiment(shared_data: Path) -> Case:
    lines = (shared_data / "sentiment_sentences" / "amazon_cells_labelled.txt").read_text(encoding="utf-8").split("\n")
    rows = [line.rsplit("\t", 1) for line in lines if "\t" in line]
    x = text.TfidfVectorizer().fit_transform(sentence for sentence, _ in rows)
    y = np.array(["positive" if label.strip() == "1" else "negative" for _, label in rows])
    return case(linear_model.LogisticRegression(), x, y, slice(0, 400), slice(400, None))


@pytest.fixture(scope="module")
def digits() -> Case:
    x, y = datasets.load_digits(return_X_y=True)
    return case(
        naive_bayes.GaussianNB(),
        x + np.random.default_rng(0).normal(0, 6, x.shape),
        y.astype(str),
        slice(0, 900),
        slice(900, None),
    )


@pytest.fixture(scope="module")
def iris() -> Case:
    x, y = datasets.load_iris(return_X_y=True)
    order = np.random.default_rng(3).permutation(len(x))
    return case(linear_model.LogisticRegression(), x[order][:, :2], y[order].astype(str), slice(0, 60), slice(60, None))


@pytest.fixture(params=["banking", "sentiment", "digits", "iris"])
def any_case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.getfixturevalue(request.param)
    return found


def value(metric: Metric, frame: Frame) -> float:
    [found] = estimate(metric, frame, How(bootstrap=10)).values()
    return found.value


def made(name: str, **options: Any) -> Metric:
    return create({name: options} if options else name, SCORERS)[0]


def quiet(function: Any, *arguments: Any, **options: Any) -> Any:
    """scikit-learn warns where we say undefined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments, **options)


def test_accuracy_kappa_mcc_and_balanced_accuracy(any_case: Case) -> None:
    t, p, frame = any_case.true, any_case.predicted, any_case.frame
    assert value(made("accuracy"), frame) == pytest.approx(metrics.accuracy_score(t, p), abs=EXACT)
    assert value(made("cohen_kappa"), frame) == pytest.approx(metrics.cohen_kappa_score(t, p), abs=EXACT)
    assert value(made("mcc"), frame) == pytest.approx(metrics.matthews_corrcoef(t, p), abs=EXACT)
    expected = quiet(metrics.balanced_accuracy_score, t, p)
    assert value(made("balanced_accuracy"), frame) == pytest.approx(expected, abs=EXACT)


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_weighted_kappa(digits: Case, iris: Case, weights: str) -> None:
    for one in (digits, iris):
        expected = metrics.cohen_kappa_score(one.true, one.predicted, weights=weights)
        assert value(made("cohen_kappa", weights=weights), one.frame) == pytest.approx(expected, abs=EXACT)


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize("zero", ["undefined", 0, 1])
def test_precision_recall_and_f(any_case: Case, average: str, zero: Any) -> None:
    t, p, frame = any_case.true, any_case.predicted, any_case.frame
    theirs = {"average": average, "zero_division": np.nan if zero == "undefined" else zero}
    ours = {"average": average, "zero_division": zero}
    for name, function in (
        ("precision", metrics.precision_score),
        ("recall", metrics.recall_score),
        ("f1", metrics.f1_score),
    ):
        expected = quiet(function, t, p, **theirs)
        assert value(made(name, **ours), frame) == pytest.approx(expected, abs=EXACT), name
    expected = quiet(metrics.fbeta_score, t, p, beta=2.0, **theirs)
    assert value(made("f_beta", beta=2.0, **ours), frame) == pytest.approx(expected, abs=EXACT)


def test_of_each_class(any_case: Case) -> None:
    t, p = any_case.true, any_case.predicted
    expected = quiet(metrics.precision_recall_fscore_support, t, p, labels=any_case.classes, zero_division=np.nan)
    for name, numbers in zip(("precision", "recall", "f1"), expected, strict=False):
        found = estimate(made(name, average="per_class"), any_case.frame)
        for c, number in zip(any_case.classes, numbers, strict=True):
            one = found[f"{name}[{c}]"]
            assert one.value == pytest.approx(number, abs=EXACT, nan_ok=True)
            assert one.defined or "0 / 0" in str(one.reason)


def test_the_positive_class(sentiment: Case) -> None:
    t, p = sentiment.true, sentiment.predicted
    for positive in ("positive", "negative"):
        expected = metrics.f1_score(t, p, pos_label=positive)
        found = value(made("f1", average="binary", positive=positive), sentiment.frame)
        assert found == pytest.approx(expected, abs=EXACT)
    later = value(made("recall", average="binary"), sentiment.frame)
    assert later == pytest.approx(metrics.recall_score(t, p, pos_label="positive"), abs=EXACT)


def test_binary_areas(sentiment: Case) -> None:
    scores, t = sentiment.probabilities[:, 1], sentiment.true == "positive"
    assert value(made("roc_auc"), sentiment.frame) == pytest.approx(metrics.roc_auc_score(t, scores), abs=EXACT)
    expected = metrics.average_precision_score(t, scores)
    assert value(made("pr_auc"), sentiment.frame) == pytest.approx(expected, abs=EXACT)
    other = metrics.average_precision_score(~t, 1 - scores)
    found = value(made("pr_auc", positive="negative"), sentiment.frame)
    assert found == pytest.approx(other, abs=EXACT)


def test_ties_of_scores(sentiment: Case) -> None:
    rough = np.round(sentiment.probabilities[:, 1] * 8) / 8
    frame = replace(
        sentiment.frame, probabilities={"s": Probabilities(np.stack([1 - rough, rough], axis=1), sentiment.classes)}
    )
    t = sentiment.true == "positive"
    assert value(made("roc_auc"), frame) == pytest.approx(metrics.roc_auc_score(t, rough), abs=EXACT)
    assert value(made("pr_auc"), frame) == pytest.approx(metrics.average_precision_score(t, rough), abs=EXACT)


@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_areas_over_classes(any_case: Case, average: str) -> None:
    if len(any_case.classes) == 2:
        return
    p, t = any_case.probabilities / any_case.probabilities.sum(axis=1, keepdims=True), any_case.true
    frame = replace(any_case.frame, probabilities={"s": Probabilities(p, any_case.classes)})
    expected = metrics.roc_auc_score(t, p, multi_class="ovr", average=average, labels=any_case.classes)
    assert value(made("roc_auc", average=average), frame) == pytest.approx(expected, abs=EXACT)
    onehot = (t[:, None] == np.array(any_case.classes)[None, :]).astype(int)
    expected = metrics.average_precision_score(onehot, p, average=average)
    assert value(made("pr_auc", average=average), frame) == pytest.approx(expected, abs=EXACT)


def test_log_loss_and_brier(any_case: Case) -> None:
    p, t = any_case.probabilities, any_case.true
    expected = quiet(metrics.log_loss, t, p, labels=any_case.classes)
    # scikit-learn divides rows that sum to 1 - 1e-16 by their sum.
    assert value(made("log_loss"), any_case.frame) == pytest.approx(expected, rel=EXACT, abs=1e-10)
    truth = (t[:, None] == np.array(any_case.classes)[None, :]).astype(float)
    squared = ((p - truth) ** 2).sum(axis=1).mean()
    expected = squared / 2 if len(any_case.classes) == 2 else squared
    assert value(made("brier"), any_case.frame) == pytest.approx(expected, abs=EXACT)
    if len(any_case.classes) == 2:
        theirs = metrics.brier_score_loss(t, p[:, 1], pos_label=any_case.classes[1])
        assert value(made("brier"), any_case.frame) == pytest.approx(theirs, abs=EXACT)


def test_an_impossible_truth_costs_what_scikit_learn_says() -> None:
    frame = Frame.from_columns({"s.value": [0.0]})
    assert value(made("log_loss"), frame) == pytest.approx(metrics.log_loss(["a"], [[0.0, 1.0]], labels=["a", "b"]))


@pytest.mark.parametrize("binning", ["equal_width", "equal_mass"])
def test_calibration_error_by_its_definition(any_case: Case, binning: str) -> None:
    confidence = any_case.probabilities.max(axis=1)
    correct = any_case.probabilities.argmax(axis=1) == [any_case.classes.index(t) for t in any_case.true]
    edges = np.linspace(0, 1, 11)
    if binning == "equal_mass":
        ordered = np.sort(confidence)
        edges = np.append(0, ordered[np.ceil(len(ordered) * np.arange(1, 11) / 10 - 1e-9).astype(int) - 1])
    expected = 0.0
    for low, high in pairwise(edges):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            expected += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    found = value(made("ece", n_bins=10, binning=binning), any_case.frame)
    assert found == pytest.approx(expected, abs=EXACT)
    assert value(made("ece_debiased", n_bins=10, binning=binning), any_case.frame) <= found


def test_sampling_weights_are_sample_weights(digits: Case) -> None:
    weights = np.random.default_rng(4).choice([1.0, 2.5, 10.0], len(digits.true))
    frame = replace(digits.frame, weights=weights)
    t, p = digits.true, digits.predicted
    for name, expected in (
        ("accuracy", metrics.accuracy_score(t, p, sample_weight=weights)),
        ("f1_macro", metrics.f1_score(t, p, average="macro", sample_weight=weights)),
        ("mcc", metrics.matthews_corrcoef(t, p, sample_weight=weights)),
        ("cohen_kappa", metrics.cohen_kappa_score(t, p, sample_weight=weights)),
        ("balanced_accuracy", metrics.balanced_accuracy_score(t, p, sample_weight=weights)),
    ):
        [found] = estimate(made(name), frame).values()
        assert found.value == pytest.approx(expected, abs=EXACT), name
        assert found.low < found.value < found.high


def test_absent_classes_enter_no_mean() -> None:
    """A class that is only declared counts for nothing, one that is only predicted counts as in scikit-learn."""
    frame = Frame.from_columns({"s.label": ["a", "b", "c"], "s.target": ["a", "b", "b"]})
    declared = frame.take(np.array([0, 1]))
    assert declared.category("s.target").values == ("a", "b", "c")
    assert value(made("f1_macro"), declared) == 1.0
    expected = quiet(metrics.f1_score, ["a", "b", "b"], ["a", "b", "c"], average="macro", zero_division=np.nan)
    assert value(made("f1_macro"), frame) == pytest.approx(expected, abs=EXACT)
