"""Solvers over real sockets: several calls for one sample, joined in one trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import evalium as ev
from evalium.core import ConfigError, UnknownName
from evalium.runner import RunResult
from evalium.store import Workspace
from evalium.testing import Asked, Behaviour, Faults, Latency, Reply, TestServer

ITEMS = [{"q": f"What is {i} + {i + 5}?", "a": str(2 * i + 5), "topic": f"t{i % 3}"} for i in range(12)]
N = len(ITEMS)
ADD = {
    "name": "add",
    "description": "Adds two whole numbers.",
    "parameters": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
}
OWN = """
import asyncio
import json
from evalium import Message, Outcome
from evalium.runner import CallFailed

async def agent(sample, call, turns=4):
    said = [Message("user", sample.input)]
    for _ in range(turns):
        reply = await call(said)
        if not reply.tool_calls:
            return reply
        said.append(reply.message)
        for wish in reply.tool_calls:
            sum_ = sum(json.loads(wish.arguments).values())
            said.append(Message("tool", str(sum_), tool_call_id=wish.id, name=wish.name))
    return "no answer"

DOCUMENTS = {f"t{i}": f"Document {i}: the key is {i}." for i in range(3)}

async def rag(sample, call, documents=1):
    found = [text for name, text in DOCUMENTS.items() if name == sample.fields["topic"]][:documents]
    prompt = "\\n".join([*found, sample.input])
    reply = await call(prompt, system="Answer from the documents.", temperature=0.0)
    return Outcome(output=reply.text, data={"documents": found})

async def interview(sample, call):
    said = [Message("system", "Ask for what you need."), Message("user", sample.input)]
    for _ in range(2):
        reply = await call(said)
        answer = await call(f"You are the customer. They said: {reply.text}", role="user", model="customer")
        said += [reply.message, Message("user", answer.text)]
    return await call(said)

async def vote(sample, call):
    replies = await asyncio.gather(*(call(f"{sample.input} (voter {i})", temperature=1.0) for i in range(5)))
    texts = [reply.text for reply in replies]
    return max(sorted(set(texts)), key=texts.count)

async def leave_behind(sample, call):
    asyncio.get_running_loop().left = asyncio.create_task(call("slow " + sample.input))
    await asyncio.sleep(0)
    return "early"

async def first_fails(sample, call):
    await asyncio.gather(call("bad " + sample.input), call("slow " + sample.input))

async def careful(sample, call):
    try:
        return await call("bad " + sample.input)
    except CallFailed as error:
        return Outcome(output="sorry", label=error.record.error_kind)

async def careless(sample, call):
    await call(sample.input)
    return await call("bad " + sample.input)

async def silent(sample, call):
    return Outcome(output=sample.target, label="none")
"""


def plan(server: TestServer, function: str = "", **changes: Any) -> dict[str, Any]:
    model = {
        "id": "openai-compatible/test",
        "name": "test",
        "base_url": server.url,
        "price": {"input": 1_000_000.0, "output": 2_000_000.0},
    }
    helper = {"id": "openai-compatible/helper", "name": "customer", "base_url": server.url}
    data = {"items": ITEMS, "input": "q", "target": "a", "attributes": ["topic"]}
    made = {
        "plan": "solved",
        "data": data,
        "models": [model],
        "scorers": ["includes"],
        "metrics": ["includes"],
        **changes,
    }
    if function:
        Path("own.py").write_text(OWN, encoding="utf-8")
        made["solver"] = {"python": f"own.py:{function}", **changes.get("solver", {})}
    if function == "interview":
        made["models"] = [model, helper]
    return made


def tables(run: RunResult, *, waited: bool = True) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """The traces of a run, and the steps of each sample in order."""
    rows = run.records().arrow(text=True).to_pylist()
    steps: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["step"]):
        if row["kind"] == "step":
            steps.setdefault(row["sample"], []).append(row)
    traces = [row for row in rows if row["kind"] == "trace"]
    assert len(traces) == len({row["sample"] for row in traces}) and {row["kind"] for row in rows} <= {"step", "trace"}
    for trace in traces:
        own = steps.get(trace["sample"], [])
        assert [step["step"] for step in own] == list(range(1, len(own) + 1))
        assert {step["trace"] for step in own} <= {trace["trace"]} and json.loads(trace["data"])["steps"] == len(own)
        for field in ("input_tokens", "output_tokens", "cost"):
            known = [step[field] for step in own if step[field] is not None]
            assert trace[field] == (pytest.approx(sum(known)) if known else None)
        longest = max((step["latency"] or 0.0 for step in own if not step["cached"]), default=0.0)
        assert trace["latency"] >= longest or not waited
    return traces, steps


@pytest.fixture
def server() -> Iterator[TestServer]:
    with TestServer() as running:
        yield running


def tool_user(asked: Asked) -> Reply:
    """Calls the tool first, and says what it gave afterwards."""
    last = asked.body["messages"][-1]
    if last["role"] == "tool":
        return Reply(text=f"The sum is {last['content']}.")
    i = int(asked.prompt.split()[2])
    return Reply(text=None, tool_calls=(("add", json.dumps({"a": i, "b": i + 5})),), finish="tool_calls")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_loop_with_a_tool(stream: bool, workspace: Path):
    with TestServer(Behaviour(answer=tool_user)) as server:
        solver = {"tools": [ADD], "options": {"turns": 3}}
        run = ev.run(plan(server, "agent", solver=solver, execution={"stream": stream})).runs[0]
        assert run["includes"].value == 1.0 and run.status == {"ok": N}
        traces, steps = tables(run)
        assert all(len(own) == 2 for own in steps.values())
        assert [json.loads(t["tool_calls"])[0]["name"] for t in traces] == ["add"] * N
        bodies = [seen.body for seen in server.requests]
        assert all(body["tools"][0]["function"]["name"] == "add" for body in bodies)
        second = next(body for body in bodies if len(body["messages"]) == 3)
        assert [m["role"] for m in second["messages"]] == ["user", "assistant", "tool"]
        assert second["messages"][1]["tool_calls"][0]["id"] == second["messages"][2]["tool_call_id"]


def test_a_declared_chain_with_a_second_model(server: TestServer, workspace: Path):
    chain = [
        {"name": "number", "prompt": "{{ q }}", "extract": r"ANSWER: (\d+)"},
        {"name": "check", "prompt": "What is {{ number }} + 0?", "system": "Check {{ topic }}.", "model": "mock/echo"},
    ]
    run = ev.run(plan(server, solver={"chain": chain}, scorers=["numeric"], metrics=["numeric"])).runs[0]
    traces, steps = tables(run)
    assert [step["model"] for step in steps["1"]] == ["test", "mock/echo"]
    assert steps[traces[0]["sample"]][1]["output"] == traces[0]["output"] and server.stats().requests == N
    first = {step["sample"]: step["output"].removeprefix("ANSWER: ") for own in steps.values() for step in own[:1]}
    assert all(f"What is {first[t['sample']]} + 0?" in t["output"] for t in traces)


def test_a_chain_whose_pattern_finds_nothing_ends_with_no_answer(server: TestServer, workspace: Path):
    chain = [{"name": "one", "prompt": "{{ q }}", "extract": "NOTHING: (.*)"}]
    run = ev.run(plan(server, solver={"chain": chain}, scorers=["numeric"], metrics=["numeric"])).runs[0]
    assert run.status == {"unparsed": N} and tables(run)[0][0]["output"] == ""


def test_retrieval(server: TestServer, workspace: Path):
    run = ev.run(plan(server, "rag", generation={"max_tokens": 9})).runs[0]
    traces, _ = tables(run)
    data = {trace["sample"]: json.loads(trace["data"]) for trace in traces}
    assert data["1"]["documents"] == ["Document 0: the key is 0."]
    body = server.requests[0].body
    assert body["messages"][0] == {"role": "system", "content": "Answer from the documents."}
    assert (
        body["messages"][1]["content"].startswith("Document ") and body["temperature"] == 0 and body["max_tokens"] == 9
    )


def test_a_simulated_user(server: TestServer, workspace: Path):
    result = ev.run(plan(server, "interview"))
    run = result["test"]
    traces, steps = tables(run)
    assert [step["role"] for step in steps["1"]] == ["subject", "user", "subject", "user", "subject"]
    assert [step["model"] for step in steps["1"]] == ["test", "customer"] * 2 + ["test"]
    assert {trace["role"] for trace in traces} == {"subject"} and len(
        steps["1"]
    ) * N == run.records().arrow().num_rows - N
    assert len({seen.body["model"] for seen in server.requests}) == 2


def test_concurrent_calls_of_one_solver(workspace: Path):
    with TestServer(Behaviour(latency=Latency(median=0.02))) as server:
        run = ev.run(plan(server, "vote", execution={"concurrency": 30})).runs[0]
        traces, steps = tables(run)
        assert server.stats().requests == 5 * N and server.stats().max_in_flight > 5
        assert all(trace["latency"] < sum(step["latency"] for step in steps[trace["sample"]]) for trace in traces)
        assert all(f"(voter {i})" in step["input"] for i, step in enumerate(steps["3"]))


def test_calls_left_behind_are_finished_and_counted(workspace: Path):
    with TestServer(Behaviour(latency=Latency(median=0.05))) as server:
        run = ev.run(plan(server, "leave_behind")).runs[0]
        traces, steps = tables(run, waited=False)
        assert all(trace["latency"] < steps[trace["sample"]][0]["latency"] for trace in traces)
        assert {t["output"] for t in traces} == {"early"} and all(len(own) == 1 for own in steps.values())
        assert {step["status"] for own in steps.values() for step in own} == {"ok"}


def test_one_of_several_fails(workspace: Path):
    with TestServer(Behaviour(latency=Latency(median=0.02), faults=Faults(by_number={0: "400"}))) as server:
        one = {**plan(server, "first_fails"), "data": {"items": ITEMS[:1], "input": "q", "target": "a"}}
        run = ev.run(one).runs[0]
        traces, steps = tables(run)
        assert run.status == {"error": 1} and run.errors == {"http_400": 1}
        assert sorted(step["status"] for step in steps["1"]) == ["error", "ok"] and traces[0]["cost"] > 0


def test_a_failed_call_can_be_caught(workspace: Path):
    with TestServer(Behaviour(faults=Faults(rates={"400": 1.0}))) as server:
        run = ev.run(plan(server, "careful")).runs[0]
        traces, _ = tables(run)
        assert run.status == {"ok": N} and {(t["output"], t["label"]) for t in traces} == {("sorry", "http_400")}


def test_a_failed_call_that_is_not_caught_gives_the_trace_its_status(workspace: Path):
    with TestServer(Behaviour(faults=Faults(by_number={1: "400"}))) as server:
        run = ev.run(plan(server, "careless", execution={"concurrency": 1})).runs[0]
        traces, steps = tables(run)
        assert run.status == {"ok": N - 1, "error": 1} and run.errors == {"http_400": 1}
        [failed] = [trace for trace in traces if trace["status"] == "error"]
        assert len(steps[failed["sample"]]) == 2 and failed["cost"] == steps[failed["sample"]][0]["cost"]
        again = ev.run(plan(server, "careless", execution={"concurrency": 1})).runs[0]
        assert again.status == {"ok": N} and server.stats().requests == 2 * N + 1, "the good step came from the cache"


def test_no_call_at_all(server: TestServer, workspace: Path):
    run = ev.run(plan(server, "silent")).runs[0]
    traces, steps = tables(run)
    assert run["includes"].value == 1.0 and not steps and server.stats().requests == 0
    assert {trace["cost"] for trace in traces} == {None} and not any(trace["cached"] for trace in traces)


def test_a_finished_trace_is_not_solved_again(server: TestServer, workspace: Path):
    first = ev.run(plan(server, "vote", execution={"cache": False})).runs[0]
    again = ev.run(plan(server, "vote", execution={"cache": False})).runs[0]
    assert again.id == first.id and again["includes"] == first["includes"] and server.stats().requests == 5 * N


def test_a_changed_solver_is_another_run_and_what_is_cached_says_so(server: TestServer, workspace: Path):
    first = ev.run(plan(server, "rag")).runs[0]
    second = ev.run(plan(server, "rag", solver={"options": {"documents": 2}})).runs[0]
    assert second.id != first.id and server.stats().requests == N
    before, after = ({t["sample"]: t for t in tables(run)[0]} for run in (first, second))
    for sample, trace in after.items():
        assert trace["cached"] and trace["cost"] == before[sample]["cost"]
        assert trace["latency"] >= before[sample]["latency"] * 0.5


def test_the_helper_of_a_chain_belongs_to_the_run(server: TestServer, workspace: Path):
    chain = [{"name": "one", "prompt": "{{ q }}", "model": "helper"}]
    ids = set()
    for accuracy in (1.0, 0.5):
        helper = {"id": "mock/target", "name": "helper", "options": {"accuracy": accuracy}}
        models = [*plan(server)["models"], helper]
        ids.add(ev.run(plan(server, solver={"chain": chain}, models=models))["test"].id)
    assert len(ids) == 2


def test_what_is_wrong_with_a_solver_is_said_before_any_call(server: TestServer, workspace: Path):
    for solver, error, words in (
        ({"python": "own.py:agnt"}, ConfigError, "Did you mean 'agent'"),
        ({"python": "own.py:agent", "options": {"turn": 1}}, ConfigError, "unexpected keyword argument 'turn'"),
        ({"python": "own.py:DOCUMENTS"}, ConfigError, "not an async function"),
        ({"chain": [{"name": "x", "prompt": "{{ qq }}"}]}, ev.EvaliumError, "no variable 'qq'. Did you mean 'q'"),
        ({"chain": [{"name": "x", "prompt": "{{ q }}", "model": "mok/echo"}]}, UnknownName, "Did you mean 'mock'"),
        ({}, ConfigError, "either `python` or `chain`"),
    ):
        made = plan(server, "agent")
        with pytest.raises(error, match=words):
            ev.run({**made, "solver": solver})
    assert server.stats().requests == 0 and not (workspace / "catalog.db").exists()


def test_traces_of_all_epochs(server: TestServer, workspace: Path):
    run = ev.run(plan(server, "careless", epochs=2)).runs[0]
    with Workspace.open() as store:
        rows = store.records(run.id, ["sample", "epoch", "kind", "trace"]).to_pylist()
    assert len({row["trace"] for row in rows}) == 2 * N and len(rows) == 3 * 2 * N
    assert run["includes"].n == 2 * N and run["includes"].n_clusters == N
