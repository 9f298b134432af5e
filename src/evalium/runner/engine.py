"""The loop that turns samples into journalled, scored records."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from time import perf_counter

import msgspec

from evalium.core import (
    AuthError,
    BudgetExceeded,
    ConfigError,
    EvaliumError,
    ProviderError,
    Record,
    Sample,
    Status,
    TemplateError,
)
from evalium.models import ConnectionFailed, QuotaExhausted
from evalium.store import Done, Journal

from .caller import Caller, Spending
from .prompting import BuildRequest
from .scoring import Scoring
from .solver import Call, Solve
from .sync import all_or_none
from .trace import Result, checked, trace_key, trace_record
from .tracebacks import Tracebacks

HOPELESS = 5


class Tally(msgspec.Struct):
    """How far a run is.

    Attributes:
        done: Units finished in this go.
        resumed: Units found finished from before.
        status: Finished units by status.
        errors: Failed units by kind of error.
        cached: Units answered from the response cache.
        cost: USD of the answers, cached ones at their original cost.
    """

    done: int = 0
    resumed: int = 0
    status: Counter[str] = msgspec.field(default_factory=Counter)
    errors: Counter[str] = msgspec.field(default_factory=Counter)
    cached: int = 0
    cost: float = 0.0


class Engine:
    """Runs one model over the units of one task.

    Args:
        samples: Samples, streamed.
        epochs: Repeats of each.
        build: Makes a sample's request.
        caller: The subject.
        solve: Solver, where one call is not enough.
        open_call: Makes the handle that a solver calls through.
        scoring: Scores the outcomes.
        journal: Where finished units go.
        finished: Units that need not run again.
        spending: What was spent, and the cap.
        tracebacks: Where it is noted what a solver raises.
        workers: Tasks that take units; the limiter decides how many of them call at a time.
        fail_fast_on_quota: Stop when a provider says that the quota is used up.
    """

    def __init__(
        self,
        *,
        samples: Iterator[Sample],
        epochs: int,
        build: BuildRequest,
        caller: Caller,
        solve: Solve | None,
        open_call: Callable[[Sample, int], Call],
        scoring: Scoring,
        journal: Journal,
        finished: Done,
        spending: Spending,
        tracebacks: Tracebacks,
        workers: int,
        fail_fast_on_quota: bool = True,
    ) -> None:
        self.tally = Tally()
        self.stopped: Exception | None = None
        self._units = ((sample, epoch) for sample in samples for epoch in range(epochs))
        self._build, self._caller, self._solve, self._open_call = build, caller, solve, open_call
        self._scoring, self._journal, self._tracebacks = scoring, journal, tracebacks
        self._finished, self._spending, self._workers = finished, spending, workers
        self._resumable = len(finished) > 0
        self._fail_fast = fail_fast_on_quota
        self._stopping = self._flushing = False
        self._hopeless = 0

    def stop(self, why: Exception | None = None) -> None:
        """Take no further units; those under way are finished."""
        self._stopping = True
        self.stopped = self.stopped or why

    async def run(self) -> Tally:
        """Run until every unit is done or `stop` was called; `stopped` says why it ended early.

        A row that cannot be read or asked about, and a journal that cannot be written, stop the run like that too, so
        that what other calls cost is not lost with them.
        """
        try:
            await all_or_none(self._worker() for _ in range(self._workers))
        finally:
            self._flush()
        return self.tally

    async def _worker(self) -> None:
        unit = self._unit if self._solve is None else self._trace
        try:
            for sample, epoch in self._units:
                if self._stopping:
                    return
                await unit(sample, epoch)
        except EvaliumError as error:
            self.stop(error)

    async def _unit(self, sample: Sample, epoch: int) -> None:
        try:
            request = self._build(sample)
        except TemplateError as error:
            raise TemplateError(f"sample {sample.id!r}: {error}") from None
        key = self._caller.key(request, epoch)
        if self._is_finished(sample, epoch, key):
            return
        record = await self._caller.call(request, sample, epoch, key=key)
        await self._finish([record], record)

    async def _trace(self, sample: Sample, epoch: int) -> None:
        assert self._solve is not None
        run, model = self._caller.run, self._caller.label
        if self._is_finished(sample, epoch, trace_key(run, sample, epoch)):
            return
        call = self._open_call(sample, epoch)
        began = perf_counter()
        result: Result
        try:
            result = checked(await self._solve(sample, call))
        except (ConfigError, TemplateError):
            raise
        except Exception as error:  # a solver is user code: what it raises is the outcome of this sample
            result = error
        seconds = perf_counter() - began
        steps = await call.settle()
        record = trace_record(run, model, sample, epoch, steps, result, seconds)
        noted = self._tracebacks.note(result) if isinstance(result, Exception) else None
        if noted is not None:
            record.data["error_id"] = noted
        await self._finish([*steps, record], record)

    def _is_finished(self, sample: Sample, epoch: int, key: str) -> bool:
        if not self._resumable or not self._finished.has(sample.id, epoch, key):
            return False
        self.tally.resumed += 1
        return True

    async def _finish(self, records: list[Record], outcome: Record) -> None:
        scores = await self._scoring(outcome)
        for record in records[:-1]:
            self._journal.write(record)
        self._journal.write(outcome, scores)
        self._count(outcome)
        await self._written()

    async def _written(self) -> None:
        """Return when everything journalled so far has left this process, so that its end repeats only open calls.

        One write serves all units that finish in the same turn of the loop. It is queued before the workers that wait
        for it here, so that it runs before any of them makes its next call.
        """
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)
        await asyncio.sleep(0)

    def _flush(self) -> None:
        self._flushing = False
        try:
            self._journal.flush()
        except Exception as error:
            self.stop(error)

    def _count(self, record: Record) -> None:
        tally = self.tally
        tally.done += 1
        tally.status[record.status.value] += 1
        tally.cost += record.cost or 0.0
        tally.cached += record.cached
        if record.error_kind:
            tally.errors[record.error_kind] += 1
            self._watch_failures(record)
        elif record.status is Status.OK:
            self._hopeless = -1
        if self._spending.exhausted and not self._stopping:
            self.stop(
                BudgetExceeded(f"the budget of ${self._spending.budget:g} is spent (${self._spending.spent:.4f})")
            )

    def _watch_failures(self, record: Record) -> None:
        """Stop early when the quota is used up, or nothing has ever worked and the reason will not go away."""
        if record.error_kind == QuotaExhausted.kind and self._fail_fast:
            self.stop(ProviderError(f"the quota of {record.model} is used up: {record.error}"))
        if self._hopeless < 0 or record.error_kind not in (AuthError.kind, ConnectionFailed.kind, "http_404"):
            return
        self._hopeless += 1
        if self._hopeless >= HOPELESS:
            self.stop(ProviderError(f"the first {HOPELESS} calls of {record.model} failed: {record.error}"))
