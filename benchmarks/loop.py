"""evalium without its start-up: one process that runs a plan once to warm up and once to be measured.

Run as a process of its own: `python -m benchmarks.loop plan.yaml workspace`.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from unittest.mock import patch

import msgspec

from evalium.runner import load_plan, run
from evalium.runner.engine import Engine, Tally


class Clock:
    """Times the engine's own part of a run: calls, scores and journal, without sealing and aggregation."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def around(self, inner: Callable[[Engine], Awaitable[Tally]]) -> Callable[[Engine], Awaitable[Tally]]:
        """`Engine.run` with a clock around it."""

        async def timed(engine: Engine) -> Tally:
            wall, cpu = time.perf_counter(), time.process_time()
            try:
                return await inner(engine)
            finally:
                self.wall, self.cpu = time.perf_counter() - wall, time.process_time() - cpu

        return timed


def measure(plan_file: Path, workspace: Path, concurrency: int, warm_up: int, *, cache: bool) -> dict[str, float]:
    """Run the plan on `warm_up` samples, then on all.

    Returns:
        `wall` and `cpu` of the whole call of `run` (calls, scores, journal, sealing, aggregation), `engine_wall` and
        `engine_cpu` of the calls alone, and `accuracy`.
    """
    clock = Clock()
    plan, base = load_plan(plan_file)
    replace = msgspec.structs.replace
    plan = replace(plan, execution=replace(plan.execution, concurrency=concurrency, cache=cache))
    if plan.data.file:
        plan = replace(plan, data=replace(plan.data, file=str(base / str(plan.data.file))))
    if warm_up:
        run(replace(plan, plan="warm-up", data=replace(plan.data, limit=warm_up)), workspace=workspace)
    wall, cpu = time.perf_counter(), time.process_time()
    with patch.object(Engine, "run", clock.around(Engine.run)):
        result = run(plan, workspace=workspace)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    estimate = result.runs[0].metrics["exact"]
    return {
        "n": estimate.n,
        "wall": wall,
        "cpu": cpu,
        "engine_wall": clock.wall,
        "engine_cpu": clock.cpu,
        "accuracy": estimate.value,
    }


def main() -> None:
    """Measure once and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", type=Path)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--warm-up", type=int, default=0)
    parser.add_argument("--cache", action="store_true", help="keep answers in the response cache, as by default")
    given = parser.parse_args()
    found = measure(given.plan, given.workspace, given.concurrency, given.warm_up, cache=given.cache)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**found, "peak_mb": peak}))


if __name__ == "__main__":
    main()
