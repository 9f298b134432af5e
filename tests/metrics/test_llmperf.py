"""Latency quantiles against the summaries that LLMPerf printed for eight providers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalium.metrics import Frame, create, estimate

PROVIDERS = ("anyscale", "bedrock", "fireworks", "groq", "lepton", "perplexity", "replicate", "together")
COLUMNS = {"ttft": "ttft_s", "latency": "end_to_end_latency_s"}


@pytest.fixture(params=PROVIDERS)
def run(request: pytest.FixtureRequest, shared_data: Path) -> tuple[Frame, dict[str, float]]:
    folder = shared_data / "llmperf"
    calls = json.loads((folder / "individual" / f"{request.param}_70b.json").read_text(encoding="utf-8"))
    summary = json.loads((folder / "summary" / f"{request.param}_70b.json").read_text(encoding="utf-8"))
    failed = [call["error_code"] is not None for call in calls]
    columns = {
        ours: [None if f else c[theirs] for f, c in zip(failed, calls, strict=True)] for ours, theirs in COLUMNS.items()
    }
    return Frame.from_columns({**columns, "status": ["error" if f else "ok" for f in failed]}), summary


@pytest.mark.parametrize("time", COLUMNS)
def test_quantiles_are_the_printed_ones(run: tuple[Frame, dict[str, float]], time: str) -> None:
    frame, summary = run
    printed = {
        k.rpartition("_")[2]: v for k, v in summary.items() if k.startswith(f"results_{COLUMNS[time]}_quantiles")
    }
    assert {"p25", "p50", "p75", "p90", "p95", "p99"} <= set(printed)
    for quantile, expected in printed.items():
        [found] = estimate(create(f"{time}_{quantile}")[0], frame).values()
        assert found.value == pytest.approx(expected, rel=1e-12)
        assert found.n_missing == summary["results_number_errors"]
        assert not (found.low > found.value or found.high < found.value)
        assert (found.high != found.high) == ("n_too_small" in found.flags) or found.low != found.low
    [mean] = estimate(create(f"{time}_mean")[0], frame).values()
    assert mean.value == pytest.approx(summary[f"results_{COLUMNS[time]}_mean"], rel=1e-12)


def test_errors_are_counted_apart(run: tuple[Frame, dict[str, float]]) -> None:
    frame, summary = run
    [found] = estimate(create("error_rate")[0], frame).values()
    assert found.value == pytest.approx(summary["results_error_rate"]) and found.n == frame.n
