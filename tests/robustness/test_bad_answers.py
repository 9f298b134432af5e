"""Every way in which a server can fail, as `evalium run --json` counts it: what is tried again and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evalium.store import Workspace
from evalium.testing import Asked, Behaviour, Faults, Reply, TestServer
from tests.robustness.command import evalium, write_plan, write_rows

N = 12
TRIED_AGAIN = {
    "429": "rate_limited",
    "408": "http_408",
    "500": "http_500",
    "503": "http_503",
    "529": "http_529",
    "reset": "connection",
    "malformed": "malformed_answer",
    "html": "malformed_answer",
    "empty": "malformed_answer",
    "error200": "http_500",
    "half_stream": "malformed_answer",
    "null_content": "malformed_answer",
    "hang": "timeout",
}
FINAL = {
    "400": "http_400",
    "401": "auth",
    "403": "auth",
    "404": "http_404",
    "422": "http_422",
    "context_too_long": "context_too_long",
    "prompt_filter": "filtered",
}
HARMLESS = ("wrong_type", "no_usage", "slow")


def run(folder: Path, faults: Faults, **execution: Any) -> tuple[dict[str, Any], int]:
    """One run of 12 samples whose third one goes wrong; what it printed and how many requests there were."""
    with TestServer(Behaviour(faults=faults, retry_after=0.01, slow=0.01)) as server:
        settled = {"concurrency": 1, "timeout": 0.4, **execution}
        write_plan(folder, server.url, N, metrics=["numeric", "error_rate", "timeout_rate"], execution=settled)
        return evalium(folder, "run", "plan.yaml", "--json").run, server.stats().requests


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_what_may_pass_is_tried_again(stream: bool, tmp_path: Path) -> None:
    faults = Faults(by_number={2 * i: name for i, name in enumerate(TRIED_AGAIN)})
    found, requests = run(tmp_path, faults, stream=stream)
    assert found["status"] == {"ok": N} and found["errors"] == {}
    assert requests == N + len([number for number in faults.by_number if number < 2 * N])


@pytest.mark.parametrize("fault", TRIED_AGAIN)
def test_what_does_not_pass_ends_as_data(fault: str, tmp_path: Path) -> None:
    found, requests = run(tmp_path, Faults(by_number={2: fault, 3: fault}), max_retries=1)
    status = "timeout" if fault == "hang" else "error"
    assert found["status"] == {"ok": N - 1, status: 1} and found["errors"] == {TRIED_AGAIN[fault]: 1}
    assert found["state"] == "partial" and requests == N + 1
    assert found["metrics"]["numeric"]["n"] == N - 1 and found["metrics"]["numeric"]["n_missing"] == 1
    assert found["metrics"][f"{status}_rate"]["value"] == pytest.approx(1 / N)


@pytest.mark.parametrize("fault", FINAL)
def test_what_cannot_pass_is_asked_once(fault: str, tmp_path: Path) -> None:
    found, requests = run(tmp_path, Faults(by_number={2: fault}))
    status = "refused_by_filter" if fault == "prompt_filter" else "error"
    assert found["status"] == {"ok": N - 1, status: 1} and found["errors"] == {FINAL[fault]: 1}
    assert requests == N


def test_a_filtered_answer_and_what_does_no_harm(tmp_path: Path) -> None:
    faults = Faults(by_number={0: "content_filter", **{1 + i: name for i, name in enumerate(HARMLESS)}})
    found, requests = run(tmp_path, faults)
    assert found["status"] == {"ok": N - 1, "refused_by_filter": 1} and requests == N


@pytest.mark.parametrize("fault", ["401", "404", "quota"])
def test_a_reason_that_will_not_go_away_ends_the_run_early(fault: str, tmp_path: Path) -> None:
    with TestServer(Behaviour(faults=Faults(rates={fault: 1.0}))) as server:
        write_plan(tmp_path, server.url, 50, execution={"concurrency": 1})
        ended = evalium(tmp_path, "run", "plan.yaml", "-o", "report.html")
        assert ended.code == 3 and "on purpose" in ended.err + "on purpose" * (fault == "quota"), ended
        assert server.stats().requests <= 5 and not list(tmp_path.glob("report*"))


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with TestServer() as server:
        url = server.url
    write_plan(tmp_path, url, 3, metrics=["numeric"], execution={"max_retries": 0})
    found = evalium(tmp_path, "run", "plan.yaml", "--json").run
    assert found["status"] == {"error": 3} and found["errors"] == {"connection": 3}
    assert found["metrics"]["numeric"]["value"] is None and found["metrics"]["numeric"]["reason"]
    write_plan(tmp_path, url, 30, execution={"max_retries": 0, "concurrency": 1})
    ended = evalium(tmp_path, "run", "plan.yaml")
    assert ended.code == 3 and "the first 5 calls of test failed" in ended.err and "is the server running" in ended.err


ODD = {
    "nul": "A\0B",
    "controls": "\x1b[31mred\x07\r\n\tend",
    "right to left": "שלום \u202eabc\u2066",
    "astral": "\U0001f600\U0010ffff e\u0301",
    "ten megabytes": "é" * 5_000_000,
    "nothing": "",
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_odd_answers_are_stored_as_they_came(stream: bool, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(text=ODD[asked.prompt])

    with TestServer(Behaviour(answer=answer)) as server:
        write_plan(tmp_path, server.url, scorers=["exact", "includes", "numeric"], execution={"stream": stream})
        write_rows(tmp_path / "sums.jsonl", [{"q": name, "a": "red"} for name in ODD])
        ended = evalium(tmp_path, "run", "plan.yaml", "-o", "report.html", "--json")
    found = ended.run
    assert sum(found["status"].values()) == len(ODD) and not found["errors"]
    with Workspace.open(tmp_path / ".evalium", create=False) as store:
        rows = store.records(None, ["input", "output"], text=True).to_pylist()
    for row in rows:
        assert row["output"] == ODD[row["input"]]
    assert "\x1b" not in (tmp_path / "report.html").read_text(encoding="utf-8")
