"""Which tables belong to which metrics."""

from collections.abc import Sequence

from .base import How, Metric
from .class_tables import class_report, confusion_matrix
from .curves import curve, reliability
from .frame import Frame
from .histogram import histogram
from .tables import Table
from .timing import TIMES

_OF_CLASSES = {"f1", "f_beta", "precision", "recall", "mcc", "cohen_kappa", "balanced_accuracy"}


def make_tables(metrics: Sequence[Metric], frame: Frame, how: How) -> dict[str, Table]:
    """The tables that go with some metrics.

    Confusion matrix and class report of scorers with class metrics; ROC, precision-recall and reliability of those with
    probability metrics; a histogram of each time measured.

    Returns:
        Tables by name: `<scorer>.confusion`, `<scorer>.classes`, `<scorer>.roc`, `<scorer>.pr`, `<scorer>.reliability`,
        `latency.histogram`.
    """
    tables: dict[str, Table] = {}
    for metric in metrics:
        scorer = str(metric.options.get("scorer", ""))
        of_classes = metric.name in _OF_CLASSES or metric.options.get("by") == "label"
        if of_classes and f"{scorer}.confusion" not in tables:
            unparsed = metric.options["unparsed"]
            tables[f"{scorer}.confusion"] = confusion_matrix(frame, scorer, unparsed, how.level)
            tables[f"{scorer}.classes"] = class_report(frame, scorer, unparsed, how)
        kind = {"roc_auc": "roc", "pr_auc": "pr"}.get(metric.name)
        if kind is not None:
            made = curve(frame, scorer, kind, metric.options["positive"], how.level)
            tables |= {f"{scorer}.{kind}": made} if made is not None else {}
        if metric.name == "ece":
            tables[f"{scorer}.reliability"] = reliability(frame, scorer, metric.options["n_bins"], how.level)
        time = metric.name.rpartition("_")[0]
        if time in TIMES and f"{time}.histogram" not in tables:
            tables[f"{time}.histogram"] = histogram(time, frame.number(time), "s")
    return tables
