"""Run a plan: every model on the task, resumable, with results at the end."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from evalium.core import EvaliumError
from evalium.store import Workspace

from .caller import Spending
from .catalogue import enter, leave
from .execute import Endpoints, Execution, execute, model_named, parameters
from .interruption import Interruption
from .plan_file import PlanSource, load_plan
from .prepare import Prepared, prepare
from .progress import Progress, Silent
from .result import PlanResult
from .summarise import summarise
from .sync import all_or_none, run_coroutine
from .task import run_id


def run(
    plan: PlanSource,
    *,
    base: Path | None = None,
    workspace: str | Path | None = None,
    fresh: bool = False,
    skip_bad_rows: bool = False,
    progress: Progress | None = None,
) -> PlanResult:
    """Run a plan and wait for its results; works in a script, a notebook and inside a running event loop.

    A run is content-addressed: the same plan, data, model and parameters continue the run that is already there, and
    only what is missing or failed is called.

    Args:
        plan: A plan, its mapping, a task function, a YAML file, or `file.py:name`.
        base: Folder that a plan's relative paths start from; None is the plan file's own.
        workspace: Folder of the workspace; None is `EVALIUM_HOME` or `./.evalium`.
        fresh: Start anew although a run of the same content exists.
        skip_bad_rows: Leave out rows that cannot be read, counted, instead of refusing.
        progress: Where progress is shown; None shows nothing.

    Returns:
        One result a model.

    Raises:
        ConfigError: The plan is wrong.
        DataError: The dataset cannot be read.
        ProviderError: The first calls of a model were all refused for good (key, address), or its quota is used up.
        BudgetExceeded: The declared spending cap was reached; what is done is stored.
        StoreError: The workspace cannot be written.
        Interrupted: Ctrl-C; what is done is stored.
    """
    return run_coroutine(
        run_async(plan, base=base, workspace=workspace, fresh=fresh, skip_bad_rows=skip_bad_rows, progress=progress)
    )


async def run_async(
    plan: PlanSource,
    *,
    base: Path | None = None,
    workspace: str | Path | None = None,
    fresh: bool = False,
    skip_bad_rows: bool = False,
    progress: Progress | None = None,
) -> PlanResult:
    """The coroutine behind `run`, for code that is async itself; see there."""
    read, folder = load_plan(plan)
    prepared = prepare(read, base or folder, skip_bad_rows=skip_bad_rows)
    endpoints = Endpoints(prepared)
    try:
        runs = [_execution(prepared, endpoints, model) for model in prepared.models]
        for step in read.solver.chain if read.solver else ():
            if step.model is not None:
                endpoints.adapter(model_named(prepared, step.model))
        with Workspace.open(workspace) as store:
            for one in runs:
                enter(store, prepared, one, fresh=fresh)
            await _all(runs, prepared, store, endpoints, progress or Silent())
            left_out = len(prepared.dataset.bad_rows)
            return PlanResult(plan=read.plan, runs=[summarise(store, one.id, bad_rows=left_out) for one in runs])
    finally:
        await endpoints.aclose()


def _execution(prepared: Prepared, endpoints: Endpoints, model: Any) -> Execution:
    adapter = endpoints.adapter(model)
    params = parameters(prepared, model)
    return Execution(
        id=run_id(prepared.plan, prepared.spec, prepared.scorers, adapter, params, 0),
        model=model,
        adapter=adapter,
        params=params,
    )


async def _all(
    runs: Sequence[Execution], prepared: Prepared, store: Workspace, endpoints: Endpoints, progress: Progress
) -> None:
    """Models of one endpoint one after another, endpoints side by side; local models never side by side."""
    spending = Spending(prepared.plan.execution.budget)
    queues: dict[str, list[Execution]] = defaultdict(list)
    for one in runs:
        queues[one.adapter.endpoint if one.adapter.remote else ""].append(one)
    units = prepared.dataset.count()
    total = units * prepared.plan.epochs if units is not None else None
    stopping: list[EvaliumError] = []

    def interrupted(why: EvaliumError) -> None:
        stopping.append(why)
        for one in runs:
            one.stop(why)

    async def work(queue: Sequence[Execution]) -> None:
        for one in queue:
            if stopping:
                return
            progress.track(one.model.label, total, one.progress)
            stopping.extend(await _failures(one, execute(one, prepared, store, endpoints, spending)))

    with progress:
        try:
            with Interruption(interrupted) as interruption:
                await all_or_none(work(queue) for queue in queues.values())
        except asyncio.CancelledError:
            if not interruption.dropped:
                raise
        finally:
            stopping += await _end(runs, prepared, store)
    if stopping:
        raise stopping[0]


async def _failures(run: Execution, executing: Coroutine[Any, Any, None]) -> list[EvaliumError]:
    """Wait for a run; what ended it early, the first cause first."""
    failure: EvaliumError | None = None
    try:
        await executing
    except EvaliumError as error:
        failure = error
    stopped = run.engine.stopped if run.engine else None
    return [_as_error(why) for why in (stopped, failure) if why is not None]


async def _end(runs: Sequence[Execution], prepared: Prepared, store: Workspace) -> list[EvaliumError]:
    """Seal what was journalled and write how runs ended; what of that failed and can be done later."""
    failures: list[EvaliumError] = []
    try:
        await asyncio.to_thread(store.seal)
    except EvaliumError as error:
        failures.append(error)
    for one in runs:
        try:
            leave(store, prepared, one)
        except EvaliumError as error:
            failures.append(error)
    return failures


def _as_error(why: Exception) -> EvaliumError:
    return why if isinstance(why, EvaliumError) else EvaliumError(str(why))
