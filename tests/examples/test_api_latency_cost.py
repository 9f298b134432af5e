"""The example `api-latency-cost`: one model keeps both limits, one is too slow, one too dear."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from evalium.store import Workspace
from tests.examples.folder import EXAMPLES, run_example

FOLDER = EXAMPLES / "api-latency-cost"
# model: verdict on latency, verdict on cost
VERDICTS = {"quick": ("PASS", "PASS"), "thorough": ("BREACH", "PASS"), "flagship": ("PASS", "BREACH")}
METRICS = ("latency_p50", "latency_p95", "latency_p99", "ttft_p50", "ttft_p95", "cost_per_call", "cost_per_1000")


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], str]:
    """The copy of the example, what it printed for each model, and its last lines."""
    folder = tmp_path_factory.mktemp("api-latency-cost")
    parts = run_example("api-latency-cost", folder, None).strip().split("\n\n")
    return (
        folder / "checkout" / "examples" / "api-latency-cost",
        {p.partition(":")[0]: p for p in parts[:-1]},
        parts[-1],
    )


def test_one_model_meets_every_limit(printed: tuple[Path, dict[str, str], str]) -> None:
    _, models, end = printed
    assert list(models) == list(VERDICTS)
    for model, (latency, cost) in VERDICTS.items():
        assert models[model].startswith(f"{model}: 150 ok\n")
        assert f"  {latency}: latency_p95 <= 2 s (" in models[model]
        assert f"  {cost}: cost_per_call <= 0.01 USD (" in models[model]
        for metric in METRICS:
            assert re.search(rf"^  {metric} +\$?[\d.,]+( m?s)? \[[\d.,]+, ([\d.,]+|\?)\]$", models[model], re.MULTILINE)
    assert end.splitlines()[0] == "meet every limit: quick"


def test_costs_are_tokens_times_prices(printed: tuple[Path, dict[str, str], str]) -> None:
    prices = {"quick": (0.15, 0.60), "thorough": (2.50, 10.00), "flagship": (15.00, 75.00)}
    with Workspace.open(printed[0] / "out" / "workspace", create=False) as store:
        runs = {row.model: row.id for row in store.catalog.runs(10)}
        for model, (into, out) in prices.items():
            rows = store.records(runs[model], ["input_tokens", "output_tokens", "cost", "latency", "ttft", "attempts"])
            for row in rows.to_pylist():
                expected = (row["input_tokens"] * into + row["output_tokens"] * out) / 1e6
                assert row["cost"] == pytest.approx(expected, rel=1e-12)
                assert 0 < row["ttft"] < row["latency"]
                assert row["attempts"] == 1
            assert rows.num_rows == 150


def test_the_prompts() -> None:
    lines = (FOLDER / "support_prompts.jsonl").read_bytes().splitlines()
    rows = [msgspec.json.decode(line, type=dict[str, str]) for line in lines]
    assert len(rows) == len({row["prompt"] for row in rows}) == len({row["id"] for row in rows}) == 50
    assert {row["language"] for row in rows} == {"en", "de", "fr"}
    assert {row["category"] for row in rows} == {"billing", "delivery", "returns", "account", "technical"}
