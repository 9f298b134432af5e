"""Calls of one model: key, cache, attempts, and the record of each."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import msgspec

from evalium.core import Execution, Price, Record, Sample, Status, canonical_json
from evalium.models import Adapter, KeyedByContent, Request, Response, cost
from evalium.store import ResponseCache

from .attempts import Attempted, attempt
from .limiter import Limiter
from .tracebacks import Tracebacks, kind_of

_encode = msgspec.msgpack.Encoder().encode


class Kept(msgspec.Struct, array_like=True):
    """What the response cache keeps of a call: the answer and what it took the first time."""

    response: Response
    latency: float | None
    cost: float | None
    attempts: int


class Ask(msgspec.Struct, gc=False):
    """One call about to be made."""

    request: Request
    sample: Sample
    epoch: int
    step: int
    role: str
    key: str
    entered: float


_decode_kept = msgspec.msgpack.Decoder(Kept).decode


class Spending:
    """What has been spent so far, and the cap."""

    def __init__(self, budget: float | None) -> None:
        self.budget = budget
        self.spent = 0.0

    @property
    def exhausted(self) -> bool:
        """Whether the cap is reached."""
        return self.budget is not None and self.spent >= self.budget * (1 - 1e-9)


class Caller:
    """Makes the calls of one model within one run.

    Args:
        run: Id of the run.
        label: Name of the model in the plan.
        adapter: The model.
        limiter: Slots of its endpoint.
        execution: Retries, time limits.
        price: What it costs.
        cache: Where answers are kept; None when they are not.
        spending: Shared count of what was spent.
        tracebacks: Where unexpected errors are noted.
        sent: Writes down what was sent.
    """

    def __init__(
        self,
        run: str,
        label: str,
        adapter: Adapter,
        limiter: Limiter,
        execution: Execution,
        price: Price | None,
        cache: ResponseCache | None,
        spending: Spending,
        tracebacks: Tracebacks,
        sent: Callable[[Request], str | None],
    ) -> None:
        self.run, self.label, self.adapter = run, label, adapter
        self._limiter, self._execution, self._price = limiter, execution, price
        self._cache = cache if adapter.remote else None
        self._spending, self._tracebacks, self._sent = spending, tracebacks, sent
        # the time to read an old answer from a file is nobody's latency
        self._recorded = "recorded" in adapter.capabilities
        self._content = adapter.content if isinstance(adapter, KeyedByContent) else None
        self._base = hashlib.sha256(canonical_json(adapter.identity))
        self._prefixes: dict[tuple[int, str, bool], tuple[Any, Any]] = {}

    def key(self, request: Request, epoch: int, step: int = 0) -> str:
        """The call key: sha256 over everything that determines the answer."""
        digest = self._prefix(request).copy()
        digest.update(canonical_json((request.messages, request.prompt, request.continuations, epoch, step)))
        sample = request.sample
        if sample is not None:
            if sample.media:
                digest.update(sample.hash.encode())
            if self._content is not None:
                digest.update(canonical_json(self._content(request)))
        key: str = digest.hexdigest()
        return key

    def _prefix(self, request: Request) -> Any:
        # parameters are one object for a whole run, so their share of the key is computed once
        at = (id(request.params), request.mode, request.stream)
        known = self._prefixes.get(at)
        if known is None or known[0] is not request.params or request.tools:
            digest = self._base.copy()
            digest.update(canonical_json((request.mode, request.params, request.tools, request.stream)))
            if len(self._prefixes) < 64:
                self._prefixes[at] = (request.params, digest)
            return digest
        return known[1]

    async def call(
        self,
        request: Request,
        sample: Sample,
        epoch: int = 0,
        *,
        key: str | None = None,
        step: int = 0,
        role: str = "subject",
    ) -> Record:
        """Ask the model once (with retries) and say how it went.

        Returns:
            A record whatever happened; failures are a status, not an exception.
        """
        ask = Ask(request, sample, epoch, step, role, key or self.key(request, epoch, step), time.time())
        if self._cache is not None:
            kept = self._cache.get(ask.key)
            if kept is not None:
                return self._from_cache(ask, _decode_kept(kept))
        tried = await attempt(self.adapter, request, self._limiter, self._execution)
        record = self._failed(ask, tried) if tried.response is None else self._answered(ask, tried, tried.response)
        record.attempts = tried.attempts
        record.queue_time = tried.queue_time
        record.retry_time = tried.retry_time if tried.response is not None else tried.retry_time + tried.latency
        return record

    def _answered(self, ask: Ask, tried: Attempted, response: Response) -> Record:
        latency = tried.latency if response.latency is None and not self._recorded else response.latency
        spent = self._cost(response, latency)
        if spent:
            self._spending.spent += spent
        if self._cache is not None and response.status is Status.OK:
            self._cache.put(ask.key, _encode(Kept(response, latency, spent, tried.attempts)))
        record = self._record(ask, response)
        record.latency = latency
        record.cost = spent
        return record

    def _cost(self, response: Response, latency: float | None) -> float | None:
        price = self._price
        if price is None or _by_the_hour(price):
            # a machine's hours are shared out over the whole run by its throughput, see machine_cost_per_call
            return response.cost
        if price.per_second and response.service_time is None:
            # a server that does not report its own time is charged for the time it was waited for
            response = msgspec.structs.replace(response, service_time=latency)
        return cost(price, response)

    def _failed(self, ask: Ask, tried: Attempted) -> Record:
        error = tried.error
        assert error is not None
        record = self._record(ask, Response(status=tried.status))
        record.error_kind, record.error = kind_of(error), str(error)
        noted = self._tracebacks.note(error)
        if noted is not None:
            record.data = {"error_id": noted}
        return record

    def _from_cache(self, ask: Ask, kept: Kept) -> Record:
        record = self._record(ask, kept.response)
        record.latency, record.cost, record.attempts = kept.latency, kept.cost, kept.attempts
        record.cached = True
        return record

    def _record(self, ask: Ask, response: Response) -> Record:
        sample = ask.sample
        return Record(
            key=ask.key,
            run=self.run,
            sample=sample.id,
            sample_hash=sample.hash,
            model=self.label,
            status=response.status,
            epoch=ask.epoch,
            step=ask.step,
            role=ask.role,
            started_at=ask.entered,
            ttft=response.ttft,
            itl=response.itl,
            service_time=response.service_time,
            input_tokens=response.input_tokens,
            output_tokens=response.output_tokens,
            cached_tokens=response.cached_tokens,
            reasoning_tokens=response.reasoning_tokens,
            finish_reason=response.finish_reason,
            input=self._sent(ask.request),
            output=response.output,
            target=sample.target,
            choices=sample.choices,
            context=sample.context,
            label=response.label,
            probabilities=response.probabilities,
            logprobs=response.logprobs,
            tool_calls=response.tool_calls,
            attributes=sample.attributes,
            cluster=sample.cluster,
            data=response.data,
        )


def _by_the_hour(price: Price) -> bool:
    others = (price.input, price.output, price.cached, price.reasoning, price.per_call, price.per_second)
    return price.per_hour > 0 and not any(others)
