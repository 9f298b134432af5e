"""How long a full workspace takes to list, open, slice and compare."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from .commands import EVALIUM, ROOT
from .process import Command, Finished, measure
from .report import Section, Spread, Target
from .workload import check_accuracy, write_questions

RUNS, RECORDS = 1_000, 200_000
SECONDS = 2.0
ACCURACIES = (0.7, 0.72)


def benchmark(folder: Path, repeats: int, *, runs: int = RUNS, records: int = RECORDS) -> Section:
    """Fill a workspace with two runs of `records` records and `runs` runs in all, then time each command as a process.

    Raises:
        WrongAnswers: A run does not hold what it was filled with.
    """
    folder = folder / "store"
    folder.mkdir(parents=True)
    workspace = folder / "workspace"
    first, second = fill(folder, workspace, runs, records)
    opened: Command = [sys.executable, "-m", "benchmarks.opened", workspace, first]
    commands: dict[str, Command] = {
        f"list {runs:,} runs": [EVALIUM, "runs", "-w", workspace, "-n", str(runs), "--json"],
        f"open a run of {records:,} records": [*opened, "open"],
        "and slice it by an attribute": [*opened, "slice"],
        f"compare two runs of {records:,} records": [EVALIUM, "compare", first, second, "-w", workspace, "--json"],
    }
    done: dict[str, list[Finished]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            done[name].append(measure(command, cwd=ROOT))
    _check(list(done.values()), runs, records)
    shutil.rmtree(folder)
    return _section(done, repeats)


def fill(folder: Path, workspace: Path, runs: int, records: int) -> tuple[str, str]:
    """Run two stand-in models on `records` questions, and add rows to the catalog until it lists `runs` runs.

    Returns:
        Ids of the two runs.
    """
    write_questions(folder / "questions.jsonl", records)
    models = [
        f"  - {{id: mock/target, name: model-{i}, options: {{accuracy: {accuracy}, seed: {i}}}}}"
        for i, accuracy in enumerate(ACCURACIES)
    ]
    plan = [
        "plan: storage",
        "data: {file: questions.jsonl, input: question, target: answer, id: id, attributes: [digits]}",
        "models:",
        *models,
        "scorers: [exact]",
        "metrics: [exact, error_rate]",
    ]
    (folder / "plan.yaml").write_text("\n".join(plan) + "\n", encoding="utf-8")
    found = measure([EVALIUM, "run", folder / "plan.yaml", "-w", workspace, "--json"], cwd=folder).json()["runs"]
    copy: Command = [sys.executable, "-m", "benchmarks.opened", workspace, found[0]["run"], "copy", "--to", str(runs)]
    measure(copy, cwd=ROOT)
    return found[0]["run"], found[1]["run"]


def _check(done: list[list[Finished]], runs: int, records: int) -> None:
    listed, opened, sliced, _ = (each[0].json() for each in done)
    check_accuracy("evalium runs", float(len(listed["runs"])), float(runs))
    check_accuracy("opening a run", float(opened["records"]), float(records))
    check_accuracy("slicing a run", float(sum(sliced["slices"].values())), float(records))


def _section(done: dict[str, list[Finished]], repeats: int) -> Section:
    section = Section(
        "A full workspace",
        f"Each is a process of its own, start-up included; {repeats} interleaved rounds; median [least, greatest].",
        ["what", "wall s", "CPU s", "peak MB"],
    )
    for name, own in done.items():
        wall = Spread.of(run.wall for run in own)
        cpu, peak = Spread.of(run.cpu for run in own), Spread.of(run.peak_mb for run in own)
        section.rows.append([name, wall.text(), cpu.text(), peak.text(0)])
        section.targets.append(Target(name, wall.median, SECONDS, unit="s"))
    return section
