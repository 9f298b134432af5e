"""What a start costs: `--help`, and the demo's first number."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from .commands import EVALIUM
from .process import Command, environment, measure
from .report import Section, Spread, Target

HELP_CPU_MS = 120.0
DEMO_SECONDS = 5.0
NUMBER = re.compile(r"\d+\.\d+ ?%|\b0\.\d+")
"""A share or a percentage: what the demo prints first of what it measured."""

COMMANDS: dict[str, Command] = {
    "`python -c pass`": [sys.executable, "-c", "pass"],
    "`python -c 'import aiohttp'`": [sys.executable, "-c", "import aiohttp"],
    "`evalium --version`": [EVALIUM, "--version"],
    "`evalium --help`": [EVALIUM, "--help"],
    "`evalium run --help`": [EVALIUM, "run", "--help"],
}


def commands(repeats: int) -> Section:
    """Time each command `repeats` times after one start that is not counted."""
    section = Section(
        "Start-up",
        f"{repeats} interleaved starts after one that is not counted; median [least, greatest].",
        ["command", "CPU ms", "wall ms", "peak MB"],
    )
    for command in COMMANDS.values():
        measure(command)
    runs = [{name: measure(command) for name, command in COMMANDS.items()} for _ in range(repeats)]
    for name in COMMANDS:
        cpu = Spread.of(1000 * run[name].cpu for run in runs)
        wall = Spread.of(1000 * run[name].wall for run in runs)
        peak = Spread.of(run[name].peak_mb for run in runs)
        section.rows.append([name, cpu.text(0), wall.text(0), peak.text(0)])
    help_cpu = Spread.of(1000 * run["`evalium --help`"].cpu for run in runs)
    section.targets = [Target("CPU of `evalium --help`", help_cpu.median, HELP_CPU_MS, unit="ms")]
    return section


def demo(folder: Path, repeats: int) -> Section:
    """Time `evalium demo` from nothing to its first number."""
    seconds = Spread.of(first_number(folder / f"demo-{i}") for i in range(repeats))
    section = Section(
        "The demo", f"`evalium demo` in an empty folder, {repeats} times; median [least, greatest].", ["", "wall s"]
    )
    section.rows.append(["to the first measured number", seconds.text()])
    section.targets = [Target("`evalium demo` to its first number", seconds.median, DEMO_SECONDS, unit="s")]
    return section


def first_number(folder: Path) -> float:
    """Seconds from the start of `evalium demo` in an empty folder until it has printed a measured number.

    Raises:
        RuntimeError: It ended without printing one.
    """
    folder.mkdir(parents=True)
    started = time.perf_counter()
    with (folder / "errors.txt").open("w+", encoding="utf-8") as errors:
        child = subprocess.Popen(
            [EVALIUM, "demo"],
            cwd=folder,
            env=environment(COLUMNS="120"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert child.stdout is not None
        found = None
        with child.stdout as lines:
            for line in lines:
                if found is None and NUMBER.search(line):
                    found = time.perf_counter() - started
        code = child.wait()
        errors.seek(0)
        if found is None or code != 0:
            raise RuntimeError(f"evalium demo ended with code {code} and no number: {errors.read()[-2000:]}")
    return found
