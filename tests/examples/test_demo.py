"""`evalium demo` in an empty folder, without a network."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from evalium.core import Estimate, estimate_text
from tests.extras import require_extra

require_extra("sklearn")

NO_NETWORK = '''
"""Ends the process as soon as it looks up a name or connects to anything but a socket on this disk."""

import os
import sys


def watch(event, arguments):
    if event == "socket.getaddrinfo" or (event == "socket.connect" and isinstance(arguments[1], tuple)):
        sys.stderr.write(f"the network was asked for: {event} {arguments[1:]}\\n")
        sys.stderr.flush()
        os._exit(99)


sys.addaudithook(watch)
'''


EVALIUM = "from evalium.cli import main; main()"


class Demo(NamedTuple):
    """One demo that has ended: its folder, its exit status, what it printed, CPU seconds."""

    folder: Path
    status: int
    printed: str
    complaints: str
    seconds: float


def empty_folder(parent: Path) -> Path:
    """An empty folder, with the watch beside it."""
    (parent / "python").mkdir()
    (parent / "python" / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    (parent / "empty").mkdir()
    return parent / "empty"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = empty_folder(tmp_path_factory.mktemp("demo"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = offline(folder, "-c", EVALIUM, "demo")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Demo(folder, done.returncode, done.stdout, done.stderr, seconds)


def without_network() -> list[str]:
    """A command that takes the network away where the system allows it."""
    for options in (["-n"], ["-rn"]):
        command = ["unshare", *options]
        if (
            shutil.which("unshare")
            and subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0
        ):
            return command
    return []


def offline(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder with neither network nor the variables of an earlier workspace."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("EVALIUM_")}
    return subprocess.run(
        [*without_network(), sys.executable, *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(folder.parent / "python")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_watch_ends_a_process_that_asks_for_the_network(tmp_path: Path) -> None:
    empty = empty_folder(tmp_path)
    for code in ("socket.getaddrinfo('localhost', 80)", "socket.create_connection(('127.0.0.1', 9))"):
        assert offline(empty, "-c", f"import socket; {code}").returncode == 99


def test_demo(demo: Demo) -> None:
    assert demo.status == 0, demo.complaints
    # CPU time: what else the machine does is not the demo's doing.
    assert demo.seconds < 60
    printed = demo.printed
    for plan, units in (("demo-breast-cancer", 285), ("demo-digits", 899)):
        assert plan in printed
        assert printed.count(f"{units} ok") == 3
    number = r"[\d.]+ % \[[\d.]+, [\d.]+\]"
    assert len(re.findall(rf"^ *accuracy +{number} +{number} +{number} *$", printed, re.MULTILINE)) == 2
    assert printed.count("random-forest minus logistic-regression: 285 pairs") == 1
    assert printed.count("naive-bayes minus logistic-regression: 899 pairs") == 1
    assert "mcnemar" in printed and "no difference seen" in printed and "worse" in printed
    report = demo.folder / "demo-report.html"
    assert f"report: {report}" in printed.splitlines()
    assert "demo-digits" in report.read_text(encoding="utf-8")
    assert re.search(r"^next: evalium \w+", printed, re.MULTILINE)
    assert sorted(path.name for path in demo.folder.iterdir()) == [".evalium", "demo-report.html"]


def test_demo_again_gives_the_same_numbers(demo: Demo) -> None:
    again = offline(demo.folder, "-c", EVALIUM, "demo", "--json")
    assert again.returncode == 0, again.stderr
    runs = json.loads(again.stdout)["runs"]
    assert [run["model"] for run in runs] == 2 * ["logistic-regression", "random-forest", "naive-bayes"]
    for run in runs:
        accuracy = run["metrics"]["accuracy"]
        assert accuracy["low"] < accuracy["value"] < accuracy["high"]
        assert (run["state"], accuracy["n_missing"]) == ("done", 0)
        assert len(run["slices"]["size"]) == 3
        for name in ("accuracy", "f1_macro", "roc_auc", "throughput"):
            assert estimate_text(msgspec.convert(run["metrics"][name], Estimate)) in demo.printed
