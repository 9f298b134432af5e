"""What the catalog is told of a run, at its start and at its end."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from evalium.core import Plan, UnknownName
from evalium.core.version import __version__
from evalium.metrics import ScorerInfo
from evalium.store import RunRow, RunStatus, Workspace

from .prepare import Prepared
from .task import run_id, task_version

if TYPE_CHECKING:
    from .execute import Execution


def enter(store: Workspace, prepared: Prepared, run: Execution, *, fresh: bool) -> None:
    """Write a run's row; a fresh start takes the first id that no run has yet."""
    attempt = 0
    while fresh and _exists(store, run.id):
        attempt += 1
        run.id = run_id(prepared.plan, prepared.spec, prepared.scorers, run.adapter, run.params, attempt)
    units = prepared.dataset.count()
    row = RunRow(
        id=run.id,
        plan=prepared.plan.plan,
        task=prepared.plan.plan,
        model=run.model.label,
        dataset=prepared.dataset.name,
        model_identity=run.adapter.identity,
        params=run.params,
        plan_json=msgspec.to_builtins(as_run(prepared)),
        scorers=msgspec.to_builtins([ScorerInfo.of(s) for s in prepared.scorers]),
        base=str(prepared.base.resolve()),
        status="running",
        n_planned=None if units is None else units * prepared.plan.epochs,
        host=platform.node(),
        pid=os.getpid(),
        evalium_version=__version__,
        git_sha=git_commit(),
    )
    if _exists(store, run.id):
        known = store.catalog.run(run.id)
        row.created_at, row.counts, row.summary, row.tags = known.created_at, known.counts, known.summary, known.tags
    store.catalog.put_run(row)


def leave(store: Workspace, prepared: Prepared, run: Execution) -> None:
    """Write how a run ended."""
    store.catalog.update_run(
        run.id,
        status=_status(run),
        dataset_hash=prepared.dataset.hash or "",
        task_version=version_of(prepared),
        findings=run.findings,
    )


def as_run(prepared: Prepared) -> Plan:
    """The plan with what was left open settled, so that a later reader measures the same."""
    execution = msgspec.structs.replace(prepared.plan.execution, stream=prepared.stream)
    return msgspec.structs.replace(prepared.plan, execution=execution)


def version_of(prepared: Prepared) -> str:
    """Version of the task as it was run."""
    signatures = [m.signature for m in prepared.metrics]
    return task_version(prepared.spec, prepared.scorers, signatures, prepared.dataset.hash or "")


def _status(run: Execution) -> RunStatus:
    if run.engine is None or run.engine.stopped or not run.complete:
        return "interrupted"
    tally = run.progress()
    if tally.done and not tally.resumed and sum(tally.errors.values()) == tally.done:
        return "failed"
    return "partial" if tally.errors else "done"


def _exists(store: Workspace, run: str) -> bool:
    try:
        return store.catalog.run(run).id == run
    except UnknownName:
        return False


@lru_cache(maxsize=1)
def git_commit() -> str | None:
    """Commit of the repository around the current folder, if there is one."""
    command = ["git", "rev-parse", "HEAD"]
    try:
        done: Any = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
