"""Confusion matrix and per-class report."""

import numpy as np

from evalium.core import Estimate

from ._estimate import prepare
from ._scored import Unparsed, scored_classes
from .base import How
from .frame import Frame
from .precision_recall import F1, Precision, Recall
from .share import shares
from .tables import ClassReport, ClassRow, Confusion

MOST_CLASSES = 100


def confusion_matrix(frame: Frame, scorer: str, unparsed: Unparsed = "wrong", level: float = 0.95) -> Confusion:
    """Count true against predicted classes; at most the 100 most frequent classes.

    Counts are of units as they are: neither clusters nor sampling weights enter.

    Example:
        >>> frame = Frame.from_columns({"s.label": ["a", "b", "b"], "s.target": ["a", "b", "a"]})
        >>> confusion_matrix(frame, "s").counts
        ((1, 1), (0, 1))
    """
    true, predicted, classes = scored_classes(frame, scorer, unparsed)
    size = len(classes)
    known = true >= 0
    pairs = true[known].astype(np.int64) * (size + 1) + predicted[known]
    found, counted = np.unique(pairs, return_counts=True)
    frequency = np.bincount(true[known], minlength=size + 1) + np.bincount(predicted[known], minlength=size + 1)
    frequency = frequency[:size]
    occurring = np.flatnonzero(frequency)
    kept = np.sort(occurring[np.argsort(-frequency[occurring], kind="stable")][:MOST_CLASSES])
    any_unparsed = bool(np.any(found % (size + 1) == size)) if size else False
    columns = [*kept, size] if any_unparsed else [*kept]
    row_of, column_of = {int(c): i for i, c in enumerate(kept)}, {int(c): i for i, c in enumerate(columns)}
    counts = np.zeros((len(kept), len(columns)), dtype=np.int64)
    for pair, count in zip(found.tolist(), counted.tolist(), strict=True):
        row, column = row_of.get(pair // (size + 1)), column_of.get(pair % (size + 1))
        if row is not None and column is not None:
            counts[row, column] = count
    totals = np.bincount(true[known], minlength=size)[kept]
    return Confusion(
        key=scorer,
        classes=tuple(classes[c] for c in kept),
        counts=tuple(tuple(row) for row in counts.tolist()),
        shares=tuple(
            tuple(shares(row, np.full(len(columns), total), level, "confusion:row_share"))
            for row, total in zip(counts, totals, strict=True)
        ),
        unparsed=any_unparsed,
        omitted_classes=len(occurring) - len(kept),
    )


def class_report(frame: Frame, scorer: str, unparsed: Unparsed = "wrong", how: How | None = None) -> ClassReport:
    """Precision, recall and F1 of each class that occurs, most frequent first, at most 100.

    Intervals as `precision`, `recall` and `f1` make them: of the first two on the class's own denominator.

    Example:
        >>> frame = Frame.from_columns({"s.label": ["a", "b", "b"], "s.target": ["a", "b", "a"]})
        >>> [(row.name, row.support, row.recall.value) for row in class_report(frame, "s").rows]
        [('a', 2, 0.5), ('b', 1, 1.0)]
    """
    true, predicted, classes = scored_classes(frame, scorer, unparsed)
    size = len(classes)
    support = np.bincount(true[true >= 0], minlength=size)[:size]
    called = np.bincount(predicted[predicted >= 0], minlength=size + 1)[:size]
    estimates: dict[str, Estimate] = {}
    for metric in (Precision, Recall, F1):
        made = metric(scorer=scorer, unparsed=unparsed, average="per_class")
        estimates |= prepare(made, frame).estimate(how or How())
    order = [c for c in np.argsort(-support, kind="stable") if support[c] or called[c]][:MOST_CLASSES]
    return ClassReport(
        key=scorer,
        rows=tuple(
            ClassRow(
                name=classes[c],
                support=int(support[c]),
                predicted=int(called[c]),
                precision=estimates[f"precision[{classes[c]}]"],
                recall=estimates[f"recall[{classes[c]}]"],
                f1=estimates[f"f1[{classes[c]}]"],
            )
            for c in order
        ),
    )
