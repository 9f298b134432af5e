"""Measure latency and cost of three models and hold them to two limits: `make example NAME=api-latency-cost`."""

import contextlib
from pathlib import Path

import msgspec
from stand_ins import Prompt, behaviours

import evalium as ev
from evalium.core import Plan, estimate_text
from evalium.runner import RunResult, load_plan
from evalium.testing import TestServer

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"


def main() -> None:
    """Start the stand-ins, run the plan against them, print who meets the limits."""
    lines = (HERE / "support_prompts.jsonl").read_bytes().splitlines()
    prompts = [msgspec.json.decode(line, type=Prompt) for line in lines]
    plan, _ = load_plan(HERE / "plan.yaml")
    with contextlib.ExitStack() as started:
        servers = {name: TestServer(how) for name, how in behaviours(prompts).items()}
        urls = {name: started.enter_context(server).url for name, server in servers.items()}
        result = ev.run(at(plan, urls), base=HERE, workspace=OUT / "workspace")
    for run in result.runs:
        show(run)
    fit = [run.model for run in result.runs if all(r.verdict == "pass" for r in run.requirements)]
    print(f"\nmeet every limit: {', '.join(fit) or 'none'}")
    path = ev.write_report(OUT / "report.html", [run.id for run in result.runs], workspace=OUT / "workspace")
    print(f"report: {path}")


def at(plan: Plan, urls: dict[str, str]) -> Plan:
    """The plan with each model at the address where its stand-in listens."""
    models = [msgspec.structs.replace(model, base_url=urls[model.label]) for model in plan.models]
    return msgspec.structs.replace(plan, models=tuple(models))


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
