"""Examples as a user runs them: in a copy of their folder, each a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run_example(name: str, folder: Path, data: Path | None, **environment: str) -> str:
    """Run an example and give what it printed.

    Args:
        name: Its folder.
        folder: An empty folder; the examples are copied into it.
        data: The public data sets; None hides them.
        **environment: Further variables.
    """
    copy = folder / "checkout" / "examples"
    shutil.copytree(EXAMPLES, copy, ignore=shutil.ignore_patterns("out", "__pycache__"), dirs_exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if k not in {"EVALIUM_TEST_DATA", "EVALIUM_HOME"}}
    if data is not None:
        kept["EVALIUM_TEST_DATA"] = str(data)
    done = subprocess.run(
        [sys.executable, "-W", "error", str(copy / name / "run.py")],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = copy / name / "out" / "report.html"
    assert f"report: {report}" in done.stdout
    page = report.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") or page.startswith("<!DOCTYPE html>")
    assert 'src="http' not in page and "<link" not in page
    return done.stdout
