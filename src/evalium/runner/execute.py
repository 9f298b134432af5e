"""One model on one task: from the first unit to sealed records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from evalium import models
from evalium.core import Model, Status, content_hash
from evalium.models import Adapter, NeedsDataset, price_of
from evalium.store import ResponseCache, Workspace

from .caller import Caller, Spending
from .engine import Engine, Tally
from .limiter import Limiter
from .prepare import Prepared
from .prompting import request_builder
from .score_pool import ScorePool
from .scoring import Scoring
from .sent import Sent
from .solver import Call, make_solver
from .tracebacks import Tracebacks

LOCAL_WORKERS = 64
FINISHED = frozenset(Status) - {Status.ERROR, Status.TIMEOUT}
"""A failed call is no answer: the same command tries it again."""


class Endpoints:
    """Adapters by model, and one limiter for each endpoint, shared by all who call there."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._limiters: dict[str, Limiter] = {}
        self._adapters: dict[str, Adapter] = {}

    def adapter(self, model: Model) -> Adapter:
        """Connect a model once."""
        name = content_hash(model)
        if name not in self._adapters:
            self._adapters[name] = models.connect(model, self._prepared.base)
        return self._adapters[name]

    def limiter(self, model: Model, adapter: Adapter) -> Limiter:
        """The slots of a model's endpoint."""
        if adapter.endpoint not in self._limiters:
            declared = model.concurrency or self._prepared.plan.execution.concurrency
            if not adapter.remote:
                declared = declared or getattr(adapter, "concurrency", LOCAL_WORKERS)
            self._limiters[adapter.endpoint] = Limiter(declared)
        return self._limiters[adapter.endpoint]

    async def aclose(self) -> None:
        """Free all adapters."""
        for adapter in self._adapters.values():
            await adapter.aclose()


class Execution(msgspec.Struct, kw_only=True):
    """A run under way or finished.

    Attributes:
        id: Id of the run.
        model: The model's section.
        adapter: The model.
        engine: The loop; None before it starts.
        params: Generation parameters.
        findings: What the adapter learnt besides its answers.
        complete: Whether every unit was gone through.
        stopping: Why it is to end before its last unit.
    """

    id: str
    model: Model
    adapter: Adapter
    params: dict[str, Any]
    engine: Engine | None = None
    findings: dict[str, Any] = {}
    complete: bool = False
    stopping: Exception | None = None

    def stop(self, why: Exception) -> None:
        """Take no further units, even if the first one is still to come."""
        self.stopping = why
        if self.engine is not None:
            self.engine.stop(why)

    def progress(self) -> Tally:
        """How far it is."""
        return self.engine.tally if self.engine else Tally()


def parameters(prepared: Prepared, model: Model) -> dict[str, Any]:
    """Generation parameters of a model: the plan's with the model's own over them."""
    return {**prepared.plan.generation, **model.generation}


def model_named(prepared: Prepared, name: str) -> Model:
    """The plan's model of a name, else the one of that id."""
    return next((m for m in prepared.models if m.label == name), None) or Model(id=name)


async def execute(
    run: Execution, prepared: Prepared, workspace: Workspace, endpoints: Endpoints, spending: Spending
) -> None:
    """Run what is missing of one run and journal it; `run.engine.stopped` says why it ended early.

    Raises:
        StoreError: The workspace cannot be written.
    """
    plan = prepared.plan
    if isinstance(run.adapter, NeedsDataset):
        await run.adapter.prepare(list(prepared.dataset))
    cache = workspace.cache if plan.execution.cache else None
    tracebacks = Tracebacks(workspace.catalog.error_id)
    sent = Sent(workspace.blobs, prepared.base)
    caller_of = _callers(run, prepared, endpoints, cache, spending, tracebacks, sent)
    caller = caller_of(None)
    pool = _pool(prepared, tracebacks)
    limiter = endpoints.limiter(run.model, run.adapter)
    tools = plan.solver.tools if plan.solver else ()
    finished = workspace.entries_done(run.id, FINISHED)
    with workspace.journal(run.id) as journal:
        run.engine = Engine(
            samples=iter(prepared.dataset),
            epochs=plan.epochs,
            build=request_builder(plan, run.params, stream=prepared.stream, examples=prepared.examples),
            caller=caller,
            solve=make_solver(plan, prepared.base),
            open_call=lambda sample, epoch: Call(caller_of, sample, epoch, run.params, tools, prepared.stream),
            scoring=Scoring(prepared.scorers, pool, tracebacks),
            journal=journal,
            finished=finished,
            spending=spending,
            tracebacks=tracebacks,
            workers=limiter.ceiling,
            fail_fast_on_quota=plan.execution.fail_fast_on_quota,
        )
        if run.stopping is not None:
            run.engine.stop(run.stopping)
        try:
            await run.engine.run()
            run.complete = not run.engine.stopped
        finally:
            if pool is not None:
                pool.close()
    if isinstance(run.adapter, NeedsDataset):
        run.findings = run.adapter.findings()


def _pool(prepared: Prepared, tracebacks: Tracebacks) -> ScorePool | None:
    heavy = {s.name: prepared.scorer_specs[s.name] for s in prepared.scorers if s.heavy}
    plan = prepared.plan
    return ScorePool(heavy, prepared.base, plan.extract, plan.execution.processes, tracebacks) if heavy else None


def _callers(
    run: Execution,
    prepared: Prepared,
    endpoints: Endpoints,
    cache: ResponseCache | None,
    spending: Spending,
    tracebacks: Tracebacks,
    sent: Sent,
) -> Callable[[str | None], Caller]:
    """Callers by model name; the subject under None, helpers connected when a solver first asks for them."""
    known: dict[str | None, Caller] = {}

    def caller_of(name: str | None) -> Caller:
        if name not in known:
            model = run.model if name is None else model_named(prepared, name)
            adapter = endpoints.adapter(model)
            known[name] = Caller(
                run.id,
                model.label,
                adapter,
                endpoints.limiter(model, adapter),
                prepared.plan.execution,
                price_of(model),
                cache,
                spending,
                tracebacks,
                sent,
            )
        return known[name]

    return caller_of
