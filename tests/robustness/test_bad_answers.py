"""Every way in which a server can fail, as `evalium run --json` counts it: what is tried again and what is not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from evalium.store import Workspace
from evalium.testing import Asked, Behaviour, Faults, Reply, TestServer
from tests.robustness.command import evalium, write_plan, write_rows

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


def run(folder: Path, n: int, faults: dict[int, str], **execution: Any) -> tuple[dict[str, Any], int]:
    """One run, one call after another, whose requests of some numbers go wrong; what it printed, and the requests."""
    with TestServer(Behaviour(faults=Faults(by_number=faults), retry_after=0.01, slow=0.01)) as server:
        settled = {"concurrency": 1, "timeout": 0.4, **execution}
        metrics = ["numeric", "error_rate", "timeout_rate"]
        write_plan(folder, server.url, n, metrics=metrics, execution=settled)
        return evalium(folder, "run", "plan.yaml", "--json").run, server.stats().requests


def outcomes(folder: Path) -> list[tuple[str, str | None]]:
    """Status and kind of error of every sample, in order."""
    with Workspace.open(folder / ".evalium", create=False) as store:
        rows = store.records(None, ["sample", "status", "error_kind"]).to_pylist()
    return [(row["status"], row["error_kind"]) for row in sorted(rows, key=lambda row: int(row["sample"]))]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_what_may_pass_is_tried_again(stream: bool, tmp_path: Path) -> None:
    n = len(TRIED_AGAIN)
    found, requests = run(tmp_path, n, {2 * i: name for i, name in enumerate(TRIED_AGAIN)}, stream=stream)
    assert found["status"] == {"ok": n} and found["errors"] == {} and requests == 2 * n


def test_what_does_not_pass_ends_as_data(tmp_path: Path) -> None:
    names = list(TRIED_AGAIN)
    faults = {1 + 2 * i + again: name for i, name in enumerate(names) for again in (0, 1)}
    n = len(names) + 5
    found, requests = run(tmp_path, n, faults, max_retries=1)
    failed = [("timeout" if name == "hang" else "error", kind) for name, kind in TRIED_AGAIN.items()]
    assert outcomes(tmp_path) == [("ok", None), *failed, *[("ok", None)] * 4]
    assert requests == n + len(names) and found["state"] == "partial"
    assert found["errors"] == Counter(TRIED_AGAIN.values())
    assert found["metrics"]["numeric"]["n"] == 5 and found["metrics"]["numeric"]["n_missing"] == len(names)
    assert found["metrics"]["error_rate"]["value"] == pytest.approx((len(names) - 1) / n)
    assert found["metrics"]["timeout_rate"]["value"] == pytest.approx(1 / n)


def test_what_cannot_pass_is_asked_once(tmp_path: Path) -> None:
    n = len(FINAL) + 5
    found, requests = run(tmp_path, n, {1 + i: name for i, name in enumerate(FINAL)})
    failed = [("refused_by_filter" if name == "prompt_filter" else "error", kind) for name, kind in FINAL.items()]
    assert outcomes(tmp_path) == [("ok", None), *failed, *[("ok", None)] * 4]
    assert requests == n and found["errors"] == Counter(FINAL.values())


def test_a_filtered_answer_and_what_does_no_harm(tmp_path: Path) -> None:
    found, requests = run(tmp_path, 6, dict(enumerate(["content_filter", *HARMLESS])))
    assert found["status"] == {"ok": 5, "refused_by_filter": 1} and requests == 6


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
    ended = evalium(tmp_path, "run", "plan.yaml", "--json")
    [found] = json.loads(ended.out)["runs"]
    assert ended.code == 3 and "no call of test worked: 3 connection" in ended.err
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
