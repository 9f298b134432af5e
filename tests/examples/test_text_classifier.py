"""The example `text-classifier`, and its numbers beside scikit-learn's own."""

from __future__ import annotations

import csv
import gzip
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import evalium as ev
from evalium.core import load_object
from evalium.metrics import ClassReport, Confusion
from evalium.runner import RunResult
from tests.examples.folder import EXAMPLES, run_example
from tests.extras import require_extra

metrics = require_extra("sklearn.metrics")
selection = require_extra("sklearn.model_selection")

FOLDER = EXAMPLES / "text-classifier"


@pytest.fixture(scope="module")
def results(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, RunResult]]:
    """Both plans of the example, by plan and model."""
    found: dict[str, dict[str, RunResult]] = {}
    for name in ("plan.yaml", "intents.yaml"):
        text = (FOLDER / name).read_text(encoding="utf-8").replace("../../../shared/data", shared_data.as_posix())
        result = ev.run(yaml.safe_load(text), base=FOLDER, workspace=tmp_path_factory.mktemp("text-classifier"))
        found[result.plan] = {run.model: run for run in result.runs}
    return found


def sentences(shared_data: Path) -> tuple[list[str], list[str]]:
    texts, labels = [], []
    for name in ("imdb", "amazon_cells"):
        path = shared_data / "sentiment_sentences" / f"{name}_labelled.txt"
        for line in path.read_text(encoding="utf-8").removesuffix("\n").split("\n"):
            text, _, label = line.rpartition("\t")
            texts.append(text)
            labels.append("positive" if label == "1" else "negative")
    return texts, labels


def answers(run: RunResult) -> tuple[list[str], list[str]]:
    """True and predicted classes as stored, in the order of the data."""
    ordered = sorted(run.records(), key=lambda record: int(record.sample))
    return [record.target for record in ordered], [record.label or "" for record in ordered]


MODELS = [
    ("sentiment", "logistic-regression"),
    ("sentiment", "naive-bayes"),
    ("intents", "linear-svm"),
    ("intents", "naive-bayes"),
]


@pytest.mark.parametrize(("plan", "model"), MODELS)
def test_every_number_is_scikit_learns(results: dict[str, dict[str, RunResult]], plan: str, model: str) -> None:
    run = results[plan][model]
    true, predicted = answers(run)
    assert len(true) == {"sentiment": 2000, "intents": 3080}[plan]
    macro = metrics.precision_recall_fscore_support(true, predicted, average="macro", zero_division=math.nan)
    expected = {
        "accuracy": metrics.accuracy_score(true, predicted),
        "precision_macro": macro[0],
        "recall_macro": macro[1],
        "f1_macro": macro[2],
        "mcc": metrics.matthews_corrcoef(true, predicted),
    }
    for name, value in expected.items():
        estimate = run[name]
        assert estimate.value == pytest.approx(value, abs=1e-12)
        assert -1 <= estimate.low < estimate.value < estimate.high <= 1
        assert (estimate.n, estimate.n_missing, estimate.level) == (len(true), 0, 0.95)


@pytest.mark.parametrize(("plan", "model"), MODELS)
def test_every_class_is_scikit_learns(results: dict[str, dict[str, RunResult]], plan: str, model: str) -> None:
    run = results[plan][model]
    true, predicted = answers(run)
    report = run.results.tables["label.classes"]
    assert isinstance(report, ClassReport)
    names = [row.name for row in report.rows]
    assert sorted(names) == sorted(set(true))
    columns = metrics.precision_recall_fscore_support(true, predicted, labels=names, zero_division=math.nan)
    for row, precision, recall, f1, support in zip(report.rows, *columns, strict=True):
        assert row.support == support
        assert row.predicted == predicted.count(row.name)
        for estimate, value in ((row.precision, precision), (row.recall, recall), (row.f1, f1)):
            assert estimate.value == pytest.approx(value, abs=1e-12)
            assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


@pytest.mark.parametrize(("plan", "model"), MODELS)
def test_the_confusion_matrix_is_scikit_learns(results: dict[str, dict[str, RunResult]], plan: str, model: str) -> None:
    run = results[plan][model]
    matrix = run.results.tables["label.confusion"]
    assert isinstance(matrix, Confusion)
    assert (matrix.unparsed, matrix.omitted_classes) == (False, 0)
    expected = metrics.confusion_matrix(*answers(run), labels=matrix.classes)
    assert [list(row) for row in matrix.counts] == expected.tolist()
    for counts, shares in zip(matrix.counts, matrix.shares, strict=True):
        for count, share in zip(counts, shares, strict=True):
            assert share.value == pytest.approx(count / sum(counts), abs=1e-12)
            assert share.low <= share.value <= share.high


def test_sentences_are_answered_out_of_fold(results: dict[str, dict[str, RunResult]], shared_data: Path) -> None:
    texts, labels = sentences(shared_data)
    folds = selection.StratifiedKFold(10, shuffle=True, random_state=1)
    for model, name in (("logistic-regression", "logistic_regression"), ("naive-bayes", "naive_bayes")):
        estimator = load_object(f"classifiers.py:{name}", FOLDER)()
        expected = selection.cross_val_predict(estimator, texts, labels, cv=folds).tolist()
        assert answers(results["sentiment"][model]) == (labels, expected)


def test_intents_are_learnt_from_the_training_file_alone(
    results: dict[str, dict[str, RunResult]], shared_data: Path
) -> None:
    texts, labels = [], []
    with (shared_data / "banking77" / "test.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            texts.append(row["text"])
            labels.append(row["category"])
    train = shared_data / "banking77" / "train.csv.gz"
    with gzip.open(train, "rt", encoding="utf-8", newline="") as lines:
        assert sum(1 for _ in csv.DictReader(lines)) == 10003
    for model, name in (("linear-svm", "trained_linear_svm"), ("naive-bayes", "trained_naive_bayes")):
        fitted = load_object(f"classifiers.py:{name}", FOLDER)(str(train))
        assert answers(results["intents"][model]) == (labels, fitted.predict(texts).tolist())


def test_classes_keep_their_names(results: dict[str, dict[str, RunResult]]) -> None:
    # One intent of banking77 ends in a question mark; trimming it would make every answer to it wrong.
    report: Any = results["intents"]["linear-svm"].results.tables["label.classes"]
    reverted = [row for row in report.rows if row.name.startswith("reverted_card_payment")]
    assert [row.name for row in reverted] == ["reverted_card_payment?"]
    assert reverted[0].recall.value > 0.5


def test_the_example_lists_classes_and_confusions(shared_data: Path, tmp_path: Path) -> None:
    printed = run_example("text-classifier", tmp_path, shared_data)
    parts = dict(sections(printed))
    assert list(parts) == [
        "sentiment, logistic-regression",
        "sentiment, naive-bayes",
        "intents, linear-svm",
        "intents, naive-bayes",
    ]
    for part in parts.values():
        for name in ("accuracy", "precision_macro", "recall_macro", "f1_macro"):
            assert re.search(rf"^  {name} +[\d.]+ % \[[\d.]+, [\d.]+\]$", part, re.MULTILINE)
        assert re.search(r"^    \S+: precision .*\]  recall .*\]  f1 .*\], n = \d+$", part, re.MULTILINE)
    assert "negative taken for positive: " in parts["sentiment, naive-bayes"]
    assert "virtual_card_not_working taken for getting_virtual_card: " in parts["intents, naive-bayes"]
    assert accuracy(parts["intents, linear-svm"]) > accuracy(parts["intents, naive-bayes"]) + 10


def test_the_example_without_the_public_data(tmp_path: Path) -> None:
    printed = run_example("text-classifier", tmp_path, None)
    assert "plan.yaml needs the public data sets" in printed
    assert "intents.yaml needs the public data sets" in printed
    parts = dict(sections(printed))
    assert list(parts) == ["sentiment-small, logistic-regression", "sentiment-small, naive-bayes"]
    for part in parts.values():
        assert accuracy(part) > 80
        assert part.count("precision ") == 2


def accuracy(part: str) -> float:
    found = re.search(r"^  accuracy +([\d.]+) %", part, re.MULTILINE)
    assert found is not None, part
    return float(found[1])


def sections(printed: str) -> Iterator[tuple[str, str]]:
    """What was printed for each plan and model."""
    for part in printed.strip().split("\n\n"):
        head, _, rest = part.partition("\n")
        found = re.fullmatch(r"(.+, .+): [\d,]+ texts", head)
        if found:
            yield found[1], rest
