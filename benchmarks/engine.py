"""evalium against the bare client: the loop alone, and the whole process as a user starts it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .process import Finished, measure
from .report import Section, Spread, Target
from .server import Server
from .workload import check_accuracy, write_plan, write_questions

WARM_UP = 500
EVALIUM = Path(sys.executable).with_name("evalium")
HEAD = ["contestant", "calls/s", "of bare", "CPU ms per call", "of bare", "peak MB"]


@dataclass(frozen=True)
class Setting:
    """What all contestants of an engine benchmark share.

    Attributes:
        folder: Where data and workspaces lie.
        samples: Number of questions.
        concurrency: Calls at a time.
        repeats: Rounds; each contestant runs once a round.
        server: Command line of another server, None for evalium's own.
    """

    folder: Path
    samples: int
    concurrency: int
    repeats: int
    server: str | None = None


@dataclass(frozen=True)
class Case:
    """One way to call: how long an answer takes, and whether it is streamed.

    Attributes:
        name: Heading.
        latency_ms: Time that each answer takes.
        stream: Whether answers are streamed.
        share: Share of the bare loop's rate that evalium should reach.
    """

    name: str
    latency_ms: float
    stream: bool
    share: float


CASES = (
    Case("chat, 0 ms", 0, stream=False, share=0.7),
    Case("streamed chat, 0 ms", 0, stream=True, share=0.6),
    Case("chat, 50 ms", 50, stream=False, share=0.95),
)
CPU_SHARE = 1.6


@dataclass(frozen=True)
class Lap:
    """One contestant in one round: calls per second, CPU milliseconds a call, peak memory in MB."""

    rate: float
    cpu: float
    peak_mb: float


Contestant = Callable[[Path, str, int], Lap]


def benchmark(setting: Setting, case: Case) -> Section:
    """Let every contestant run once a round, and compare each with the bare loop of its own round.

    Raises:
        WrongAnswers: A contestant did not find the known share of right answers.
    """
    folder = setting.folder / "engine"
    folder.mkdir(parents=True, exist_ok=True)
    expected = write_questions(folder / "questions.jsonl", setting.samples)
    contestants = _contestants(setting, case, expected)
    laps: dict[str, list[Lap]] = {name: [] for name in contestants}
    with Server(case.latency_ms, setting.server) as server:
        for _ in range(setting.repeats):
            for name, contestant in contestants.items():
                laps[name].append(contestant(folder, server.base_url, setting.concurrency))
    return _section(setting, case, laps)


def _contestants(setting: Setting, case: Case, expected: float) -> dict[str, Contestant]:
    n = setting.samples
    warm_up = str(min(WARM_UP, n))

    def bare(whole: bool, loop: str = "uvloop") -> Contestant:
        def lap(folder: Path, url: str, concurrency: int) -> Lap:
            options = ["--concurrency", str(concurrency), "--loop", loop, *(["--stream"] if case.stream else [])]
            warm = [] if whole else ["--warm-up", warm_up]
            command = [sys.executable, "-m", "benchmarks.bare", folder / "questions.jsonl", url, *options, *warm]
            return _lap("the bare client", measure(command, cwd=_root()), n, expected, whole=whole)

        return lap

    def loop(*options: str) -> Contestant:
        def lap(folder: Path, url: str, concurrency: int) -> Lap:
            workspace = _fresh(folder, url, case)
            command = [sys.executable, "-m", "benchmarks.loop", folder / "plan.yaml", workspace, "--warm-up", warm_up]
            done = measure([*command, "--concurrency", str(concurrency), *options], cwd=_root())
            return _lap("evalium", done, n, expected, whole=False)

        return lap

    def command_line(folder: Path, url: str, concurrency: int) -> Lap:
        workspace = _fresh(folder, url, case)
        command = [EVALIUM, "run", folder / "plan.yaml", "-w", workspace, "-c", str(concurrency), "--json", "--no-cache"]
        done = measure(command, cwd=folder)
        estimate = done.json()["runs"][0]["metrics"]["exact"]
        check_accuracy("evalium run", estimate["value"], expected)
        return Lap(n / done.wall, 1000 * done.cpu / n, done.peak_mb)

    contestants = {
        "bare aiohttp loop": bare(whole=False),
        "evalium loop": loop(),
        "evalium loop, answers kept in the cache": loop("--cache"),
        "bare aiohttp, whole process": bare(whole=True),
        "`evalium run`, whole process": command_line,
    }
    if case is CASES[0]:
        contestants["bare aiohttp loop without uvloop"] = bare(whole=False, loop="asyncio")
    return contestants


def _lap(who: str, done: Finished, n: int, expected: float, *, whole: bool) -> Lap:
    found = done.json()
    check_accuracy(who, found["accuracy"], expected)
    wall, cpu = (done.wall, done.cpu) if whole else (found["wall"], found["cpu"])
    return Lap(n / wall, 1000 * cpu / n, done.peak_mb)


def _fresh(folder: Path, url: str, case: Case) -> Path:
    """A new plan beside the questions and an empty workspace."""
    write_plan(folder / "plan.yaml", url, stream=case.stream)
    workspace = folder / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    return workspace


def _root() -> Path:
    return Path(__file__).resolve().parent.parent


def _section(setting: Setting, case: Case, laps: dict[str, list[Lap]]) -> Section:
    section = Section(
        case.name,
        f"{setting.samples:,} samples, concurrency {setting.concurrency}, {setting.repeats} interleaved rounds; "
        "median [least, greatest]. Ratios are taken within a round: loops against the bare loop, whole processes "
        "against the bare client's whole process.",
        HEAD,
    )
    rate: dict[str, Spread] = {}
    cpu: dict[str, Spread] = {}
    for name, own in laps.items():
        yardstick = laps["bare aiohttp, whole process" if "whole process" in name else "bare aiohttp loop"]
        rate[name] = Spread.of(a.rate / b.rate for a, b in zip(own, yardstick, strict=True))
        cpu[name] = Spread.of(a.cpu / b.cpu for a, b in zip(own, yardstick, strict=True))
        section.rows.append(
            [
                name,
                Spread.of(lap.rate for lap in own).text(0),
                rate[name].text(),
                Spread.of(lap.cpu for lap in own).text(3),
                cpu[name].text(),
                Spread.of(lap.peak_mb for lap in own).text(0),
            ]
        )
    section.targets = [
        Target("rate of the evalium loop over the bare loop's", rate["evalium loop"].median, case.share, at_least=True),
        Target("CPU of the evalium loop over the bare loop's", cpu["evalium loop"].median, CPU_SHARE),
    ]
    return section
