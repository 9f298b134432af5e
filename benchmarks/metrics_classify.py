"""Classification metrics against loops over scikit-learn, both in one process: CPU seconds and their ratio."""

from __future__ import annotations

import resource
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from evalium.metrics import Category, Frame, How, Metric, Probabilities, ScorerInfo, create_all, estimate, evaluate


@dataclass(frozen=True)
class Ratio:
    """CPU seconds of the same work.

    Attributes:
        work: What was done.
        ours: evalium's.
        theirs: The incumbent's; scaled up from `measured` where it was not run in full.
        measured: Share of the incumbent's work that was run.
        peak_mb: Peak memory of this process after our part.
    """

    work: str
    ours: float
    theirs: float
    measured: float = 1.0
    peak_mb: float = 0.0

    @property
    def times(self) -> float:
        """How many times faster ours is."""
        return self.theirs / self.ours


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of a call."""
    start = time.process_time()
    work()
    return time.process_time() - start


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

    ours = min(cpu(lambda: estimate(metric, frame, How(bootstrap=resamples))) for _ in range(3))
    return Ratio("macro F1, bootstrap", ours, cpu(loop) * resamples / run, run / resamples)


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

    return Ratio("ROC-AUC, bootstrap", cpu(draws), cpu(loop) * resamples / run, run / resamples)


TWENTY = (
    "accuracy", "balanced_accuracy", "mcc", "cohen_kappa", "f1_macro", "f1_micro", "f1_weighted", "precision_macro",
    "precision_micro", "precision_weighted", "recall_macro", "recall_micro", "recall_weighted", "log_loss", "brier",
    "roc_auc", "latency_mean", "latency_p50", "latency_p95", "cost_per_call",
)  # fmt: skip


def twenty_metrics(n: int = 1_000_000) -> Ratio:
    """Twenty metrics overall and in the values of three attributes, of n records; no interval on either side."""
    frame, columns = _records(n)
    made = metrics_of(*TWENTY)
    evaluate(made, frame.take(np.arange(1000)), bootstrap=10, tables=False)
    ours = cpu(lambda: evaluate(made, frame, tables=False))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Ratio("20 metrics, 3 attributes, with our intervals", ours, cpu(lambda: _pandas_sklearn(columns)), 1.0, peak)


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


def main() -> None:
    """Print every ratio."""
    warnings.simplefilter("ignore")
    for measure in (f1_bootstrap, auc_bootstrap, twenty_metrics):
        found = measure()
        memory = f", peak {found.peak_mb:.0f} MB" if found.peak_mb else ""
        print(f"{found.work}: {found.ours:.3f} s against {found.theirs:.2f} s: {found.times:.1f}x{memory}", flush=True)


if __name__ == "__main__":
    main()
