"""Real processes that are killed at a moment of the test's choosing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"

PRELUDE = """
import sys
from evalium.core import Record, Score, Status
from evalium.store import Workspace
import evalium.store._journal as journal_module
from tests.store.make import RUN, record, score
"""


RUNNING: list[Child] = []
"""Those that nobody waited for yet; the fixture in conftest.py ends them."""


class Child:
    """A Python process that runs `code` after the prelude; its lines of output are read one at a time."""

    def __init__(self, code: str, *args: str) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(SOURCE), str(SOURCE.parent)]),
            "PYTHONWARNINGS": "error",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + code, *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        RUNNING.append(self)

    def line(self) -> str:
        """The next line that it prints, empty at the end."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> list[str]:
        """SIGKILL; the lines that it had printed but nobody read."""
        self.process.send_signal(signal.SIGKILL)
        return self.end()

    def finish(self) -> list[str]:
        """Let it run to its end, which must be a good one; the lines nobody read."""
        rest = self.end()
        assert self.process.returncode == 0, self.process.returncode
        return rest

    def end(self) -> list[str]:
        """Close its input and wait; the whole lines that nobody read."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        out = self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait()
        RUNNING.remove(self)
        return out.split("\n")[:-1]
