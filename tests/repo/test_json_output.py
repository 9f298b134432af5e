"""Everything that `--json` prints is what docs/output.schema.json says, and every field of it is described there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

REPO = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((REPO / "docs" / "output.schema.json").read_text(encoding="utf-8"))
PLAN = """
plan: sums
data:
  items:
    - {question: "2 + 2?", answer: "4", size: small, said: "4"}
    - {question: "20 + 30?", answer: "50", size: large, said: "I think 50"}
    - {question: "40 + 50?", answer: "90", size: large, said: "no idea"}
    - {question: "60 + 50?", answer: "110", size: large, said: null}
  attributes: [size]
models:
  - {id: recorded/said, name: recorded}
  - {id: mock/target, name: faulty, options: {faults: {http_500: 0.7}, cost: 0.01}}
scorers: [numeric]
metrics: [numeric, latency_p95, cost_per_call, error_rate]
execution: {max_retries: 0}
decide: {require: {numeric: ">= 90 %", latency_p95: "<= 2 s"}}
"""


def output(*arguments: str, exits: int = 0) -> Any:
    command = [sys.executable, "-c", "from evalium.cli import main; main()", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == exits, done.stderr
    return json.loads(done.stdout)


def validate(document: Any, definition: str) -> None:
    schema = {**SCHEMA, "$ref": f"#/$defs/{definition}"}
    wrong = jsonschema.Draft202012Validator(schema).iter_errors(document)
    assert [f"{error.json_path}: {error.message[:200]}" for error in wrong] == []


@pytest.fixture
def runs(workspace: Path, tmp_path: Path) -> list[str]:
    """Two runs: one with an answer that cannot be read and one that is missing, one with failures and costs."""
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    document = output("run", "plan.yaml")
    validate(document, "run")
    first, second = document["runs"]
    assert first["status"]["missing"] == 1 and first["requirements"] and first["slices"]["size"]["large"]
    assert first["metrics"]["numeric"]["n_missing"] == 1 and second["errors"]["http_500"] >= 1
    assert [run["model"] for run in document["runs"]] == ["recorded", "faulty"]
    return [run["run"] for run in document["runs"]]


def test_commands_on_runs_print_what_is_documented(runs: list[str]) -> None:
    validate(output("compare", *runs), "compare")
    validate(output("score", runs[0], "--scorer", "includes"), "run")
    validate(output("runs"), "runs")
    validate(output("run", "plan.yaml", "--dry-run"), "dry_run")
    validate(output("doctor", "plan.yaml"), "doctor")


def test_an_undefined_number_is_null_with_a_reason(runs: list[str]) -> None:
    compared = output("compare", *runs)["runs"][0]["metrics"]
    undefined = [c["difference"]["difference"] for c in compared if c["verdict"] == "undefined"]
    assert undefined and all(d["value"] is None or d["low"] is None for d in undefined)
    for run in output("run", "plan.yaml")["runs"]:
        for estimate in run["metrics"].values():
            assert (estimate["value"] is None) == ("reason" in estimate)


def test_findings_are_part_of_it(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text("from sklearn.tree import DecisionTreeClassifier as tree\n", encoding="utf-8")
    model = {"id": "sklearn/models.py:tree", "name": "tree", "cross_validation": {"folds": 3}}
    plan = {"plan": "iris", "data": {"sklearn": "iris"}, "models": [model], "metrics": ["accuracy"]}
    (tmp_path / "iris.json").write_text(json.dumps(plan), encoding="utf-8")
    document = output("run", "iris.json")
    validate(document, "run")
    assert len(document["runs"][0]["findings"]["folds"]) == 3


def test_the_demo_prints_what_is_documented(workspace: Path) -> None:
    validate(output("demo"), "demo")


@pytest.mark.parametrize("kind", ["models", "scorers", "metrics", "datasets"])
def test_lists_print_what_is_documented(kind: str, workspace: Path) -> None:
    document = output("list", kind)
    validate(document, "list")
    assert document[kind]


def objects(name: str, schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if "properties" in schema:
            yield name, schema
        for key, inner in schema.items():
            yield from objects(f"{name}.{key}", inner)


def test_every_field_is_described_and_nothing_else_allowed() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for name, schema in objects("", SCHEMA["$defs"]):
        assert schema["additionalProperties"] is False, name
        for field, inner in schema["properties"].items():
            assert inner.get("description"), f"{name}.{field}"


def test_every_definition_is_on_the_page() -> None:
    page = (REPO / "docs" / "json.md").read_text(encoding="utf-8")
    assert [name for name in SCHEMA["$defs"] if f"<!-- table: output {name} -->" not in page] == []
