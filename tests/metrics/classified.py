"""Metrics by their module, bound to a scorer `s`, for tests that need no table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from evalium.core import Estimate
from evalium.metrics import Category, Frame, How, Metric, Probabilities, estimate
from evalium.metrics._estimate import prepare, prepared_with

Array = np.ndarray[Any, Any]
POINT = How(interval=False)


def only(metric: Metric, frame: Frame, how: How = POINT) -> Estimate:
    """The one estimate of a metric of one number."""
    return estimate(metric, frame, how)[metric.key]


def by_case(metrics: Sequence[Metric], frame: Frame, cases: Sequence[Array]) -> Array:
    """The numbers [metrics, cases] of metrics of one source for each case: units of the frame, cut as slices are."""
    units = prepare(metrics[0], frame).units
    assert not isinstance(units, Frame) and len({metric.source() for metric in metrics}) == 1
    prepared = [prepared_with(metric, frame, units) for metric in metrics]
    taken = [units.take(case) for case in cases]
    return np.array([[each.estimate(POINT, "", case)[each.metric.key].value for case in taken] for each in prepared])


def numbers(predicted: Any, true: Any) -> Frame:
    """A frame of predicted and true numbers."""
    return Frame.from_columns({"s.value": predicted, "s.values.prediction": predicted, "s.values.target": true})


def classes(predicted: Any, true: Any) -> Frame:
    """A frame of predicted and true classes."""
    return Frame.from_columns({"s.label": predicted, "s.target": true})


def probabilities(p: Array, true: Array) -> Frame:
    """A frame of class probabilities [n, C], or [n] of the second of two classes; classes are named 0, 1, ..."""
    table = np.stack([1 - p, p], axis=1) if p.ndim == 1 else p
    names = tuple(f"{c:03d}" for c in range(table.shape[1]))
    label = table.argmax(axis=1).astype(np.int32)
    return Frame(
        n=len(table),
        status=np.zeros(len(table), dtype=np.int8),
        score_status={"s": np.zeros(len(table), dtype=np.int8)},
        categories={"s.label": Category(label, names), "s.target": Category(true.astype(np.int32), names)},
        probabilities={"s": Probabilities(table, names)},
        numbers={"s.value": table[np.arange(len(table)), true.astype(int)]},
    )


def label_sets(predicted: Array, true: Array) -> Frame:
    """A frame of predicted and true sets, from indicators [n, L]."""
    hits, n_predicted, n_true = ((predicted & true).sum(axis=1), predicted.sum(axis=1), true.sum(axis=1))
    return Frame.from_columns(
        {
            "s.value": np.zeros(len(true)),
            "s.values.hits": hits,
            "s.values.n_predicted": n_predicted,
            "s.values.n_true": n_true,
            "s.values.universe": np.full(len(true), true.shape[1]),
            "s.values.predicted": [np.flatnonzero(row).astype(float).tolist() for row in predicted],
            "s.values.true": [np.flatnonzero(row).astype(float).tolist() for row in true],
        }
    )
