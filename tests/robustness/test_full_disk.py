"""A disk that fills up in the middle of a run: it says so, and after there is room the same command finishes."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from evalium.store import Workspace
from tests.robustness.command import evalium, write_plan, write_rows

N = 1500
MEBI = 2**20
Place = Callable[[Path], AbstractContextManager[tuple[Callable[[], None] | None, Callable[[], object]]]]
"""Makes a folder small: what a process has to do before it starts, and what makes room again."""


@contextmanager
def largest_file(folder: Path) -> Iterator[tuple[Callable[[], None] | None, Callable[[], object]]]:
    """No file of the process may grow beyond a mebibyte, which any user may declare."""
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MEBI, MEBI)), lambda: None


@contextmanager
def small_disk(folder: Path) -> Iterator[tuple[Callable[[], None] | None, Callable[[], object]]]:
    """A file system of two mebibytes, which takes root."""

    def mount(*options: str) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)], check=True)

    mount("size=2m")
    try:
        yield None, lambda: mount("remount", "size=200m")
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def may_mount() -> bool:
    """Whether this machine lets the tests mount a file system; tried where nobody else sees it."""
    trial = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return os.geteuid() == 0 and subprocess.run(trial, capture_output=True, check=False).returncode == 0


PLACES: list[Place] = [largest_file, small_disk] if may_mount() else [largest_file]


@pytest.mark.parametrize("place", PLACES)
def test_a_disk_that_fills_up(place: Place, tmp_path: Path) -> None:
    write_plan(tmp_path, scorers=["exact"], models=["mock/echo"], metrics=["exact"])
    write_rows(tmp_path / "sums.jsonl", [{"q": f"{i} " + "long " * 400, "a": "b"} for i in range(N)])
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    command = ["run", "plan.yaml", "--workspace", str(workspace)]
    with place(workspace) as (before, make_room):
        for _ in range(2):
            ended = evalium(tmp_path, *command, "-o", "report.html", before=before)
            assert ended.code == 3 and str(workspace) in ended.err and "Traceback" not in ended.err, ended
            assert not ended.out and not (tmp_path / "report.html").exists()
        with Workspace.open(workspace) as store:
            kept = store.records(None, ["sample"]).num_rows
        assert 0 < kept < N
        make_room()
        run = evalium(tmp_path, *command, "--json").run
        assert run["status"] == {"ok": N} and run["state"] == "done"
        with Workspace.open(workspace) as store:
            samples = store.records(None, ["sample"]).column("sample").to_pylist()
            scores = store.scores(None, columns=["sample"]).column("sample").to_pylist()
        assert sorted(samples) == sorted(scores) == sorted(str(i + 1) for i in range(N))


def test_the_first_message_names_the_free_space(tmp_path: Path) -> None:
    write_plan(tmp_path, scorers=["exact"], models=["mock/echo"], metrics=["exact"])
    write_rows(tmp_path / "sums.jsonl", [{"q": "long " * 400, "a": "b"} for _ in range(N)])
    with largest_file(tmp_path) as (before, _):
        ended = evalium(tmp_path, "run", "plan.yaml", before=before)
    assert "MB are free there" in ended.err and "run the same command again" in ended.err, ended


def test_a_workspace_that_may_not_be_written(tmp_path: Path) -> None:
    write_plan(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    ended = evalium(tmp_path, "run", "plan.yaml", "--workspace", "file/workspace")
    assert ended.code == 3 and "file/workspace cannot be written" in ended.err, ended
