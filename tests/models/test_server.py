"""The test server itself: what users build their own tests on."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evalium
from evalium.core import UnknownName
from evalium.testing import Asked, Behaviour, Faults, Latency, Reply, TestServer, arithmetic, echo, from_file
from evalium.testing._http1 import Incoming, chunk, parse
from evalium.testing.faults import uniform
from evalium.testing.service import Service

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(evalium.__file__).parents[1])}


def call(path: str, body: dict[str, Any], headers: str = "") -> Incoming:
    head = f"POST {path} HTTP/1.1\r\nhost: x{headers}".encode()
    return Incoming("POST", path, "", head, json.dumps(body).encode())


def chat(prompt: str = "What is 2 + 3?", **more: Any) -> Incoming:
    return call("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": prompt}], **more})


def status(service: Service, request: Incoming) -> int:
    delivery = service.respond(request)
    service.finished()
    found = re.match(rb"HTTP/1\.1 (\d+)", b"".join(piece for _, piece in delivery.steps))
    return int(found[1]) if found else 0


def wait(service: Service, request: Incoming) -> float:
    return service.respond(request).steps[0][0]


def test_faults_do_not_depend_on_the_order_of_arrival() -> None:
    behaviour = Behaviour(faults=Faults(rates={"429": 0.2, "500": 0.1}), latency=Latency(median=0.1, sigma=0.5), seed=4)
    requests = [chat(f"What is {i} + 1?") for i in range(200)]
    forwards, backwards = Service(behaviour), Service(behaviour)
    one = [status(forwards, request) for request in requests]
    other = [status(backwards, request) for request in reversed(requests)][::-1]
    assert one == other
    assert [wait(forwards, r) for r in requests] == [wait(backwards, r) for r in requests]
    again = [status(forwards, request) for request in requests]
    assert again != one
    assert 20 <= one.count(429) <= 60 and 5 <= one.count(500) <= 40


def test_seed_changes_the_draw() -> None:
    requests = [chat(f"{i}") for i in range(100)]
    runs = []
    for seed in (1, 2):
        service = Service(Behaviour(faults=Faults(rates={"500": 0.5}), seed=seed))
        runs.append([status(service, request) for request in requests])
    assert runs[0] != runs[1]


def test_script_by_attempt_and_by_number() -> None:
    service = Service(Behaviour(faults=Faults(script=("429", "ok", "500"))))
    assert [status(service, chat("a")) for _ in range(4)] == [429, 200, 500, 200]
    assert status(service, chat("b")) == 429
    numbered = Service(Behaviour(faults=Faults(by_number={1: "503"})))
    assert [status(numbered, chat("a")) for _ in range(3)] == [200, 503, 200]


def test_header_comes_before_everything() -> None:
    service = Service(Behaviour(faults=Faults(script=("429",))))
    body = json.loads(chat().body)
    assert status(service, call("/v1/chat/completions", body, "\r\nX-Test-Fault: 418")) == 418
    service.reset()
    assert status(service, call("/v1/chat/completions", body, "\r\nx-test-fault: ok")) == 200
    assert status(service, call("/v1/chat/completions", body, "\r\nx-test-fault: oops")) == 400


def test_capacity() -> None:
    service = Service(Behaviour(capacity=2))
    codes = []
    for i in range(3):
        delivery = service.respond(chat(str(i)))
        codes.append(delivery.steps[0][1][9:12])
    assert codes == [b"200", b"200", b"429"]
    assert service.stats().max_in_flight == 3


def test_unknown_faults_and_rates_are_refused() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'malformed'"):
        TestServer(Behaviour(faults=Faults(rates={"malformd": 0.1})))
    for rates in ({"429": 1.5}, {"429": 0.7, "500": 0.7}, {"429": -0.1}):
        with pytest.raises(ValueError, match="between 0 and 1"):
            TestServer(Behaviour(faults=Faults(rates=rates)))


def test_latency_is_lognormal_around_its_median() -> None:
    latency = Latency(median=0.2, sigma=0.5)
    drawn = sorted(latency.draw(uniform(0, str(i).encode(), 0, "latency")) for i in range(2000))
    assert median(drawn) == pytest.approx(0.2, rel=0.1)
    assert drawn[int(0.841 * 2000)] == pytest.approx(0.2 * 2.718281828**0.5, rel=0.1)
    assert Latency(median=0.3).draw(0.9) == 0.3


def test_accuracy_of_the_arithmetic_is_known() -> None:
    service = Service(Behaviour())
    right = 0
    for a in range(20):
        for b in range(10):
            delivery = service.respond(chat(f"What is {a} + {b}?"))
            answer = json.loads(delivery.steps[0][1].split(b"\r\n\r\n", 1)[1])["choices"][0]["message"]["content"]
            right += answer == f"ANSWER: {a + b}"
    assert right == 140


def test_answers_see_what_was_asked() -> None:
    seen: list[Asked] = []

    def answer(asked: Asked) -> Reply:
        seen.append(asked)
        return Reply(text="ok")

    service = Service(Behaviour(answer=answer))
    parts = [{"type": "text", "text": "Hi"}, {"type": "image_url", "image_url": {"url": "x"}}]
    turns = [{"role": "system", "content": "S"}, {"role": "user", "content": parts}]
    service.respond(call("/openai/deployments/d/chat/completions", {"model": "m", "messages": turns}))
    service.respond(call("/v1/messages", {"model": "m", "system": "S", "messages": turns[1:]}))
    gemini = {"systemInstruction": {"parts": [{"text": "S"}]}, "contents": [{"parts": [{"text": "Hi"}]}]}
    service.respond(call("/v1beta/models/m:generateContent", gemini))
    service.respond(call("/v1beta/models/m:generateContent", gemini))
    assert [(asked.protocol, asked.model, asked.system, asked.prompt) for asked in seen] == [
        ("openai", "m", "S", "Hi"),
        ("anthropic", "m", "S", "Hi"),
        ("gemini", "m", "S", "Hi"),
        ("gemini", "m", "S", "Hi"),
    ]
    assert [asked.attempt for asked in seen] == [0, 0, 0, 1]


def test_answers_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "known.json").write_text('{"Hi": "Hello"}', encoding="utf-8")
    service = Service(Behaviour(answer=from_file(tmp_path / "known.json")))
    texts = [service.respond(chat(prompt)).steps[0][1] for prompt in ("Hi", "Ho")]
    assert b'"Hello"' in texts[0] and b"I do not know." in texts[1]


def get(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def post(url: str, body: dict[str, Any]) -> Any:
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode())) as answer:
        return json.load(answer)


def test_pages_about_itself() -> None:
    with TestServer(Behaviour(answer=echo, keep=2)) as server:
        for prompt in ("a", "b", "c"):
            post(server.url + "/v1/chat/completions", {"messages": [{"role": "user", "content": prompt}]})
        assert get(server.url + "/stats")["requests"] == 3
        log = get(server.url + "/requests")
        assert [entry["body"]["messages"][0]["content"] for entry in log] == ["b", "c"]
        assert get(server.url + "/v1/models")["data"][0]["id"] == "test"
        assert get(server.url + "/health") == {"status": "ok"}
        post(server.url + "/reset", {})
        assert server.stats().requests == 0 and server.requests == []
        with pytest.raises(urllib.error.HTTPError, match="404"):
            get(server.url + "/nowhere")
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(urllib.request.Request(server.url + "/v1/messages", b"no json"))


REQUEST = st.tuples(st.sampled_from(["/v1/chat/completions", "/x?y=1"]), st.binary(max_size=30), st.booleans())


@given(st.lists(REQUEST, min_size=1, max_size=4), st.data())
def test_requests_are_read_however_they_are_cut(requests: list[tuple[str, bytes, bool]], data: st.DataObject) -> None:
    stream = b""
    for path, body, chunked in requests:
        cut = data.draw(st.integers(0, len(body)))
        pieces = [piece for piece in (body[:cut], body[cut:]) if piece]
        framed = b"".join(map(chunk, pieces)) + b"0\r\n\r\n" if chunked else body
        framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
        stream += b"POST %b HTTP/1.1\r\nHost: x\r\n%b\r\n\r\n%b" % (path.encode(), framing, framed)
    found: list[tuple[str, bytes]] = []
    buffer = b""
    for i in range(len(stream)):
        buffer += stream[i : i + 1]
        parsed = parse(buffer)
        if parsed is not None:
            incoming, used = parsed
            buffer = buffer[used:]
            found.append((incoming.path, incoming.body))
    assert found == [(path.partition("?")[0], body) for path, body, _ in requests] and buffer == b""


def test_what_is_not_http_closes_the_connection() -> None:
    with TestServer() as server, socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as raw:
        raw.sendall(b"hello\r\n\r\n")
        assert raw.recv(10) == b""


def test_pipelined_requests_are_answered_in_order() -> None:
    with TestServer(Behaviour(answer=echo, latency=Latency(median=0.01))) as server:
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as raw:
            for prompt in ("first", "second"):
                body = json.dumps({"messages": [{"role": "user", "content": prompt}]}).encode()
                raw.sendall(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
            answer = b""
            while answer.count(b"HTTP/1.1 200") < 2 or b"second" not in answer:
                answer += raw.recv(65536)
        assert answer.find(b'"first"') < answer.find(b'"second"')


def test_port_that_is_taken() -> None:
    with TestServer() as server, pytest.raises(OSError, match=r"in use|EADDRINUSE"):
        TestServer(port=int(server.url.rpartition(":")[2])).start()


def test_as_a_process() -> None:
    command = [sys.executable, "-m", "evalium.testing", "--port", "0", "--answer", "echo", "--script", "503,ok"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        body = {"messages": [{"role": "user", "content": "Hi"}]}
        with pytest.raises(urllib.error.HTTPError, match="503"):
            post(url + "/v1/chat/completions", body)
        assert post(url + "/v1/chat/completions", body)["choices"][0]["message"]["content"] == "Hi"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_wrong_arguments_of_the_process() -> None:
    for wrong in (["--fault", "429"], ["--fault", "oops:0.1"], ["--answer", "no-such-file"]):
        command = [sys.executable, "-m", "evalium.testing", "--port", "0", *wrong]
        done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
        assert done.returncode == 2 and done.stderr.startswith("error: ")


def test_arithmetic_without_a_sum() -> None:
    asked = Asked(protocol="openai", operation="chat", model="m", prompt="Hi", system="", body={}, attempt=0)
    assert arithmetic(asked) == "ANSWER: 42"
