"""One child process, measured: wall time, CPU of it and its children, peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIMEOUT = 1800.0
Command = list[str | Path]


class Failed(Exception):
    """A measured command ended with an exit code that was not expected."""


@dataclass(frozen=True)
class Finished:
    """A process that has ended.

    Attributes:
        wall: Seconds from start to end.
        cpu: Seconds of CPU, user and system, children included.
        peak_mb: Largest resident memory of one process of the tree, in MB (2**20 bytes).
        code: Exit code.
        out: Standard output.
        err: Standard error.
    """

    wall: float
    cpu: float
    peak_mb: float
    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The last line of the output that is a JSON document, or the whole output."""
        lines = [line for line in self.out.splitlines() if line.startswith("{") and line.endswith("}")]
        return json.loads(lines[-1] if lines else self.out)


def environment(**more: str) -> dict[str, str]:
    """The environment of a measured process: as a user's, with cached bytecode and nothing that points elsewhere."""
    dropped = {"PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME", "PYTHONASYNCIODEBUG", "EVALIUM_HOME"}
    return {key: value for key, value in os.environ.items() if key not in dropped} | more


def measure(
    command: Command,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    expect: Sequence[int] = (0,),
    timeout: float = TIMEOUT,
) -> Finished:
    """Run a command to its end.

    The kernel's own accounting is used (`wait4`), so nothing is sampled and a peak cannot be missed.

    Args:
        command: Program and arguments.
        cwd: Folder to run in.
        env: The whole environment; None takes `environment()`.
        expect: Exit codes that are fine.
        timeout: Seconds after which it is killed.

    Raises:
        Failed: It ended with another code; the message has the end of its output.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=dict(environment() if env is None else env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        alarm = threading.Timer(timeout, child.kill)
        alarm.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        finally:
            alarm.cancel()
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        finished = Finished(
            wall=wall,
            cpu=usage.ru_utime + usage.ru_stime,
            peak_mb=usage.ru_maxrss / 1024,
            code=child.returncode,
            out=out.read().decode(errors="replace"),
            err=err.read().decode(errors="replace"),
        )
    if finished.code not in expect:
        shown = " ".join(str(part) for part in command)
        raise Failed(f"{shown}\nexit code {finished.code}\n{finished.out[-2000:]}\n{finished.err[-4000:]}")
    return finished
