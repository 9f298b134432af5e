import asyncio
import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import evalium as ev
from evalium.core import BudgetExceeded, ConfigError, DataError, ProviderError, TemplateError, UnknownName
from evalium.store import Workspace
from evalium.testing import Behaviour, Faults, TestServer

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
ITEMS = [{"q": f"what is {i} + {i}?", "a": str(2 * i), "parity": "even" if i % 2 == 0 else "odd"} for i in range(40)]
DATA = {"items": ITEMS, "input": "q", "target": "a", "attributes": ["parity"]}


@pytest.fixture
def server() -> Iterator[TestServer]:
    with TestServer() as running:
        yield running


def plan(server: TestServer | None = None, **changes: Any) -> dict[str, Any]:
    model: Any = "mock/target"
    if server is not None:
        model = {"id": "openai-compatible/test", "name": "test", "base_url": server.url + "/v1"}
    return {"plan": "sums", "data": DATA, "models": [model], "scorers": ["numeric"], **changes}


def test_a_run_over_real_sockets(server: TestServer, workspace: Path):
    result = ev.run(plan(server))
    [run] = result.runs
    assert run.status == {"ok": 40} and run["numeric"].n == 40
    assert run["latency_p50"].unit == "s" and run["latency_p50"].value > 0
    assert set(run.slices["parity"]) == {"even", "odd"}
    assert run.slices["parity"]["odd"]["numeric"].n == 20
    assert server.stats().requests == 40
    frame = run.records().arrow(["sample", "status"])
    assert len(frame) == 40


def test_the_same_command_continues_and_calls_nothing_twice(server: TestServer, workspace: Path):
    first = ev.run(plan(server)).runs[0]
    again = ev.run(plan(server)).runs[0]
    assert again.id == first.id and server.stats().requests == 40
    assert again["numeric"] == first["numeric"]


def test_a_changed_sample_is_called_again_alone(server: TestServer, workspace: Path):
    path = Path("sums.jsonl")
    path.write_text("".join(json.dumps(row) + "\n" for row in ITEMS), encoding="utf-8")
    data = {**DATA, "file": str(path)}
    del data["items"]
    ev.run(plan(server, data=data))
    changed = [*ITEMS[:-1], {"q": "what is 100 + 1?", "a": "101", "parity": "odd"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in changed), encoding="utf-8")
    run = ev.run(plan(server, data=data)).runs[0]
    assert server.stats().requests == 41 and run.status == {"ok": 40}


def test_a_new_scorer_costs_no_call(server: TestServer, workspace: Path):
    ev.run(plan(server))
    run = ev.run(plan(server, scorers=["numeric", "includes"])).runs[0]
    assert server.stats().requests == 40 and {"numeric", "includes"} <= set(run.metrics)
    assert run.records().arrow(["cached"])["cached"].to_pylist() == [True] * 40
    scored = ev.score(run.id, [{"exact": {"name": "strict"}}])
    assert server.stats().requests == 40 and "strict" in scored.metrics and "numeric" in scored.metrics


def test_without_cache_everything_is_called(server: TestServer, workspace: Path):
    ev.run(plan(server))
    ev.run(plan(server, scorers=["includes"], execution={"cache": False}))
    assert server.stats().requests == 80


def test_fresh_starts_anew(server: TestServer, workspace: Path):
    first = ev.run(plan(server, execution={"cache": False})).runs[0]
    second = ev.run(plan(server, execution={"cache": False}), fresh=True).runs[0]
    assert second.id != first.id and server.stats().requests == 80


def test_failed_calls_are_data_and_are_tried_again_by_the_next_run(workspace: Path):
    behaviour = Behaviour(faults=Faults(by_number=dict.fromkeys(range(10), "400")))
    with TestServer(behaviour) as server:
        run = ev.run(plan(server, execution={"concurrency": 4})).runs[0]
        assert run.status == {"ok": 30, "error": 10} and run.errors == {"http_400": 10}
        assert run["numeric"].n == 30 and run["numeric"].n_missing == 10
        assert run["error_rate"].value == 0.25 and run.state == "partial"
        again = ev.run(plan(server, execution={"concurrency": 4})).runs[0]
        assert again.id == run.id and again.status == {"ok": 40} and server.stats().requests == 50
        assert again.state == "done"


def test_a_server_that_refuses_the_key_ends_the_run_early(workspace: Path):
    with TestServer(Behaviour(faults=Faults(rates={"401": 1.0}))) as server:
        with pytest.raises(ProviderError, match="first 5 calls of test failed") as error:
            ev.run(plan(server, execution={"concurrency": 1}))
        assert error.value.exit_code == 3 and server.stats().requests == 5


def test_the_budget_stops_a_run_cleanly_and_it_goes_on_later(server: TestServer, workspace: Path):
    model = {"id": "openai-compatible/test", "base_url": server.url + "/v1", "price": {"per_call": 0.01}}
    small = {"concurrency": 1, "budget": 0.1}
    with pytest.raises(BudgetExceeded, match=r"budget of \$0.1 is spent"):
        ev.run(plan(models=[model], execution=small))
    assert server.stats().requests == 10
    run = ev.run(plan(models=[model], execution={"concurrency": 1})).runs[0]
    assert server.stats().requests == 40 and run["cost_total"].value == pytest.approx(0.4)


def test_epochs_are_clusters(server: TestServer, workspace: Path):
    run = ev.run(plan(server, epochs=3)).runs[0]
    assert run.status == {"ok": 120} and server.stats().requests == 120
    assert run["numeric"].n == 120 and run["numeric"].n_clusters == 40
    assert "cluster" in run["numeric"].method


def test_streaming_is_used_when_a_metric_needs_it(server: TestServer, workspace: Path):
    plain = ev.run(plan(server)).runs[0]
    streamed = ev.run(plan(server, metrics=["numeric", "ttft_p50", "itl_p50", "latency_p50"])).runs[0]
    assert [r.body["stream"] for r in server.requests[-40:]] == [True] * 40
    assert streamed["ttft_p50"].defined and streamed["ttft_p50"].value <= streamed["latency_p50"].value
    assert "ttft_p50" not in plain.metrics
    assert streamed["latency_p50"].signature != plain["latency_p50"].signature


def test_several_models_and_a_result_by_name(server: TestServer, workspace: Path):
    models = [{"id": "openai-compatible/test", "base_url": server.url + "/v1"}, {"id": "mock/target", "name": "mock"}]
    result = ev.run(plan(models=models))
    assert result["mock"].model == "mock"
    with pytest.raises(ConfigError, match=r"no model 'moc' in this result. Did you mean 'mock'\?"):
        result["moc"]
    with pytest.raises(ConfigError, match=r"no metric 'numerc'.*Did you mean 'numeric'"):
        result["mock"]["numerc"]
    assert "<table>" in result._repr_html_() and "mock" in result._repr_html_()


def test_inside_a_running_event_loop(workspace: Path):
    async def notebook() -> ev.Estimate:
        return ev.run(plan()).runs[0]["numeric"]

    async def script() -> ev.Estimate:
        return (await ev.run_async(plan())).runs[0]["numeric"]

    assert asyncio.run(notebook()).n == 40
    assert asyncio.run(script()).n == 40


def test_the_system_prompt_template_and_parameters_arrive(server: TestServer, workspace: Path):
    ev.run(
        plan(
            server,
            system="You add. Parity: {{ parity }}",
            prompt="Q: {{ q }}\nA:",
            generation={"temperature": 0.5, "max_tokens": 7},
        )
    )
    body = server.requests[0].body
    systems = {request.body["messages"][0]["content"] for request in server.requests}
    assert systems == {"You add. Parity: even", "You add. Parity: odd"} and body["messages"][0]["role"] == "system"
    assert body["messages"][1]["content"].startswith("Q: what is ") and body["messages"][1]["content"].endswith("\nA:")
    assert body["temperature"] == 0.5 and body["max_tokens"] == 7


def test_a_template_is_checked_before_any_call(server: TestServer, workspace: Path):
    with pytest.raises(TemplateError, match="no variable 'quesion'"):
        ev.run(plan(server, prompt="{{ quesion }}"))
    with pytest.raises(TemplateError, match="system, line 1"):
        ev.run(plan(server, system="{% if %}"))
    assert server.stats().requests == 0


def test_a_template_cannot_reach_the_machine(server: TestServer, workspace: Path):
    with pytest.raises(TemplateError):
        ev.run(plan(server, prompt="{{ q.__class__.__mro__[1].__subclasses__() }}"))
    assert server.stats().requests == 0


def test_wrong_names_are_refused_before_any_call(server: TestServer, workspace: Path):
    for change, error in (
        ({"scorers": ["numerc"]}, UnknownName),
        ({"metrics": ["acuracy"]}, UnknownName),
        ({"models": ["opnai/gpt-4o"]}, UnknownName),
        ({"slices": ["parit"]}, ConfigError),
        ({"data": {**DATA, "input": "question"}}, DataError),
        ({"mode": "choice_generate"}, ConfigError),
    ):
        with pytest.raises(error, match=r"Did you mean|[Kk]nown|needs"):
            ev.run(plan(server, **change))
    assert server.stats().requests == 0


def test_a_dataset_without_a_sample(workspace: Path):
    with pytest.raises(DataError):
        ev.run(plan(data={"items": []}))


def test_nothing_is_written_when_the_plan_is_wrong(workspace: Path):
    with pytest.raises(UnknownName):
        ev.run(plan(metrics=["acuracy"]))
    assert not (workspace / "catalog.db").exists()


def test_the_task_version_follows_what_changes_the_numbers(workspace: Path):
    versions = {
        "plain": ev.run(plan()).runs[0].task_version,
        "again": ev.run(plan()).runs[0].task_version,
        "prompt": ev.run(plan(prompt="{{ q }}!")).runs[0].task_version,
        "scorer": ev.run(plan(scorers=[{"numeric": {"absolute": 1.0}}])).runs[0].task_version,
        "metric": ev.run(plan(metrics=["numeric"])).runs[0].task_version,
        "data": ev.run(plan(data={**DATA, "limit": 39})).runs[0].task_version,
        "speed": ev.run(plan(execution={"concurrency": 3})).runs[0].task_version,
    }
    assert versions["plain"] == versions["again"] == versions["speed"]
    assert len(set(versions.values())) == 5


def test_the_manifest_is_kept(workspace: Path):
    run = ev.run(plan()).runs[0]
    with Workspace.open() as store:
        row = store.catalog.run(run.id)
    assert row.plan_json["data"]["input"] == "q" and row.status == "done" and row.counts == {"ok": 40}
    assert row.dataset_hash and row.task_version == run.task_version and row.summary["numeric"]["n"] == 40


def test_the_documented_json(workspace: Path):
    import msgspec

    printed = json.loads(msgspec.json.encode(ev.run(plan()).to_json()))
    assert printed["schema"] == 1
    [run] = printed["runs"]
    assert {"run", "model", "status", "metrics", "slices"} <= set(run)
    estimate = run["metrics"]["numeric"]
    wanted = {"value", "low", "high", "level", "n", "n_clusters", "n_missing", "method", "unit", "signature"}
    assert wanted <= set(estimate)
    assert run["slices"]["parity"]["even"]["numeric"]["n"] == 20


def test_a_used_up_quota_ends_the_run_and_it_goes_on_later(workspace: Path):
    with TestServer(Behaviour(faults=Faults(by_number={7: "quota"}))) as server:
        with pytest.raises(ProviderError, match="the quota of test is used up"):
            ev.run(plan(server, execution={"concurrency": 1}))
        assert server.stats().requests == 8
        assert ev.run(plan(server, execution={"concurrency": 1})).runs[0].status == {"ok": 40}
        assert server.stats().requests == 41


def test_a_machine_by_the_hour_is_shared_out_by_throughput(server: TestServer, workspace: Path):
    model = {"id": "openai-compatible/test", "base_url": server.url + "/v1", "price": {"per_hour": 3.6}}
    run = ev.run(plan(models=[model])).runs[0]
    assert run["machine_cost_per_call"].value == pytest.approx(0.001 / run["throughput"].value)
    assert "cost_per_call" not in run.metrics


def test_media_are_kept_once_by_content_and_never_in_rows(server: TestServer, workspace: Path):
    pixel = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    Path("pixel.png").write_bytes(pixel)
    rows = [{"q": f"what is it? {i}", "a": "red", "picture": "pixel.png"} for i in range(3)]
    Path("pictures.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    data = {"file": "pictures.jsonl", "input": "q", "target": "a", "image": "picture"}
    run = ev.run(plan(server, data=data, scorers=["exact"])).runs[0]
    sent = server.requests[0].body["messages"][0]["content"][1]["image_url"]["url"]
    assert base64.b64decode(sent.partition(",")[2]) == pixel
    texts = run.records().arrow(["input"])["input"].to_pylist()
    blob = hashlib.sha256(pixel).hexdigest()
    assert all(blob in text and "iVBOR" not in text for text in texts)
    with Workspace.open() as store:
        assert store.blobs.get(blob) == pixel


def test_failed_calls_have_no_latency_and_a_model_that_never_answers_failed(workspace: Path):
    with TestServer(Behaviour(faults=Faults(rates={"400": 1.0}))) as server:
        run = ev.run(plan(server)).runs[0]
    assert run.state == "failed" and run.errors == {"http_400": 40}
    assert run.metrics["numeric"].reason and not run.metrics["numeric"].defined
    assert "latency_p50" not in run.metrics and "throughput" not in run.metrics
    assert run.records().arrow(["latency"])["latency"].null_count == 40


def test_tokens_that_are_all_one_are_no_share(workspace: Path):
    run = ev.run(plan()).runs[0]
    assert run["output_tokens"].method != "wilson"
