"""Classification metrics against loops over scikit-learn, both in one process: CPU seconds and their ratio."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from typing import Any

import numpy as np

from evalium.metrics import Category, Frame, How, Metric, Probabilities, ScorerInfo, create_all, estimate, evaluate

from .ratio import Ratio, best, cpu


def binary_frame(n: int, seed: int = 0) -> tuple[Frame, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Scores of two classes, the frame, scores and truth."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 2, n).astype(np.int32)
    p = 1 / (1 + np.exp(-rng.normal(true - 0.5, 1.0)))
    return class_frame(np.stack([1 - p, p], axis=1), true, ("neg", "pos")), p, true


def class_frame(p: np.ndarray[Any, Any], true: np.ndarray[Any, Any], names: tuple[str, ...], **more: Any) -> Frame:
    """A frame of class probabilities and truth."""
    status = np.zeros(len(true), dtype=np.int8)
    label = p.argmax(axis=1).astype(np.int32)
    categories = {"s.label": Category(label, names), "s.target": Category(true.astype(np.int32), names)}
    categories |= more.pop("categories", {})
    numbers = {"s.value": p[np.arange(len(true)), true], **more.pop("numbers", {})}
    return Frame(
        n=len(true), status=status, score_status={"s": status}, categories=categories, numbers=numbers,
        probabilities={"s": Probabilities(p, names)},
    )  # fmt: skip


def metrics_of(*names: str) -> list[Metric]:
    """Metrics bound to the scorer of these frames."""
    return create_all(list(names), [ScorerInfo("s", "probability")])


def ratios() -> Iterator[Ratio]:
    """Each row, measured when it is asked for; the one whose peak of memory counts comes first."""
    yield twenty_metrics()
    yield f1_bootstrap()
    yield auc_bootstrap()


def _scaled(loop: Any, factor: float) -> float:
    return cpu(loop)[0] * factor


def f1_bootstrap(n: int = 10_000, resamples: int = 2000, run: int = 100) -> Ratio:
    """Macro F1 of ten classes with a bootstrap."""
    from sklearn.metrics import f1_score

    rng = np.random.default_rng(1)
    true = rng.integers(0, 10, n)
    p = (
        rng.dirichlet(np.ones(10), n) * 0.5
        + 0.5 * np.eye(10)[np.where(rng.random(n) < 0.7, true, rng.integers(0, 10, n))]
    )
    frame = class_frame(p, true, tuple(f"class {c}" for c in range(10)))
    metric, label = metrics_of("f1_macro")[0], p.argmax(axis=1)
    estimate(metric, frame, How(bootstrap=10))

    def loop() -> None:
        for _ in range(run):
            at = rng.integers(0, n, n)
            f1_score(true[at], label[at], average="macro")

    ours, _ = best(lambda: estimate(metric, frame, How(bootstrap=resamples)))
    work = f"macro F1 of 10 classes with {resamples:,} bootstraps, n = {n:,}"
    return Ratio(
        work=work, incumbent="scikit-learn loop", theirs=_scaled(loop, resamples / run), ours=ours, bound=200,
        note=f"{run} resamples of the loop were run",
    )  # fmt: skip


def auc_bootstrap(n: int = 10_000, resamples: int = 2000, run: int = 100) -> Ratio:
    """ROC-AUC by the weights of a bootstrap (its default interval is DeLong's, which needs none)."""
    from sklearn.metrics import roc_auc_score

    from evalium.metrics.resample import column_draws
    from evalium.metrics.units import ColumnUnits

    frame, p, true = binary_frame(n)
    metric = metrics_of("roc_auc")[0]
    rng = np.random.default_rng(2)

    def loop() -> None:
        for _ in range(run):
            at = rng.integers(0, n, n)
            roc_auc_score(true[at], p[at])

    def draws() -> None:
        column_draws(metric, ColumnUnits.of(metric, frame), resamples, 1)  # type: ignore[arg-type]

    work = f"ROC-AUC with {resamples:,} bootstraps, n = {n:,}"
    return Ratio(
        work=work, incumbent="scikit-learn loop", theirs=_scaled(loop, resamples / run), ours=best(draws)[0], bound=20,
        note=f"{run} resamples of the loop were run; by default the interval is DeLong's, which needs none",
    )  # fmt: skip


TWENTY = (
    "accuracy", "balanced_accuracy", "mcc", "cohen_kappa", "f1_macro", "f1_micro", "f1_weighted", "precision_macro",
    "precision_micro", "precision_weighted", "recall_macro", "recall_micro", "recall_weighted", "log_loss", "brier",
    "roc_auc", "latency_mean", "latency_p50", "latency_p95", "cost_per_call",
)  # fmt: skip


def twenty_metrics(n: int = 1_000_000) -> Ratio:
    """Twenty metrics overall and in the values of three attributes, of n records."""
    frame, columns = _records(n)
    made = metrics_of(*TWENTY)
    evaluate(made, frame.take(np.arange(1000)), bootstrap=10, tables=False)
    ours, _ = best(lambda: evaluate(made, frame, tables=False))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    theirs, _ = cpu(lambda: _pandas_sklearn(columns))
    note = f"ours with all intervals, theirs without; peak of the process until then {peak:,.0f} MB"
    work = f"20 metrics overall and by 3 attributes, {n:,} records"
    return Ratio(work=work, incumbent="pandas + scikit-learn", theirs=theirs, ours=ours, bound=10, note=note)


def _records(n: int) -> tuple[Frame, dict[str, np.ndarray[Any, Any]]]:
    _, p, true = binary_frame(n)
    rng = np.random.default_rng(3)
    cuts = {name: rng.integers(0, size, n) for name, size in (("a", 4), ("b", 6), ("c", 10))}
    coded = {
        f"attributes.{name}": Category(codes.astype(np.int32), tuple(f"{name}{i}" for i in range(10)))
        for name, codes in cuts.items()
    }
    times = {"latency": rng.lognormal(0, 0.5, n), "cost": rng.gamma(2, 0.001, n)}
    frame = class_frame(np.stack([1 - p, p], axis=1), true, ("neg", "pos"), categories=coded, numbers=dict(times))
    return frame, {"true": true, "label": (p > 0.5).astype(int), "p": p, **times, **cuts}


def _pandas_sklearn(columns: dict[str, np.ndarray[Any, Any]]) -> None:
    import pandas as pd

    table = pd.DataFrame(columns)
    _of_part(table)
    for attribute in ("a", "b", "c"):
        for _, part in table.groupby(attribute):
            _of_part(part)


def _of_part(part: Any) -> None:
    from sklearn import metrics as sk

    true, label, p = part["true"], part["label"], part["p"]
    for score in (sk.accuracy_score, sk.balanced_accuracy_score, sk.matthews_corrcoef, sk.cohen_kappa_score):
        score(true, label)
    for score in (sk.f1_score, sk.precision_score, sk.recall_score):
        for average in ("macro", "micro", "weighted"):
            score(true, label, average=average)
    for score in (sk.log_loss, sk.brier_score_loss, sk.roc_auc_score):
        score(true, p)
    part["latency"].mean(), part["latency"].quantile([0.5, 0.95]), part["cost"].mean()
