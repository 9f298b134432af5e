"""How time and memory grow with the number of samples."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from .engine import EVALIUM, Setting
from .process import Finished, measure
from .report import Section, Target
from .server import Server
from .workload import check_accuracy, write_plan, write_questions

SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000
SLOPE = 1.05
PEAK_MB = 500.0
HEAD = ["samples", "whole process s", "samples/s", "CPU ms per sample", "loop s", "sealing and aggregation s", "peak MB"]


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
        "growth. The slope of time is that of the warm loop, calls to numbers: start-up would flatter the whole process.",
        HEAD,
    )
    with Server(0, setting.server) as server:
        for n in sizes:
            expected = write_questions(folder / "questions.jsonl", n)
            write_plan(folder / "plan.yaml", server.base_url)
            whole = _command_line(folder, setting.concurrency, expected)
            loop = _loop(folder, setting.concurrency, expected)
            found = loop.json()
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


def _command_line(folder: Path, concurrency: int, expected: float) -> Finished:
    shutil.rmtree(folder / "workspace", ignore_errors=True)
    command = [EVALIUM, "run", folder / "plan.yaml", "-w", folder / "workspace", "-c", str(concurrency)]
    done = measure([*command, "--json", "--no-cache"], cwd=folder)
    check_accuracy("evalium run", done.json()["runs"][0]["metrics"]["exact"]["value"], expected)
    return done


def _loop(folder: Path, concurrency: int, expected: float) -> Finished:
    shutil.rmtree(folder / "workspace", ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.loop", folder / "plan.yaml", folder / "workspace"]
    done = measure(
        [*command, "--concurrency", str(concurrency), "--warm-up", "500"], cwd=Path(__file__).resolve().parent.parent
    )
    check_accuracy("evalium", done.json()["accuracy"], expected)
    return done
