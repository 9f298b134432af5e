"""Benchmark text classifiers, class by class: `make example NAME=text-classifier`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from find_data import plan_on_shared_data

import evalium as ev
from evalium.core import estimate_text
from evalium.runner import RunResult

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"
SHOWN = 5


def main() -> None:
    """Run both plans on public data, or the small one on sixty sentences of our own where that is not there."""
    plans = [plan for name in ("plan.yaml", "intents.yaml") if (plan := plan_on_shared_data(HERE / name))]
    if not plans:
        print("Using sixty sentences of our own instead: small.yaml, sentences.tsv.")
    runs = [
        run
        for plan in plans or [HERE / "small.yaml"]
        for run in ev.run(plan, base=HERE, workspace=OUT / "workspace").runs
    ]
    for run in runs:
        show(run)
    path = ev.write_report(OUT / "report.html", [run.id for run in runs], workspace=OUT / "workspace")
    print(f"\nreport: {path}")


def show(run: RunResult) -> None:
    """Print a run's numbers, its weakest classes and what it takes for what."""
    print(f"\n{run.plan}, {run.model}: {run.results.n:,} texts")
    for name, estimate in run.metrics.items():
        print(f"  {name:16} {estimate_text(estimate)}")
    if run.findings:
        gap = run.findings["gap"]
        print(f"  train minus test {gap['value']:.3f} [{gap['low']:.3f}, {gap['high']:.3f}]")
    print(f"  classes, lowest F1 first (at most {SHOWN}):")
    for row in sorted(run.results.tables["label.classes"].rows, key=lambda row: row.f1.value)[:SHOWN]:
        numbers = "  ".join(f"{name} {estimate_text(getattr(row, name))}" for name in ("precision", "recall", "f1"))
        print(f"    {row.name}: {numbers}, n = {row.support}")
    print(f"  most frequent confusions (at most {SHOWN}):")
    matrix = run.results.tables["label.confusion"]
    cells = [(count, i, j) for i, row in enumerate(matrix.counts) for j, count in enumerate(row) if i != j and count]
    for count, i, j in sorted(cells, key=lambda cell: -cell[0])[:SHOWN]:
        share = estimate_text(matrix.shares[i][j])
        print(f"    {matrix.classes[i]} taken for {matrix.classes[j]}: {count} times, {share} of its texts")


if __name__ == "__main__":
    main()
