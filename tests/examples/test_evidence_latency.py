"""Times that were recorded elsewhere come out of a plan as their authors printed them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import evalium as ev

ERRORS = {
    "anyscale": 0,
    "bedrock": 49,
    "fireworks": 0,
    "groq": 0,
    "lepton": 130,
    "perplexity": 2,
    "replicate": 0,
    "together": 0,
}
PRINTED = {"ttft": "ttft_s", "latency": "end_to_end_latency_s"}
"""Metric by the name that the summaries of LLMPerf give it."""


@pytest.mark.parametrize("provider", ERRORS)
def test_llmperf(shared_data: Path, tmp_path: Path, provider: str) -> None:
    result = ev.run(
        {
            "plan": f"llmperf-{provider}",
            "data": {"file": f"individual/{provider}_70b.json", "input": "{{ row | tojson }}"},
            "models": [
                {
                    "id": "recorded/number_output_tokens",
                    "name": provider,
                    "options": {
                        "latency": "end_to_end_latency_s",
                        "ttft": "ttft_s",
                        "itl": "inter_token_latency_s",
                        "input_tokens": "number_input_tokens",
                        "output_tokens": "number_output_tokens",
                        "error": "error_code",
                    },
                }
            ],
            "metrics": [*(f"{time}_p{q}" for time in PRINTED for q in (50, 95, 99)), "error_rate"],
        },
        base=shared_data / "llmperf",
        workspace=tmp_path,
    )
    run = result.runs[0]
    summary = json.loads((shared_data / "llmperf" / "summary" / f"{provider}_70b.json").read_text(encoding="utf-8"))
    calls = 145 if provider == "replicate" else 150
    failed = ERRORS[provider]
    for time, name in PRINTED.items():
        for q in (50, 95, 99):
            estimate = run[f"{time}_p{q}"]
            assert estimate.value == pytest.approx(summary[f"results_{name}_quantiles_p{q}"], rel=1e-12)
            assert (estimate.n, estimate.n_missing, estimate.unit) == (calls - failed, failed, "s")
            assert not estimate.low > estimate.value
            assert not estimate.high < estimate.value
    assert run["error_rate"].value * calls == pytest.approx(failed, abs=1e-9)
    assert run.status == {status: n for status, n in (("ok", calls - failed), ("error", failed)) if n}
    assert sum(run.errors.values()) == failed
