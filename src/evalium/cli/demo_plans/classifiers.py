"""Three real classifiers, trained on one half of a data set and asked about the other half."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

LOADERS = {"breast_cancer": load_breast_cancer, "digits": load_digits}
ESTIMATORS = {
    "logistic_regression": lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)),
    "random_forest": lambda: RandomForestClassifier(n_estimators=60, random_state=0),
    "naive_bayes": GaussianNB,
}


@cache
def halves(name: str) -> tuple[Any, Any, Any, Any]:
    """Training and test halves, stratified by class: inputs, inputs, class names, class names."""
    data = LOADERS[name]()
    labels = [str(data.target_names[t]) for t in data.target]
    return tuple(train_test_split(data.data, labels, test_size=0.5, random_state=0, stratify=labels))


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The test half, each row with an attribute to slice by."""
    _, inputs, _, labels = halves(name)
    size = inputs[:, 0] if name == "breast_cancer" else inputs.mean(axis=1)
    low, high = sorted(size)[len(size) // 3], sorted(size)[2 * len(size) // 3]
    for i, (features, label) in enumerate(zip(inputs, labels, strict=True)):
        band = "small" if size[i] < low else "large" if size[i] >= high else "middle"
        yield {"id": f"{name}-{i}", "features": features.tolist(), "label": label, "size": band}


def trained(name: str, kind: str) -> Any:
    """One classifier fitted to the training half."""
    inputs, _, labels, _ = halves(name)
    return ESTIMATORS[kind]().fit(inputs, labels)


def cancer_logistic() -> Any:
    """Logistic regression on the breast-cancer set."""
    return trained("breast_cancer", "logistic_regression")


def cancer_forest() -> Any:
    """Random forest on the breast-cancer set."""
    return trained("breast_cancer", "random_forest")


def cancer_bayes() -> Any:
    """Naive Bayes on the breast-cancer set."""
    return trained("breast_cancer", "naive_bayes")


def digits_logistic() -> Any:
    """Logistic regression on the digits set."""
    return trained("digits", "logistic_regression")


def digits_forest() -> Any:
    """Random forest on the digits set."""
    return trained("digits", "random_forest")


def digits_bayes() -> Any:
    """Naive Bayes on the digits set."""
    return trained("digits", "naive_bayes")
