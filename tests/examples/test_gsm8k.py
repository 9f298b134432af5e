"""The example `gsm8k` gives the published counts, and something sensible without the published data."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import msgspec
import pytest
import yaml

import evalium as ev
from tests.examples.folder import EXAMPLES, run_example

RIGHT = {"6b-finetuning": 286, "6b-verification": 515, "175b-finetuning": 458, "175b-verification": 742}
SOLUTIONS = "gsm8k/example_model_solutions.jsonl.gz"


def counts(printed: str) -> dict[str, tuple[int, int]]:
    found = re.findall(r"^(\S+) +(\d+) of (\d+) right", printed, re.MULTILINE)
    return {model: (int(right), int(n)) for model, right, n in found}


def test_published_counts(shared_data: Path, tmp_path: Path) -> None:
    printed = run_example("gsm8k", tmp_path, shared_data)
    assert counts(printed) == {model: (right, 1319) for model, right in RIGHT.items()}
    assert re.search(r"^6b-verification minus 6b-finetuning: .*: better$", printed, re.MULTILINE)
    # The smaller model with a verifier beats the larger one without.
    assert re.search(r"^175b-finetuning minus 6b-verification: .*: worse$", printed, re.MULTILINE)
    assert re.search(r"^175b-verification minus 175b-finetuning: .*: better$", printed, re.MULTILINE)


def test_without_the_published_data(tmp_path: Path) -> None:
    printed = run_example("gsm8k", tmp_path, None)
    assert "needs the public data sets" in printed
    assert counts(printed) == {"careful": (11, 12), "hasty": (5, 12)}


def test_answers_are_parsed_and_the_stored_verdicts_are_not_looked_at(shared_data: Path, tmp_path: Path) -> None:
    rows = [msgspec.json.decode(line) for line in gzip.decompress((shared_data / SOLUTIONS).read_bytes()).splitlines()]
    for i, row in enumerate(rows):
        for model in RIGHT:
            answer = row[model.replace("-", "_")]
            answer["is_correct"] = not answer["is_correct"]
        # One right answer in the file is made wrong, so that one fewer must be counted.
        if i == 0:
            row["175b_verification"]["solution"] += "\nA: 19"
    (tmp_path / "changed.jsonl").write_bytes(b"\n".join(msgspec.json.encode(row) for row in rows))
    plan = yaml.safe_load((EXAMPLES / "gsm8k" / "plan.yaml").read_text(encoding="utf-8"))
    plan["data"]["file"] = "changed.jsonl"
    result = ev.run(plan, base=tmp_path, workspace=tmp_path / "workspace")
    right = {run.model: round(run["accuracy"].value * run["accuracy"].n) for run in result.runs}
    assert right == {**RIGHT, "175b-verification": 741}
    for run in result.runs:
        table = run.scores()
        assert table.num_rows == 1319
        assert sum(value == 1.0 for value in table["value"].to_pylist()) == right[run.model]


def test_the_comparison_counts_the_published_pairs(shared_data: Path, tmp_path: Path) -> None:
    plan = yaml.safe_load((EXAMPLES / "gsm8k" / "plan.yaml").read_text(encoding="utf-8"))
    plan["data"]["file"] = SOLUTIONS
    runs = {run.model: run.id for run in ev.run(plan, base=shared_data, workspace=tmp_path).runs}
    for baseline, run, only_run, only_baseline in (
        ("175b-finetuning", "175b-verification", 360, 76),
        ("175b-finetuning", "6b-verification", 209, 152),
    ):
        found = ev.compare([runs[baseline], runs[run]], metrics=["accuracy"], workspace=tmp_path).runs[0]
        difference = found.metrics[0].difference
        assert (found.n_paired, found.only_run, found.only_baseline) == (1319, 0, 0)
        assert difference.difference.value * 1319 == pytest.approx(only_run - only_baseline, abs=1e-9)
        assert {only_run, only_baseline} <= {int(value) for value in difference.extra.values()}
        assert difference.test == "mcnemar:mid-p"
