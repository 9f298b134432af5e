"""The recipes of CONTRIBUTING.md work: done in a copy of the sources, the common laws hold for what they add."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo.blocks import blocks

REPO = Path(__file__).resolve().parents[2]
ADDED = "geometric_mean or starts_with or fireworks"
LAWS = (
    "tests/metrics/test_every_metric.py",
    "tests/metrics/test_door.py",
    "tests/scorers/test_every_scorer.py",
    "tests/models/test_openai_access.py",
    "src/evalium/metrics/geometric_mean.py",
    "src/evalium/scorers/starts_with.py",
)


def apply(folder: Path, title: str, language: str, text: str) -> None:
    """Write a new file, or put the `+` line of a diff behind the line before it."""
    path = folder / title
    if language != "diff":
        assert not path.exists(), f"{title} is there already: choose another example"
        path.write_text(text, encoding="utf-8")
        return
    before, added = text.splitlines()
    assert before.startswith(" ") and added.startswith("+"), f"{title}: a diff is one line of context and one added"
    old = path.read_text(encoding="utf-8")
    assert old.count(f"\n{before[1:]}\n") == 1, f"{title} has no single line {before[1:]!r}"
    path.write_text(old.replace(f"\n{before[1:]}\n", f"\n{before[1:]}\n{added[1:]}\n"), encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources with all recipes followed."""
    folder = tmp_path_factory.mktemp("checkout")
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("src", "tests", "scripts", "conftest.py", "pyproject.toml"):
        source = REPO / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignore)
        else:
            shutil.copy(source, folder / name)
    done = 0
    for block in blocks(REPO / "CONTRIBUTING.md"):
        if block.title:
            apply(folder, block.title, block.language, block.text)
            done += 1
    assert done == 8
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_laws_hold_for_what_the_recipes_add(copy: Path) -> None:
    done = python(copy, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-k", ADDED, *LAWS)
    assert done.returncode == 0, done.stdout[-3000:]
    listed = python(copy, "-m", "pytest", "-q", "--co", "-n0", "-p", "no:cacheprovider", "-k", ADDED, *LAWS).stdout
    least = {"geometric_mean": 15, "starts_with": 15, "fireworks": 1}
    ran = {name: sum(name in line for line in listed.splitlines()) for name in least}
    assert all(ran[name] >= least[name] for name in least), ran


def test_what_the_recipes_add_is_listed(copy: Path) -> None:
    code = "from evalium.cli import main; main()"
    for kind, name in (("metrics", "geometric_mean"), ("scorers", "starts_with"), ("models", "fireworks")):
        done = python(copy, "-c", code, "list", kind)
        assert f" {name} " in done.stdout, done.stderr
