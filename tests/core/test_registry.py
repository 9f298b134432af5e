import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from evalium.core import ConfigError, Registry, UnknownName


def test_nearest_name_is_suggested():
    registry = Registry("metric", {"accuracy": "math:sqrt"})
    with pytest.raises(UnknownName, match=r"unknown metric 'acuracy'. Did you mean 'accuracy'\?"):
        registry.get("acuracy")


def test_listing_names_imports_nothing():
    registry = Registry("metric", {"x": "a_module_that_does_not_exist:thing"})
    assert "x" in registry.names()


def test_the_last_registration_wins_but_built_ins_cannot_be_replaced():
    registry = Registry("scorer", {"exact": "evalium.scorers.exact:exact"})
    registry.register("mine", 1)
    registry.register("mine", 2)
    assert registry.get("mine") == 2
    with pytest.raises(ConfigError, match="'exact' is built in"):
        registry.register("exact", 3)


def test_options_are_converted_and_checked():
    registry = Registry("thing", {})
    registry.register("near", lambda tolerance, label="x": (tolerance, label))

    def near(tolerance: float, label: str = "x") -> tuple[float, str]:
        return tolerance, label

    registry.register("near", near)
    assert registry.create("near", {"tolerance": 1}) == (1.0, "x")
    with pytest.raises(ConfigError, match="needs the option 'tolerance'"):
        registry.create("near")
    with pytest.raises(ConfigError, match=r"no option 'tolerence'. Did you mean 'tolerance'\?"):
        registry.create("near", {"tolerence": 1})
    with pytest.raises(ConfigError, match="option 'tolerance': Expected `float`, got `str`"):
        registry.create("near", {"tolerance": "much"})


def test_third_parties_register_by_entry_points(tmp_path: Path):
    """A distribution on the path with an entry point is found by its group; built-in names keep their owner."""
    (tmp_path / "their_metrics.py").write_text("def spread():\n    return 'theirs'\n", encoding="utf-8")
    info = tmp_path / "their_metrics-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-metrics\nVersion: 1.0\n", encoding="utf-8")
    entry_points = "[evalium.shapes]\nspread = their_metrics:spread\npath = their_metrics:spread\n"
    (info / "entry_points.txt").write_text(entry_points, encoding="utf-8")
    program = dedent("""
        from evalium.core import Registry
        registry = Registry("shape", {"path": "pathlib:PurePosixPath"})
        print(registry.names(), registry.get("spread")(), registry.get("path").__name__)
    """)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert done.stdout.strip() == "['path', 'spread'] theirs PurePosixPath"
