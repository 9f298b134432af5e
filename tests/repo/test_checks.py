"""The checks of `make lint` pass on good sources and fail on bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import check_file_size, check_imports, check_leaks, check_startup

REPO = Path(__file__).resolve().parents[2]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_long_file_needs_a_reason(tmp_path: Path) -> None:
    write(tmp_path, "long.py", "x = 1\n" * 401)
    write(tmp_path, "table.py", "# size: a data table\n" + "x = 1\n" * 401)
    write(tmp_path, "short.py", "x = 1\n" * 400)
    found = list(check_file_size.problems(tmp_path))
    assert len(found) == 1
    assert "long.py: 401 lines" in found[0]


def test_a_long_function_has_no_way_out(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "# size: reason\nasync def run():\n" + "    x = 1\n" * 100)
    assert ["run has 101 lines" in line for line in check_file_size.problems(tmp_path)] == [True]


def test_layers_may_import_only_what_is_theirs(tmp_path: Path) -> None:
    package = tmp_path / "evalium"
    write(package, "core/a.py", "import json\nimport msgspec\nfrom evalium.core import b\n")
    write(package, "core/b.py", "def f():\n    import numpy\n")
    write(package, "stats/a.py", "import numpy\nfrom scipy import special\nimport msgspec\n")
    write(package, "store/a.py", "import duckdb\nimport requests\n")
    found = list(check_imports.problems(package, {"duckdb", "msgspec"}))
    assert [line.split(" may not")[0].split(": ")[1] for line in found] == ["numpy", "msgspec", "requests"]


def test_declared_names_come_from_pyproject() -> None:
    names = check_imports.declared(REPO / "pyproject.toml")
    assert {"yaml", "sklearn", "msgspec", "torch", "uvloop"} <= names
    assert names.isdisjoint({"pytest", "mypy", "evalium", "pyyaml"})


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("open('/" + "root/x')", 1),
        ("see /" + "home/ann/data", 1),
        ("cd /" + "work/main && make", 1),
        ("https://" + "pypi" + ".org/simple", 1),
        ("--extra-" + "index-url x\n", 1),
        ("src/root/plan and ./root/x and https://example.com/root/", 0),
        ("/usr/bin/env and /tmp/x and /home", 0),
    ],
)
def test_leaks_are_found(tmp_path: Path, text: str, leaks: int) -> None:
    assert len(list(check_leaks.problems([write(tmp_path, "a.txt", text)]))) == leaks


def test_binary_files_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\xff\xfe\x00/" + b"root/")
    assert list(check_leaks.problems([path])) == []


@pytest.mark.parametrize("arguments", check_startup.COMMANDS, ids=" ".join)
def test_the_command_line_starts_light(arguments: list[str]) -> None:
    assert check_startup.loaded(arguments) <= check_startup.LIGHT


def test_what_a_start_loads_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    heavy = check_startup.PROBE.replace("from evalium.cli import main", "import numpy; main = list")
    monkeypatch.setattr(check_startup, "PROBE", heavy)
    assert "numpy" in check_startup.loaded(["--help"])
