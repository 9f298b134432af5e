"""Benchmark text classifiers, class by class: `make example NAME=text-classifier`."""

import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))

from find_data import plan_on_shared_data
from show import show

import evalium as ev

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"


def main() -> None:
    """Run both plans on public data, or the small one on sixty sentences of our own where that is not there."""
    plans: list[Any] = [plan for name in ("plan.yaml", "intents.yaml") if (plan := plan_on_shared_data(HERE / name))]
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


if __name__ == "__main__":
    main()
