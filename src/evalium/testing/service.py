"""The test server without its socket: a request in, a delivery out, and what happened so far."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from typing import Any

import msgspec

from evalium.core import UnknownName

from . import _anthropic, _gemini, _openai
from ._failing import error_body, null_content, refusal, spoiled, spoiled_events
from ._http1 import Delivery, Incoming
from ._requests import Call, operation_of, read_call
from ._wire import Counted, counted, events, whole
from .answers import AnswerFunction, Reply, arithmetic
from .faults import Faults, Latency, check_fault, uniform


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """How the test server behaves.

    Everything is decided by the content of a request and how often it was sent before, never by the order in which
    requests arrive, except for `Faults.by_number` and `capacity`, whose point that is.

    Attributes:
        answer: What it answers.
        latency: When.
        faults: What goes wrong.
        slow: Seconds that the fault `slow` adds.
        retry_after: Seconds it asks to wait with 429, 503 and 529.
        capacity: Most requests at a time; the next one gets 429. None for no limit.
        refuses: Fields of a body that are refused with 400, as strict servers do.
        pieces: Most pieces of a streamed answer.
        price: USD per million input and output tokens; then OpenAI's usage carries a cost, as OpenRouter's does.
        seed: Seed of faults and latencies.
        keep: Requests remembered.
    """

    answer: AnswerFunction = arithmetic
    latency: Latency = Latency()
    faults: Faults = Faults()
    slow: float = 1.0
    retry_after: float = 1.0
    capacity: int | None = None
    refuses: tuple[str, ...] = ()
    pieces: int = 32
    price: tuple[float, float] | None = None
    seed: int = 0
    keep: int = 1000


class Seen(msgspec.Struct, frozen=True):
    """A request that came in: path, headers (names in lower case), body, how often it was sent before, its fault."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    attempt: int
    fault: str | None


class Stats(msgspec.Struct):
    """What happened so far: model requests, faults by name, connections opened, open now, most requests at a time."""

    requests: int = 0
    faults: dict[str, int] = {}
    connections: int = 0
    open: int = 0
    in_flight: int = 0
    max_in_flight: int = 0


class Service:
    """Answers requests; see `Handler`.

    Args:
        behaviour: How.

    Raises:
        UnknownName: A fault is not known.
        ValueError: A rate is not between 0 and 1.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        behaviour.faults.check()
        self.behaviour = behaviour
        self.reset()
        self._open = 0
        self._in_flight = 0

    def reset(self) -> None:
        """Forget what happened; attempts count from 0 again."""
        self.seen: deque[Seen] = deque(maxlen=self.behaviour.keep)
        self._attempts: Counter[bytes] = Counter()
        self._faults: Counter[str] = Counter()
        self._requests = self._connections = self._max_in_flight = 0

    def stats(self) -> Stats:
        """Return what happened so far."""
        return Stats(
            requests=self._requests,
            faults=dict(self._faults),
            connections=self._connections,
            open=self._open,
            in_flight=self._in_flight,
            max_in_flight=self._max_in_flight,
        )

    def connection(self, change: int) -> None:
        """Count connections."""
        self._open += change
        self._connections += max(0, change)

    def finished(self) -> None:
        """Count a request that is answered or gone."""
        self._in_flight -= 1

    def respond(self, request: Incoming) -> Delivery:
        """Return what to send for a request."""
        self._in_flight += 1
        found = operation_of(request.path)
        if request.method != "POST" or found is None:
            return self._other(request)
        protocol, _ = found
        try:
            body = msgspec.json.decode(request.body, type=dict[str, Any])
        except msgspec.DecodeError as error:
            return whole(error_body(protocol, 400, f"the body is no JSON object: {error}"), 0.0, 400)
        refused = next((field for field in self.behaviour.refuses if field in body), None)
        if refused is not None:
            return whole(error_body(protocol, 400, f"{refused}: extra inputs are not permitted"), 0.0, 400)
        digest = hashlib.blake2b(request.body, digest_size=16).digest()
        attempt, number = self._attempts[digest], self._requests
        self._attempts[digest] += 1
        self._requests += 1
        self._max_in_flight = max(self._max_in_flight, self._in_flight)
        try:
            fault = self._fault(request, number, digest, attempt)
        except UnknownName as error:
            return whole(error_body(protocol, 400, str(error)), 0.0, 400)
        if fault is not None:
            self._faults[fault] += 1
        if self.behaviour.keep:
            self.seen.append(Seen(request.path, request.headers(), body, attempt, fault))
        return self._deliver(request, protocol, body, digest, attempt, fault)

    def _fault(self, request: Incoming, number: int, digest: bytes, attempt: int) -> str | None:
        named = request.header("x-test-fault")
        if named is not None:
            check_fault(named)
            return None if named == "ok" else named
        capacity = self.behaviour.capacity
        if capacity is not None and self._in_flight > capacity:
            return "429"
        return self.behaviour.faults.pick(number, self.behaviour.seed, digest, attempt)

    def _deliver(
        self, request: Incoming, protocol: str, body: dict[str, Any], digest: bytes, attempt: int, fault: str | None
    ) -> Delivery:
        behaviour = self.behaviour
        wait = behaviour.latency.draw(uniform(behaviour.seed, digest, attempt, "latency"))
        if fault is not None:
            wait += behaviour.slow if fault == "slow" else 0.0
            delivery = refusal(fault, protocol, wait, behaviour.retry_after)
            if delivery is not None:
                return delivery
        call = read_call(request.path, body, attempt)
        if call.asked.operation == "embeddings":
            return spoiled(fault or "", _embeddings(call), wait)
        given = behaviour.answer(call.asked) if not call.asked.body.get("echo") else " next"
        reply = given if isinstance(given, Reply) else Reply(text=given)
        if fault == "content_filter":
            reply = msgspec.structs.replace(reply, finish="content_filter")
        return self._write(call, counted(call.asked, reply, call.limit), wait, fault)

    def _write(self, call: Call, found: Counted, wait: float, fault: str | None) -> Delivery:
        asked, most, extra = call.asked, self.behaviour.pieces, {"openai-processing-ms": f"{wait * 1000:.3f}"}
        usage = None if fault == "no_usage" else _usage(asked.protocol, found, self.behaviour.price)
        if call.stream:
            pieces = _EVENTS[asked.protocol, asked.operation](asked, found, usage, most)
            pieces = spoiled_events(fault or "", asked.protocol, pieces)
            return events(pieces, wait, self.behaviour.latency.between, extra)
        if asked.operation == "completions":
            body = _openai.completion(asked, found, list(call.texts))
        else:
            body = _WHOLE[asked.protocol](asked, found, usage)
        if fault == "null_content" and asked.operation == "chat":
            body = null_content(asked.protocol, body)
        return whole(body, wait, extra=extra) if fault is None else spoiled(fault, body, wait)

    def _other(self, request: Incoming) -> Delivery:
        path = request.path.rstrip("/")
        if path.endswith("/models"):
            return whole({"object": "list", "data": [{"id": "test", "object": "model", "owned_by": "evalium"}]}, 0.0)
        if path.endswith("/stats"):
            return whole(self.stats(), 0.0)
        if path.endswith("/requests"):
            return whole(list(self.seen), 0.0)
        if path.endswith("/reset") and request.method == "POST":
            self.reset()
            return whole({}, 0.0)
        if path in ("", "/health"):
            return whole({"status": "ok"}, 0.0)
        return whole(error_body("openai", 404, f"no such path: {request.method} {request.path}"), 0.0, 404)


_EVENTS = {
    ("openai", "chat"): _openai.chat_events,
    ("openai", "completions"): _openai.completion_events,
    ("anthropic", "chat"): _anthropic.message_events,
    ("gemini", "chat"): _gemini.content_events,
}
_WHOLE = {"openai": _openai.chat, "anthropic": _anthropic.message, "gemini": _gemini.content}


def _usage(protocol: str, found: Counted, price: tuple[float, float] | None) -> dict[str, Any]:
    if protocol == "openai":
        return _openai.usage_of(found, price)
    return _anthropic.usage_of(found) if protocol == "anthropic" else _gemini.usage_of(found)


def _embeddings(call: Call) -> dict[str, Any]:
    if call.asked.protocol == "gemini":
        return {"embedding": {"values": _openai.vector(call.asked.prompt)}}
    return _openai.embeddings(call.asked, list(call.texts))
