"""The commands that are measured, and their answers checked."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from .process import Command, Finished, measure
from .workload import check_accuracy

ROOT = Path(__file__).resolve().parent.parent
EVALIUM = Path(sys.executable).with_name("evalium")


def run_bare(questions: Path, base_url: str, concurrency: int, expected: float, *options: str) -> Finished:
    """Run the bare client; its figures of the loop alone are its output.

    Raises:
        WrongAnswers: It did not find the known share of right answers.
    """
    command: Command = [sys.executable, "-m", "benchmarks.bare", questions, base_url]
    done = measure([*command, "--concurrency", str(concurrency), *options], cwd=ROOT)
    check_accuracy("the bare client", done.json()["accuracy"], expected)
    return done


def run_loop(plan: Path, concurrency: int, expected: float, *options: str) -> Finished:
    """Run a plan in an empty workspace beside it, and time evalium without its start-up; see `benchmarks.loop`.

    Raises:
        WrongAnswers: It did not find the known share of right answers.
    """
    command: Command = [sys.executable, "-m", "benchmarks.loop", plan, empty_workspace(plan)]
    done = measure([*command, "--concurrency", str(concurrency), *options], cwd=ROOT)
    check_accuracy("evalium", done.json()["accuracy"], expected)
    return done


def run_whole(plan: Path, concurrency: int, expected: float) -> Finished:
    """Run a plan in an empty workspace beside it, as a user does: `evalium run`.

    Raises:
        WrongAnswers: It did not find the known share of right answers.
    """
    command: Command = [EVALIUM, "run", plan, "-w", empty_workspace(plan), "-c", str(concurrency)]
    done = measure([*command, "--json", "--no-cache"], cwd=plan.parent)
    check_accuracy("evalium run", done.json()["runs"][0]["metrics"]["exact"]["value"], expected)
    return done


def empty_workspace(plan: Path) -> Path:
    """Where the plan's workspace will be; what was there is removed."""
    workspace = plan.parent / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    return workspace
