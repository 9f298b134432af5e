"""The `evalium` command in a process of its own, and plans for it to run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

REPO = Path(__file__).resolve().parents[2]
EVALIUM = [sys.executable, "-m", "evalium"]


def environment(**more: str) -> dict[str, str]:
    """The tests' environment without the keys and workspaces of whoever runs them; warnings are errors."""
    private = ("_API_KEY", "EVALIUM_")
    kept = {name: value for name, value in os.environ.items() if not any(mark in name for mark in private)}
    paths = os.pathsep.join([str(REPO / "src"), str(REPO)])
    return {**kept, "PYTHONPATH": paths, "PYTHONWARNINGS": "error", "COLUMNS": "120", **more}


class Ended:
    """How a command ended: exit code, and what it wrote to both outputs."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def __repr__(self) -> str:
        return f"exit code {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    @property
    def json(self) -> Any:
        """Its output as JSON."""
        assert self.code == 0, self
        return json.loads(self.out)

    @property
    def run(self) -> dict[str, Any]:
        """The only run of `evalium run --json`."""
        [run] = self.json["runs"]
        found: dict[str, Any] = run
        return found


class Started:
    """A command under way."""

    def __init__(self, arguments: Sequence[str], folder: Path, before: Callable[[], None] | None = None) -> None:
        self.process = subprocess.Popen(
            [*EVALIUM, *arguments],
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=before,
        )

    def signal(self, number: signal.Signals, *, everyone: bool = False) -> None:
        """Send a signal to the process, or as a terminal does to all processes it started too."""
        if everyone:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def end(self) -> Ended:
        """Wait for its end."""
        out, err = self.process.communicate(timeout=200)
        return Ended(self.process.returncode, out, err)


def evalium(folder: Path, *arguments: str, before: Callable[[], None] | None = None) -> Ended:
    """Run a command to its end."""
    return Started(arguments, folder, before).end()


def sums(n: int) -> list[dict[str, Any]]:
    """Questions that the test server knows how to answer, rightly or wrongly."""
    return [{"q": f"What is {i} + {2 * i + 1}?", "a": str(3 * i + 1), "third": i % 3} for i in range(n)]


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write a JSONL file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def plan_of(url: str | None, **changes: Any) -> dict[str, Any]:
    """A plan over `sums.jsonl`, asked of a server, or of a mock where there is none."""
    server = {"id": "openai-compatible/test", "name": "test", "base_url": f"{url}/v1"}
    plan: dict[str, Any] = {
        "plan": "sums",
        "data": {"file": "sums.jsonl", "input": "q", "target": "a"},
        "models": [server if url else "mock/target"],
        "scorers": ["numeric"],
    }
    return {**plan, **changes}


def write_plan(folder: Path, url: str | None = None, n: int = 12, **changes: Any) -> None:
    """Write `plan.yaml` and the `sums.jsonl` it reads."""
    write_rows(folder / "sums.jsonl", sums(n))
    (folder / "plan.yaml").write_text(yaml.safe_dump(plan_of(url, **changes), sort_keys=False), encoding="utf-8")
