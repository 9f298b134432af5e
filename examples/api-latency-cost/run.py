"""Measure latency and cost of three models and hold them to two limits: `make example NAME=api-latency-cost`."""

import contextlib
from pathlib import Path

import msgspec
import yaml
from stand_ins import Prompt, behaviours

import evalium as ev
from evalium.core import estimate_text
from evalium.runner import RunResult
from evalium.testing import TestServer

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"


def main() -> None:
    """Start the stand-ins, run the plan against them, print who meets the limits."""
    lines = (HERE / "support_prompts.jsonl").read_bytes().splitlines()
    prompts = [msgspec.json.decode(line, type=Prompt) for line in lines]
    plan = yaml.safe_load((HERE / "plan.yaml").read_text(encoding="utf-8"))
    with contextlib.ExitStack() as started:
        servers = {name: TestServer(how) for name, how in behaviours(prompts).items()}
        for model in plan["models"]:
            model["base_url"] = started.enter_context(servers[model["name"]]).url
        result = ev.run(plan, base=HERE, workspace=OUT / "workspace")
    for run in result.runs:
        show(run)
    fit = [run.model for run in result.runs if all(r.verdict == "pass" for r in run.requirements)]
    print(f"\nmeet every limit: {', '.join(fit) or 'none'}")
    path = ev.write_report(OUT / "report.html", [run.id for run in result.runs], workspace=OUT / "workspace")
    print(f"report: {path}")


def show(run: RunResult) -> None:
    """Print a model's numbers and whether it keeps each limit."""
    calls = ", ".join(f"{count} {status}" for status, count in run.status.items())
    print(f"\n{run.model}: {calls}")
    for name, estimate in run.metrics.items():
        print(f"  {name:14} {estimate_text(estimate)}")
    for found in run.requirements:
        print(f"  {found.verdict.upper()}: {found.metric} {found.rule} ({found.reason})")


if __name__ == "__main__":
    main()
