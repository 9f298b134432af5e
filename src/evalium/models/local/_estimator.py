"""What a scikit-learn estimator answers for a batch of inputs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from evalium.models.base import Response

from ._answer import plain
from ._features import as_matrix


def answers(estimator: Any, inputs: Sequence[Any], names: tuple[str, ...] | None) -> list[Response]:
    """Predict a batch.

    A classifier gives its label and, from `predict_proba`, the probability of each class. Where it only has a
    `decision_function`, its values go through the logistic function (two classes) or softmax: they rank as the values
    do, are not calibrated, and `data["probabilities"]` says so. A regressor gives its number as text and in
    `data["value"]`. A prediction takes the time of its batch divided by the batch's size; both are in `data`.

    Args:
        estimator: Fitted.
        inputs: As in `as_matrix`.
        names: Declared order of features, or None.
    """
    started = time.perf_counter()
    matrix = as_matrix(inputs, names, estimator)
    predicted = plain(estimator.predict(matrix))
    regression = is_regressor(estimator)
    probabilities, made = ([None] * len(inputs), None) if regression else _probabilities(estimator, matrix)
    seconds = time.perf_counter() - started
    shared: dict[str, Any] = {"batch_size": len(inputs), "batch_seconds": seconds}
    if made:
        shared["probabilities"] = made
    found = []
    for value, shares in zip(predicted, probabilities, strict=True):
        if regression:
            response = Response(output=msgspec.json.encode(value).decode(), data={**shared, "value": value})
        else:
            label = label_of(value)
            response = Response(output=label, label=label, probabilities=shares, data=dict(shared))
        response.latency = seconds / len(inputs)
        found.append(response)
    return found


def label_of(value: Any) -> str:
    """A class as text: a whole number without a point (data frames turn 1 into 1.0), a truth value as in JSON.

    Example:
        >>> label_of("spam"), label_of(1), label_of(1.0), label_of(True)
        ('spam', '1', '1', 'true')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return msgspec.json.encode(value).decode()


def is_regressor(estimator: Any) -> bool:
    """Whether the estimator predicts numbers."""
    from sklearn.base import is_regressor as asks

    if not hasattr(estimator, "__sklearn_tags__"):
        return getattr(estimator, "_estimator_type", None) == "regressor"
    return bool(asks(estimator))


def _probabilities(estimator: Any, matrix: Any) -> tuple[list[dict[str, float] | None], str | None]:
    import numpy as np

    classes = getattr(estimator, "classes_", None)
    made = None
    if classes is None:
        return [None] * len(matrix), None
    if hasattr(estimator, "predict_proba"):
        shares = np.asarray(estimator.predict_proba(matrix))
    elif hasattr(estimator, "decision_function"):
        values = np.asarray(estimator.decision_function(matrix), dtype=float)
        values = np.stack([np.zeros_like(values), values], axis=1) if values.ndim == 1 else values
        shares = np.exp(values - values.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        made = "decision_function, not calibrated"
    else:
        return [None] * len(matrix), None
    names = [label_of(value) for value in plain(classes)]
    # One-against-one decisions have a column for each pair of classes, which are no probabilities of classes.
    if shares.ndim != 2 or shares.shape[1] != len(names):
        return [None] * len(shares), None
    return [dict(zip(names, row, strict=True)) for row in shares.tolist()], made
