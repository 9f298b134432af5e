"""The locked versions are complete, agree with each other, and hold nothing of the machine that resolved them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
LOCKED = sorted(
    path for path in (REPO / "requirements").glob("*.txt") if path.name not in {"torch.txt", "unlocked.txt"}
)
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^ ;]+)(?P<marker> ; .+)?$")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            pin = PIN.match(line)
            assert pin, f"{path.name}: not a pin: {line!r}"
            found.setdefault(normal(pin["name"]), set()).add(pin["version"] + (pin["marker"] or ""))
    return found


def required(names: list[str]) -> set[str]:
    return {normal(re.split(r"[\[<>=!~; ]", name, maxsplit=1)[0]) for name in names} - {"evalium", "torch"}


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.name)
def test_every_line_is_a_pin_and_agrees_with_full(path: Path) -> None:
    full = pins(REPO / "requirements" / "full.txt")
    mine = pins(path)
    assert mine
    versions = {name: {pin.partition(" ;")[0] for pin in found} for name, found in mine.items()}
    agreed = {name: {pin.partition(" ;")[0] for pin in full.get(name, set())} for name in mine}
    assert {name: found for name, found in versions.items() if not found <= agreed[name]} == {}


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.name)
def test_nothing_brings_cuda(path: Path) -> None:
    assert [name for name in pins(path) if name == "torch" or name.startswith(("nvidia", "triton", "cuda"))] == []


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    unlocked = set(re.findall(r"^[a-z][\w-]*$", (REPO / "requirements" / "unlocked.txt").read_text("utf-8"), re.M))
    base = pins(REPO / "requirements" / "base.txt")
    full = pins(REPO / "requirements" / "full.txt")
    assert required(project["dependencies"]) <= set(base)
    for extra, names in project["optional-dependencies"].items():
        assert required(names) - unlocked <= set(full), extra


def test_torch_is_one_exact_version() -> None:
    lines = (REPO / "requirements" / "torch.txt").read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"torch==\d+\.\d+\.\d+", "".join(line for line in lines if not line.startswith("#")))
