"""A model that scores 92 % and does not understand "not": `make example NAME=negation`."""

from pathlib import Path

import evalium as ev
from evalium.core import estimate_text
from evalium.runner import RunResult

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"
LEAST = 0.9


def main() -> None:
    """Run both plans, print the overall number beside the tests, and say what each model cannot do."""
    overall = ev.run(HERE / "reviews.yaml", workspace=OUT / "workspace")
    tests = ev.run(HERE / "suite.yaml", workspace=OUT / "workspace")
    for whole, suite in zip(overall.runs, tests.runs, strict=True):
        show(whole, suite)
    ids = [run.id for run in (*overall.runs, *tests.runs)]
    path = ev.write_report(OUT / "report.html", ids, workspace=OUT / "workspace")
    print(f"\nreport: {path}")


def show(whole: RunResult, suite: RunResult) -> None:
    """Print one model's accuracy, the share of tests that hold by capability, and its verdict."""
    print(f"\n{whole.model}: accuracy {estimate_text(whole['accuracy'])} on {whole.results.n:,} reviews")
    failing = []
    for capability, numbers in sorted(suite.slices["capability"].items()):
        share = numbers["exact"]
        print(f"  {capability:10} {estimate_text(share):>22}  of {share.n} tests hold")
        if share.high < LEAST:
            failing.append(capability)
    print(f"  cannot do: {', '.join(failing) or 'nothing that was tested'}")


if __name__ == "__main__":
    main()
