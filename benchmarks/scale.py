"""How time and memory grow with the number of samples."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence

from .commands import run_loop, run_whole
from .engine import WARM_UP, Setting
from .report import Section, Target
from .server import Server
from .workload import write_plan, write_questions

SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000
SLOPE = 1.05
PEAK_MB = 500.0
HEAD = ["samples", "process s", "samples/s", "CPU ms per sample", "calls s", "sealing, aggregation s", "peak MB"]


def benchmark(setting: Setting, sizes: Sequence[int]) -> Section:
    """Run `evalium run`, and the loop alone, on each size once.

    Args:
        setting: Where, how many calls at a time, and against which server.
        sizes: Numbers of samples, growing.

    Raises:
        WrongAnswers: A run did not find the known share of right answers.
    """
    folder = setting.folder / "scale"
    folder.mkdir(parents=True, exist_ok=True)
    walls, loops, peaks = [], [], []
    section = Section(
        "Growth",
        "One `evalium run` and one warm loop for each size, chat at 0 ms. A slope of 1 on log-log axes is linear "
        "growth. The loop is taken apart: calls with scores and journal, then sealing and aggregation.",
        HEAD,
    )
    with Server(0, setting.server) as server:
        for n in sizes:
            expected = write_questions(folder / "questions.jsonl", n)
            write_plan(folder / "plan.yaml", server.base_url)
            whole = run_whole(folder / "plan.yaml", setting.concurrency, expected)
            warm = ("--warm-up", str(min(WARM_UP, n)))
            found = run_loop(folder / "plan.yaml", setting.concurrency, expected, *warm).json()
            walls.append(whole.wall)
            loops.append(found["wall"])
            peaks.append(whole.peak_mb)
            rest = found["wall"] - found["engine_wall"]
            cells = [whole.wall, n / whole.wall, 1000 * whole.cpu / n, found["engine_wall"], rest, whole.peak_mb]
            section.rows.append([f"{n:,}", *(f"{value:,.3g}" if value < 1000 else f"{value:,.0f}" for value in cells)])
    shutil.rmtree(folder)
    section.targets = [
        Target("log-log slope of the loop's time", slope(sizes, loops), SLOPE),
        Target("log-log slope of the whole process's time", slope(sizes, walls), SLOPE),
        Target("log-log slope of peak memory", slope(sizes, peaks), SLOPE),
        Target(f"peak memory at {sizes[-1]:,} samples", peaks[-1], PEAK_MB, unit="MB"),
    ]
    return section


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Least-squares slope of log y over log x; nan below two points.

    Example:
        >>> round(slope([1, 10, 100], [5, 50, 500]), 6)
        1.0
        >>> round(slope([1, 10, 100], [3, 3, 3]), 6)
        0.0
    """
    if len(x) < 2:
        return math.nan
    a, b = [math.log(v) for v in x], [math.log(v) for v in y]
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    spread = sum((v - mean_a) ** 2 for v in a)
    return sum((v - mean_a) * (w - mean_b) for v, w in zip(a, b, strict=True)) / spread
