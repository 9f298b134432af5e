"""Leave to run models' code without a sandbox reaches the scorer, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from evalium.cli.overrides import override
from evalium.runner import load_plan
from tests.robustness.command import evalium

PLAN = {
    "plan": "code",
    "data": {"items": [{"input": "double", "target": "assert double(2) == 4", "said": "def double(x): return 2 * x"}]},
    "models": ["recorded/said"],
}


@pytest.mark.parametrize(
    ("plan", "scorers", "metrics"),
    [
        ({"scorers": ["execution", "exact"]}, ({"execution": {"unsafe_local_exec": True}}, "exact"), ()),
        ({"metrics": [{"pass_at_k": {"k": 1}}]}, (), ({"pass_at_k": {"k": 1, "unsafe_local_exec": True}},)),
        (
            {"scorers": [{"execution": {"timeout": 9}}], "metrics": ["pass_at_k"]},
            ({"execution": {"timeout": 9, "unsafe_local_exec": True}},),
            ("pass_at_k",),
        ),
        ({"scorers": ["exact"]}, ("exact",), ()),
    ],
)
def test_where_the_leave_goes(
    plan: dict[str, object], scorers: tuple[object, ...], metrics: tuple[object, ...]
) -> None:
    changed = override(load_plan({**PLAN, **plan})[0], {"unsafe_local_exec": True})
    assert (changed.scorers, changed.metrics) == (scorers, metrics)


def test_a_plan_runs_code(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump({**PLAN, "metrics": ["pass_at_k"]}), encoding="utf-8")
    found = evalium(tmp_path, "run", "plan.yaml", "--unsafe-local-exec", "--json").run
    assert found["metrics"]["pass_at_k"]["value"] == 1.0
    assert "unsafe_local_exec:true" in found["metrics"]["pass_at_k"]["signature"].replace("True", "true")
