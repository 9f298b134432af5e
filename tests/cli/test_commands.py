"""What a newcomer types, and what is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.robustness.command import evalium


def write(folder: Path, **plan: object) -> None:
    data = {"items": [{"input": "2 + 2?", "target": "4"}, {"input": "3 + 3?", "target": "6"}]}
    (folder / "plan.yaml").write_text(yaml.safe_dump({"plan": "sums", "data": data, **plan}), encoding="utf-8")


def test_a_dry_run_needs_no_key(tmp_path: Path) -> None:
    write(tmp_path, models=["openai/gpt-4o-mini"])
    assert evalium(tmp_path, "run", "plan.yaml", "--dry-run", "--json").json["models"][0]["cost"] > 0
    refused = evalium(tmp_path, "run", "plan.yaml")
    assert refused.code == 2 and "set the environment variable OPENAI_API_KEY" in refused.err


def test_doctor_leaves_nothing_behind(tmp_path: Path) -> None:
    checks = {check["name"]: check for check in evalium(tmp_path, "doctor", "--json").json["checks"]}
    assert checks["workspace"]["state"] == "ok" and "made by the first run" in checks["workspace"]["detail"]
    assert list(tmp_path.iterdir()) == []


def test_providers_are_told_apart(tmp_path: Path) -> None:
    said = {one["name"]: one["what"] for one in evalium(tmp_path, "list", "models", "--json").json["models"]}
    assert "http://localhost:8080/v1" in said["llama.cpp"] and "GROQ_API_KEY" in said["groq"]
    assert said["llama.cpp"] == said["llamacpp"] and len(set(said.values())) == len(said) - 1


@pytest.mark.parametrize("names", [("one", "two"), ("sums:one", "sums:two")])
def test_runs_are_named_by_their_models(tmp_path: Path, names: tuple[str, str]) -> None:
    write(tmp_path, models=[{"id": "mock/target", "name": "one"}, {"id": "mock/echo", "name": "two"}])
    assert evalium(tmp_path, "run", "plan.yaml", "-q").code == 0
    assert evalium(tmp_path, "compare", *names, "--json").json["runs"][0]["model"] == "two"
    unknown = evalium(tmp_path, "compare", "one", "three")
    assert unknown.code == 2 and "unknown run 'three'" in unknown.err
