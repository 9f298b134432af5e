"""Score recorded solutions of GSM8K and compare the models: `make example NAME=gsm8k`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from find_data import plan_on_shared_data

import evalium as ev
from evalium.core import difference_text, estimate_text
from evalium.runner import RunResult

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"


def main() -> None:
    """Run the plan on GSM8K, or on the twelve problems beside it where that is not there."""
    plan = plan_on_shared_data(HERE / "plan.yaml")
    if plan is None:
        print("Using twelve problems of our own instead: small.yaml, answers.jsonl.")
    result = ev.run(plan or HERE / "small.yaml", base=HERE, workspace=OUT / "workspace")
    for run in result.runs:
        accuracy = run["accuracy"]
        right = round(accuracy.value * accuracy.n)
        print(f"{run.model:17} {right:4} of {accuracy.n} right   {estimate_text(accuracy)}")
    for first, second in zip(result.runs, result.runs[1:], strict=False):
        compare(first, second)
    path = ev.write_report(OUT / "report.html", [run.id for run in result.runs], workspace=OUT / "workspace")
    print(f"report: {path}")


def compare(baseline: RunResult, run: RunResult) -> None:
    """Print how much better a run is than another one on the same questions."""
    comparison = ev.compare([baseline.id, run.id], metrics=["accuracy"], workspace=OUT / "workspace")
    found = comparison.runs[0].metrics[0]
    difference = difference_text(found.difference.difference)
    print(f"{run.model} minus {baseline.model}: {difference}, p = {found.p_adjusted:.2g}: {found.verdict}")


if __name__ == "__main__":
    main()
