from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evalium.core import ConfigError, CrossValidation, DataError, Model, ProviderError, Sample
from evalium.models.base import Adapter, KeyedByContent, NeedsDataset, Request, Response
from evalium.models.local._folds import nested, split
from evalium.models.local.cross_validation import CrossValidated
from evalium.models.local.sklearn import SklearnModel, sklearn
from tests.extras import require_extra

require_extra("sklearn")

CODE = '''
from sklearn.datasets import load_breast_cancer, load_digits, load_diabetes
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

def cancer():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
def cancer_array():
    X, y = load_breast_cancer(return_X_y=True)
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
def linear(seed):
    X, y = load_breast_cancer(return_X_y=True)
    return make_pipeline(StandardScaler(), LinearSVC(random_state=seed)).fit(X, y)
def digits():
    return SVC(decision_function_shape="ovr").fit(*load_digits(return_X_y=True))
def digits_pairs():
    return SVC(decision_function_shape="ovo").fit(*load_digits(return_X_y=True))
def diabetes(): return Ridge(alpha=0.1).fit(*load_diabetes(return_X_y=True))
def raw(): return make_pipeline(StandardScaler(), LogisticRegression())
def ridge(): return Ridge(alpha=0.1)
def text(): return make_pipeline(TfidfVectorizer(), LogisticRegression())
def forest(seed, trees: int = 20): return RandomForestClassifier(trees, random_state=seed)
def tree(): return DecisionTreeClassifier(random_state=0)
def nearest(): return KNeighborsClassifier(1)
def nothing(): return "no estimator"
def broken(): raise OSError("no such weights")
class Fixed:
    """No scikit-learn at all: it has predict and that is enough."""
    def predict(self, X): return ["always"] * len(X)
fixed = Fixed()
'''


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "estimators.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def config(name: str, folds: CrossValidation | None = None, **options: Any) -> Model:
    return Model(id=f"sklearn/estimators.py:{name}", options=options, cross_validation=folds)


def make(base: Path, name: str, **options: Any) -> SklearnModel:
    model = sklearn(config(name, **options), f"estimators.py:{name}", base)
    assert isinstance(model, SklearnModel)
    return model


def folded(base: Path, name: str, folds: CrossValidation, **options: Any) -> CrossValidated:
    model = sklearn(config(name, folds, **options), f"estimators.py:{name}", base)
    assert isinstance(model, CrossValidated)
    return model


def built_in(name: str) -> Any:
    from sklearn import datasets

    return getattr(datasets, name)()


def ask(model: SklearnModel | CrossValidated, samples: Sequence[Sample]) -> list[Response]:
    async def every() -> list[Response]:
        try:
            if isinstance(model, CrossValidated):
                await model.prepare(samples)
            return await asyncio.gather(*[model.answer(Request(sample=sample)) for sample in samples])
        finally:
            await model.aclose()

    return asyncio.run(every())


def vectors(data: Any, n: int | None = None) -> list[Sample]:
    rows = zip(data.data[:n].tolist(), data.target[:n].tolist(), strict=True)
    return [Sample(id=str(i), input=x, target=y) for i, (x, y) in enumerate(rows)]


def mappings(data: Any, n: int | None = None) -> list[Sample]:
    names = [str(name) for name in data.feature_names]
    return [
        Sample(id=s.id, input=dict(zip(reversed(names), reversed(s.input), strict=True)), target=s.target)
        for s in vectors(data, n)
        if isinstance(s.input, list)
    ]


def sentences(folder: Path) -> list[Sample]:
    text = (folder / "sentiment_sentences" / "imdb_labelled.txt").read_text(encoding="utf-8")
    rows = [line.rpartition("\t") for line in text.split("\n") if line]
    return [Sample(id=str(i), input=words, target=label) for i, (words, _, label) in enumerate(rows)]


def test_are_adapters(base: Path) -> None:
    fitted, trained = make(base, "fixed"), folded(base, "raw", CrossValidation())
    assert isinstance(fitted, Adapter) and isinstance(fitted, KeyedByContent) and not isinstance(fitted, NeedsDataset)
    assert isinstance(trained, Adapter) and isinstance(trained, KeyedByContent) and isinstance(trained, NeedsDataset)


def test_a_fitted_classifier_answers_as_it_would_by_itself(base: Path) -> None:
    from evalium.core import load_object

    data = built_in("load_breast_cancer")
    responses = ask(make(base, "cancer_array"), vectors(data))
    estimator = load_object("estimators.py:cancer_array", base)()
    assert [r.label for r in responses] == [str(v) for v in estimator.predict(data.data)]
    assert [r.output for r in responses] == [r.label for r in responses]
    direct = estimator.predict_proba(data.data)
    ours = np.array([[(r.probabilities or {})[c] for c in ("0", "1")] for r in responses])
    assert np.abs(ours - direct).max() < 1e-12
    assert {r.data["batch_size"] for r in responses} == {569}
    assert all(r.latency == r.data["batch_seconds"] / 569 for r in responses)
    json.dumps([r.data for r in responses])


def test_more_requests_than_a_batch_takes(base: Path) -> None:
    responses = ask(make(base, "digits"), vectors(built_in("load_digits")))
    assert {r.data["batch_size"] for r in responses} == {1024, 1797 - 1024}
    assert sum(r.label == str(t) for r, t in zip(responses, built_in("load_digits").target, strict=True)) > 1750


def test_mappings_go_by_name_whatever_their_order(base: Path) -> None:
    require_extra("pandas")
    data = built_in("load_breast_cancer")
    expected = [r.label for r in ask(make(base, "cancer_array"), vectors(data))]
    assert [r.label for r in ask(make(base, "cancer"), mappings(data))] == expected
    names = [str(name) for name in data.feature_names]
    assert [r.label for r in ask(make(base, "cancer_array", features=names), mappings(data))] == expected
    lacking = [Sample(id="1", input={names[0]: 1.0}, target=0)]
    with pytest.raises(ConfigError, match=f"was fitted with the feature '{names[1]}'"):
        ask(make(base, "cancer"), lacking)
    with pytest.raises(DataError, match=f"an input has no feature '{names[1]}'"):
        ask(make(base, "cancer_array", features=names), lacking)


def test_decision_values_rank_as_probabilities_and_say_what_they_are(base: Path) -> None:
    from evalium.core import load_object

    data = built_in("load_breast_cancer")
    responses = ask(make(base, "linear"), vectors(data))
    values = load_object("estimators.py:linear", base)(0).decision_function(data.data)
    ours = np.array([(r.probabilities or {})["1"] for r in responses])
    assert np.abs(ours - 1 / (1 + np.exp(-values))).max() < 1e-12
    assert {r.data["probabilities"] for r in responses} == {"decision_function, not calibrated"}
    many = ask(make(base, "digits"), vectors(built_in("load_digits"), 50))
    assert all(math.isclose(sum((r.probabilities or {}).values()), 1.0) for r in many)
    assert all(max(r.probabilities or {}, key=(r.probabilities or {}).__getitem__) == r.label for r in many)
    assert {r.probabilities is None for r in ask(make(base, "digits_pairs"), vectors(built_in("load_digits"), 5))} == {
        True
    }


def test_a_regressor_gives_its_number(base: Path) -> None:
    from evalium.core import load_object

    data = built_in("load_diabetes")
    responses = ask(make(base, "diabetes"), vectors(data))
    direct = load_object("estimators.py:diabetes", base)().predict(data.data)
    assert [r.data["value"] for r in responses] == direct.tolist()
    assert [float(r.output or "") for r in responses] == direct.tolist()
    assert responses[0].label is None and responses[0].probabilities is None


def test_anything_with_predict_will_do(base: Path) -> None:
    assert [r.output for r in ask(make(base, "fixed"), [Sample(id="1", input="x")])] == ["always"]


def test_one_bad_input_does_not_fail_its_neighbours(base: Path) -> None:
    good = vectors(built_in("load_breast_cancer"), 3)
    bad = [Sample(id="short", input=[1.0]), Sample(id="words", input="text"), Sample(id="nan", input=[math.nan] * 30)]
    model = make(base, "cancer_array")

    async def every() -> list[Response | BaseException]:
        requests = [model.answer(Request(sample=sample)) for sample in [*good, *bad]]
        found = await asyncio.gather(*requests, return_exceptions=True)
        await model.aclose()
        return found

    found = asyncio.run(every())
    assert [isinstance(item, Response) for item in found] == [True] * 3 + [False] * 3
    assert all(isinstance(item, ProviderError) and item.__cause__ is not None for item in found[3:])


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("raw", {}, "Pipeline is not fitted. Return a fitted estimator from .*, or add `cross_validation: {folds: 5}`"),
        ("nothing", {}, "gives str, which cannot predict"),
        ("broken", {}, "failed to make an estimator: OSError: no such weights"),
        ("forest", {"treees": 3}, "has no option 'treees'. Did you mean 'trees'"),
        ("fixed", {"trees": 3}, "is no function, so it takes no options: trees"),
        ("cancer", {"features": "all"}, "the option 'features' is 'all', not a list of names"),
    ],
)
def test_wrong_use(base: Path, name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make(base, name, **options)


def test_cross_validation_answers_as_scikit_learn_does(base: Path) -> None:
    from sklearn.model_selection import StratifiedKFold, cross_val_predict, cross_validate

    from evalium.core import load_object

    data = built_in("load_breast_cancer")
    folds = CrossValidation(folds=5, seed=3, learning_curve=(0.2, 1.0))
    model = folded(base, "raw", folds)
    responses = ask(model, vectors(data))
    same = {"cv": StratifiedKFold(5, shuffle=True, random_state=3)}
    estimator = load_object("estimators.py:raw", base)()
    direct = cross_val_predict(estimator, data.data, data.target, **same)
    assert [r.label for r in responses] == [str(v) for v in direct]
    shares = cross_val_predict(estimator, data.data, data.target, method="predict_proba", **same)
    ours = np.array([[(r.probabilities or {})[c] for c in ("0", "1")] for r in responses])
    assert np.abs(ours - shares).max() < 1e-9
    scores = cross_validate(estimator, data.data, data.target, return_train_score=True, **same)
    findings = model.findings()
    assert [f["test"] for f in findings["folds"]] == pytest.approx(scores["test_score"].tolist())
    assert [f["train"] for f in findings["folds"]] == pytest.approx(scores["train_score"].tolist())
    assert findings["gap"]["value"] == pytest.approx(float(np.mean(scores["train_score"] - scores["test_score"])))
    assert findings["test_accuracy"]["low"] < findings["test_accuracy"]["value"] < findings["test_accuracy"]["high"]
    small, full = findings["learning_curve"]
    assert (small["share"], full["share"]) == (0.2, 1.0)
    assert full["test"] == findings["test_accuracy"]["value"] and full["train"] == findings["train_accuracy"]["value"]
    assert small["n"] == pytest.approx(0.2 * full["n"], abs=1)
    assert full["test_sd"] == pytest.approx(float(np.std(scores["test_score"], ddof=1)))
    assert json.loads(json.dumps(findings)) == findings
    assert {r.data["fold"] for r in responses} == set(range(5))


def test_the_interval_is_that_of_nadeau_and_bengio(base: Path) -> None:
    from scipy.stats import t

    model = folded(base, "raw", CrossValidation(folds=4, learning_curve=()))
    ask(model, vectors(built_in("load_breast_cancer")))
    findings = model.findings()
    tests = np.array([f["test"] for f in findings["folds"]])
    ratio = np.mean([f["test_n"] / f["train_n"] for f in findings["folds"]])
    half = t.ppf(0.975, 3) * math.sqrt(tests.var(ddof=1) * (1 / 4 + ratio))
    assert findings["test_accuracy"]["high"] - findings["test_accuracy"]["value"] == pytest.approx(half)
    assert findings["learning_curve"] == []


def test_text_pipeline_and_its_overfit(base: Path, shared_data: Path) -> None:
    samples = sentences(shared_data)
    model = folded(base, "text", CrossValidation(learning_curve=(0.1, 0.5, 1.0)))
    responses = ask(model, samples)
    accuracy = np.mean([r.label == s.target for r, s in zip(responses, samples, strict=True)])
    findings = model.findings()
    assert accuracy == pytest.approx(findings["test_accuracy"]["value"])
    assert 0.75 < accuracy < 0.85
    assert findings["gap"]["low"] > 0.1, "the gap between train and test is there beyond doubt"
    tests = [point["test"] for point in findings["learning_curve"]]
    assert tests == sorted(tests), "more data helps"
    assert all(point["train"] > point["test"] for point in findings["learning_curve"])


def test_groups_are_never_split_and_memorised_groups_show(base: Path) -> None:
    rng = np.random.default_rng(0)
    samples = []
    for group in range(40):
        place, label = rng.normal(size=5), int(rng.integers(2))
        for i in range(6):
            vector = (place + rng.normal(scale=0.01, size=5)).tolist()
            attributes = {"patient": f"p{group}"}
            samples.append(
                Sample(id=f"{group}-{i}", input=vector, target=label, attributes=attributes, cluster=str(group))
            )
    leaking = folded(base, "nearest", CrossValidation(learning_curve=(0.5, 1.0)))
    ask(leaking, samples)
    assert leaking.findings()["test_accuracy"]["value"] > 0.99
    assert leaking.findings()["warnings"][0].startswith("40 clusters of several samples may lie in train and test")
    honest = folded(base, "nearest", CrossValidation(group="patient", learning_curve=(0.5, 1.0)))
    responses = ask(honest, samples)
    assert 0.2 < honest.findings()["test_accuracy"]["value"] < 0.8
    assert honest.findings()["warnings"] == []
    fold_of: dict[str, set[int]] = {}
    for sample, response in zip(samples, responses, strict=True):
        fold_of.setdefault(str(sample.cluster), set()).add(response.data["fold"])
    assert all(len(folds) == 1 for folds in fold_of.values())
    assert len(fold_of) == 40


@pytest.mark.parametrize("regression", [False, True])
def test_split_leaves_each_sample_out_once_and_no_group_on_both_sides(regression: bool) -> None:
    rng = np.random.default_rng(1)
    for trial in range(20):
        groups = [f"g{g}" for g in rng.integers(0, 12, size=90)]
        targets = rng.normal(size=90).tolist() if regression else [f"c{c}" for c in rng.integers(0, 3, size=90)]
        config = CrossValidation(folds=4, group="g", seed=trial)
        parts = split(targets, groups, config, regression)
        assert sorted(i for _, test in parts for i in test) == list(range(90))
        for train, test in parts:
            assert sorted(train + test) == list(range(90))
            assert not {groups[i] for i in train} & {groups[i] for i in test}
    assert parts == split(targets, groups, config, regression), "the seed decides"
    assert parts != split(targets, groups, CrossValidation(folds=4, group="g", seed=99), regression)


def test_shares_of_the_learning_curve_are_nested_and_hold_every_class_early() -> None:
    classes = ["rare"] * 3 + ["common"] * 97
    order = nested(list(range(100)), classes, 7)
    assert sorted(order) == list(range(100))
    assert {classes[i] for i in order[:2]} == {"rare", "common"}
    assert [classes[i] for i in order[:34]].count("rare") in (1, 2)
    assert order != nested(list(range(100)), classes, 8)
    assert sorted(nested([5, 6, 7], None, 0)) == [5, 6, 7]


def test_regressor_folds(base: Path) -> None:
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import KFold, cross_val_score

    data = built_in("load_diabetes")
    model = folded(base, "ridge", CrossValidation(folds=5, learning_curve=(0.3, 1.0)))
    ask(model, vectors(data))
    findings = model.findings()
    direct = cross_val_score(Ridge(alpha=0.1), data.data, data.target, cv=KFold(5, shuffle=True, random_state=0))
    assert findings["measure"] == "r2"
    assert findings["test_r2"]["value"] == pytest.approx(float(direct.mean()))
    as_text = [Sample(id=s.id, input=s.input, target=str(s.target)) for s in vectors(data)]
    again = folded(base, "ridge", CrossValidation(folds=5, learning_curve=()))
    ask(again, as_text)
    assert again.findings()["test_r2"] == findings["test_r2"], "numbers read from a csv are numbers"


def test_seed_reaches_the_function_and_the_same_seed_gives_the_same_answers(base: Path) -> None:
    samples = vectors(built_in("load_digits"), 300)
    found = [
        [
            r.probabilities
            for r in ask(folded(base, "forest", CrossValidation(folds=3, seed=seed, learning_curve=())), samples)
        ]
        for seed in (1, 1, 2)
    ]
    assert found[0] == found[1] != found[2]


def test_data_frames_out_of_mappings_with_words_and_numbers(base: Path) -> None:
    require_extra("pandas")
    (base / "columns.py").write_text(
        "from sklearn.compose import make_column_transformer\n"
        "from sklearn.linear_model import LogisticRegression\nfrom sklearn.pipeline import make_pipeline\n"
        "from sklearn.preprocessing import OneHotEncoder, StandardScaler\n"
        "def model():\n"
        "    return make_pipeline(make_column_transformer((OneHotEncoder(handle_unknown='ignore'), ['purpose']),\n"
        "        (StandardScaler(), ['amount'])), LogisticRegression())\n",
        encoding="utf-8",
    )
    rng = np.random.default_rng(0)
    samples = [
        Sample(
            id=str(i),
            input={"amount": float(rng.normal()), "purpose": ("car", "house")[i % 2]},
            target=("bad", "good")[i % 2] if i % 10 else "bad",
        )
        for i in range(100)
    ]
    model = sklearn(
        Model(id="sklearn/columns.py:model", cross_validation=CrossValidation(folds=4)), "columns.py:model", base
    )
    responses = ask(model, samples)
    assert np.mean([r.label == s.target for r, s in zip(responses, samples, strict=True)]) > 0.95


def test_german_credit_needs_its_cost_of_error(base: Path, shared_data: Path) -> None:
    text = (shared_data / "german_credit" / "german.data").read_text(encoding="utf-8")
    rows = [line.split() for line in text.split("\n") if line.strip()]
    numeric = [1, 4, 7, 10, 12, 15, 17]
    samples = [
        Sample(id=str(i), input=[float(row[j]) for j in numeric], target=int(row[20])) for i, row in enumerate(rows)
    ]
    responses = ask(folded(base, "raw", CrossValidation(learning_curve=())), samples)
    cost = sum(
        {("1", 2): 5, ("2", 1): 1}.get((str(r.label), s.target), 0) for r, s in zip(responses, samples, strict=True)
    )
    assert len(rows) == 1000 and 1000 < cost < 1600


@pytest.mark.parametrize(
    ("folds", "samples", "error", "message"),
    [
        (CrossValidation(folds=1), 20, ConfigError, "folds is 1: it must be from 2 to the number of samples, 20"),
        (CrossValidation(folds=21), 20, ConfigError, "folds is 21: it must be from 2"),
        (CrossValidation(folds=11), 20, ConfigError, "the class .* has only 10 samples"),
        (CrossValidation(group="patiend"), 20, ConfigError, "has no 'patiend'. Did you mean 'patient'"),
        (CrossValidation(group="patient"), 20, ConfigError, "folds is 5: .* groups of 'patient', 4"),
        (CrossValidation(learning_curve=(5.0,)), 20, ConfigError, "learning_curve holds 5.0, which is no share"),
        (CrossValidation(), 0, ConfigError, "the number of samples, 0"),
    ],
)
def test_folds_that_cannot_be(
    base: Path, folds: CrossValidation, samples: int, error: type[Exception], message: str
) -> None:
    data = [
        Sample(id=str(i), input=[float(i)], target=("a", "b")[i % 2], attributes={"patient": i % 4})
        for i in range(samples)
    ]
    with pytest.raises(error, match=message):
        ask(folded(base, "tree", folds), data)


@pytest.mark.parametrize(
    ("name", "targets", "message"),
    [
        ("tree", ["a", None] * 5, "sample; '1' has None"),
        ("tree", ["a", ["b", "c"]] * 5, "'1' has "),
        ("ridge", ["1.5", "many"] * 5, "target of sample '1' is 'many', no number"),
    ],
)
def test_targets_that_cannot_be_learnt(base: Path, name: str, targets: list[Any], message: str) -> None:
    data = [Sample(id=str(i), input=[float(i)], target=target) for i, target in enumerate(targets)]
    with pytest.raises(DataError, match=message):
        ask(folded(base, name, CrossValidation()), data)


def test_one_class_cannot_be_learnt(base: Path) -> None:
    data = [Sample(id=str(i), input=[float(i)], target="a") for i in range(10)]
    with pytest.raises(ConfigError, match="needs two classes, and every target is 'a'"):
        ask(folded(base, "tree", CrossValidation()), data)


def test_a_sample_that_was_not_prepared(base: Path) -> None:
    model = folded(base, "tree", CrossValidation())
    with pytest.raises(ConfigError, match="sample 'x' is not one"):
        asyncio.run(model.answer(Request(sample=Sample(id="x", input=[1.0]))))


def test_mixed_targets_become_text(base: Path) -> None:
    data = [Sample(id=str(i), input=[float(i % 2)], target=(1, "b")[i % 2]) for i in range(20)]
    responses = ask(folded(base, "tree", CrossValidation(learning_curve=())), data)
    assert [r.label for r in responses] == ["1", "b"] * 10
