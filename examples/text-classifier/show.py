"""What this example prints of a run."""

from evalium.core import estimate_text
from evalium.metrics import ClassReport, Confusion, confused_pairs
from evalium.runner import RunResult

SHOWN = 5


def show(run: RunResult) -> None:
    """Print a run's numbers, its weakest classes and its confusions."""
    print(f"\n{run.plan}, {run.model}: {run.results.n:,} texts")
    for name, estimate in run.metrics.items():
        print(f"  {name:16} {estimate_text(estimate)}")
    if run.findings:
        gap = run.findings["gap"]
        print(f"  train minus test {gap['value']:.3f} [{gap['low']:.3f}, {gap['high']:.3f}]")
    for table in run.results.tables.values():
        if isinstance(table, ClassReport):
            show_classes(table)
        elif isinstance(table, Confusion):
            show_confusions(table)


def show_classes(report: ClassReport) -> None:
    """Print the classes that the model is worst at."""
    print(f"  classes, lowest F1 first (at most {SHOWN}):")
    for row in sorted(report.rows, key=lambda row: row.f1.value)[:SHOWN]:
        numbers = "  ".join(f"{name} {estimate_text(getattr(row, name))}" for name in ("precision", "recall", "f1"))
        print(f"    {row.name}: {numbers}, n = {row.support}")


def show_confusions(matrix: Confusion) -> None:
    """Print which classes it takes for which others most often."""
    print(f"  most frequent confusions (at most {SHOWN}):")
    for pair in confused_pairs(matrix, SHOWN):
        share = estimate_text(pair.share)
        print(f"    {pair.true} taken for {pair.predicted}: {pair.count} times, {share} of its texts")
