"""99.5 % of payments are legitimate, and so is a model that says so: `make example NAME=fraud`."""

from pathlib import Path
from typing import Any

import yaml

import evalium as ev
from evalium.core import estimate_text
from evalium.metrics import compute
from evalium.runner import RunResult

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"
PAYMENTS_A_DAY = 40_000


def main() -> None:
    """Run the plan, choose each model's threshold, and price it on payments that it was not chosen on."""
    plan = yaml.safe_load((HERE / "plan.yaml").read_text(encoding="utf-8"))
    costs = plan["metrics"][4]["best_threshold"]["costs"]
    chosen = ev.run(plan, base=HERE, workspace=OUT / "workspace")
    later = {**plan, "plan": "fraud-later", "data": {**plan["data"], "python": "payments.py:judged_on"}}
    judged = ev.run(later, base=HERE, workspace=OUT / "workspace")
    for first, second in zip(chosen.runs, judged.runs, strict=True):
        show(first, second, costs)
    ids = [run.id for run in (*chosen.runs, *judged.runs)]
    path = ev.write_report(OUT / "report.html", ids, workspace=OUT / "workspace")
    print(f"\nreport: {path}")


def show(chosen: RunResult, judged: RunResult, costs: dict[str, Any]) -> None:
    """Print what each number says of a model, and what the model costs a day."""
    print(f"\n{chosen.model}, {chosen.results.n:,} payments")
    for name in ("accuracy", "recall", "f2", "pr_auc", "best_threshold"):
        print(f"  {name:15} {estimate_text(chosen.metrics[name])}")
    threshold = chosen.metrics["best_threshold"].value
    for what, limit in (("at 0.5", 0.5), (f"at {threshold:.3f}", threshold)):
        print(f"  a day {what:9} {daily(judged, costs, limit)}")


def daily(run: RunResult, costs: dict[str, Any], threshold: float) -> str:
    """USD a day when payments from this probability of fraud on are stopped."""
    records = list(run.records())
    stopped = ["fraud" if record.probabilities["fraud"] >= threshold else "legitimate" for record in records]
    cost = compute("expected_cost", stopped, [record.target for record in records], costs=costs)
    assert not isinstance(cost, dict)
    low, value, high = (PAYMENTS_A_DAY * number for number in (cost.low, cost.value, cost.high))
    caught = sum(s == r.target == "fraud" for s, r in zip(stopped, records, strict=True))
    return (
        f"{value:,.0f} USD [{low:,.0f}, {high:,.0f}]; {caught} frauds caught, {stopped.count('fraud')} payments stopped"
    )


if __name__ == "__main__":
    main()
