"""evalium against the bare client: the loop alone, and the whole process as a user starts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .commands import run_bare, run_loop, run_whole
from .process import Finished
from .report import Section, Spread, Target
from .server import Server
from .workload import write_plan, write_questions

WARM_UP = 500
BARE, BARE_WHOLE, LOOP = "bare aiohttp loop", "bare aiohttp, whole process", "evalium loop"
HEAD = ["contestant", "calls/s", "of bare", "CPU ms per call", "of bare", "peak MB"]
CPU_SHARE = 1.6


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
    """One way to call.

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
    Case("Chat, 0 ms", 0, stream=False, share=0.7),
    Case("Streamed chat, 0 ms", 0, stream=True, share=0.6),
    Case("Chat, 50 ms", 50, stream=False, share=0.95),
)


@dataclass(frozen=True)
class Lap:
    """One contestant in one round: calls per second, CPU milliseconds a call, peak memory in MB."""

    rate: float
    cpu: float
    peak_mb: float


def benchmark(setting: Setting, case: Case) -> Section:
    """Let every contestant run once a round, and compare each with the bare client of its own round.

    Raises:
        WrongAnswers: A contestant did not find the known share of right answers.
    """
    folder = setting.folder / "engine"
    folder.mkdir(parents=True, exist_ok=True)
    expected = write_questions(folder / "questions.jsonl", setting.samples)
    laps: dict[str, list[Lap]] = {}
    with Server(case.latency_ms, setting.server) as server:
        write_plan(folder / "plan.yaml", server.base_url, stream=case.stream)
        contestants = _contestants(folder, server.base_url, setting, case, expected)
        for _ in range(setting.repeats):
            for name, contestant in contestants.items():
                laps.setdefault(name, []).append(_lap(contestant(), setting.samples, whole="whole process" in name))
        stats, cpu = server.stats(), server.cpu()
    section = _section(setting, case, laps)
    section.note += f" The server used {1000 * cpu / stats['requests']:.3f} ms of CPU per answer, on a core of its own."
    return section


def _contestants(
    folder: Path, url: str, setting: Setting, case: Case, expected: float
) -> dict[str, Callable[[], Finished]]:
    questions, plan, at_a_time = folder / "questions.jsonl", folder / "plan.yaml", setting.concurrency
    warm = ("--warm-up", str(min(WARM_UP, setting.samples)))
    stream = ("--stream",) if case.stream else ()
    contestants: dict[str, Callable[[], Finished]] = {
        BARE: lambda: run_bare(questions, url, at_a_time, expected, *stream, *warm),
        LOOP: lambda: run_loop(plan, at_a_time, expected, *warm),
        "evalium loop, answers kept in the cache": lambda: run_loop(plan, at_a_time, expected, *warm, "--cache"),
        BARE_WHOLE: lambda: run_bare(questions, url, at_a_time, expected, *stream),
        "`evalium run`, whole process": lambda: run_whole(plan, at_a_time, expected),
    }
    if case is CASES[0]:
        without = (*warm, "--loop", "asyncio")
        contestants["bare aiohttp loop without uvloop"] = lambda: run_bare(
            questions, url, at_a_time, expected, *without
        )
    return contestants


def _lap(done: Finished, n: int, *, whole: bool) -> Lap:
    found = {"wall": done.wall, "cpu": done.cpu} if whole else done.json()
    return Lap(n / found["wall"], 1000 * found["cpu"] / n, done.peak_mb)


def _section(setting: Setting, case: Case, laps: dict[str, list[Lap]]) -> Section:
    section = Section(
        case.name,
        f"{setting.samples:,} samples, concurrency {setting.concurrency}, {setting.repeats} interleaved rounds; "
        "median [least, greatest]. Ratios are taken within a round: loops against the bare loop, whole processes "
        "against the bare client's whole process. The evalium loop is everything from the first call to the numbers: "
        "calls, scores, journal, sealing, aggregation.",
        HEAD,
    )
    rate: dict[str, Spread] = {}
    cpu: dict[str, Spread] = {}
    for name, own in laps.items():
        yardstick = laps[BARE_WHOLE if "whole process" in name else BARE]
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
        Target("rate of the evalium loop over the bare loop's", rate[LOOP].median, case.share, at_least=True),
        Target("CPU of the evalium loop over the bare loop's", cpu[LOOP].median, CPU_SHARE),
    ]
    return section
