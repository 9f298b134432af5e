"""From stored records to a result, kept in the catalog for lists."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from evalium.decide import check_requirements
from evalium.metrics import ScorerInfo, estimate_at, open_run, results_of
from evalium.store import Workspace

from .result import RunResult


def summarise(store: Workspace, run: str, added: Sequence[ScorerInfo] = (), *, bad_rows: int = 0) -> RunResult:
    """Measure a stored run and keep counts and estimates in the catalog.

    Args:
        store: Where it lies.
        run: Its id.
        added: Scorers that were applied since; they belong to the run from here on.
        bad_rows: Rows that were left out when the dataset was read.
    """
    stored = open_run(store, run)
    if added:
        scorers = {s.name: s for s in (*stored.scorers, *added)}
        store.catalog.update_run(run, scorers=msgspec.to_builtins(list(scorers.values())))
        stored = open_run(store, run)
    results = results_of(store, stored)
    status, errors = _counts(store, run)
    store.catalog.update_run(run, counts=status, errors=errors, summary=msgspec.to_builtins(results.overall))
    row = stored.row
    return RunResult(
        id=row.id,
        plan=row.plan,
        model=row.model,
        task_version=row.task_version,
        state=row.status,
        status=status,
        errors=errors,
        results=results,
        findings=row.findings,
        requirements=check_requirements(
            stored.plan.decide.require, results.overall, partial(estimate_at, store, stored)
        ),
        workspace=store.root,
        bad_rows=bad_rows,
    )


def _counts(store: Workspace, run: str) -> tuple[dict[str, int], dict[str, int]]:
    """Units by status, and failed units by kind of error."""
    import pyarrow.compute as pc

    table = store.records(run, ["kind", "status", "error_kind"])
    units = table.filter(pc.not_equal(table["kind"].cast("string"), "step"))
    return _count(units["status"]), _count(units["error_kind"])


def _count(column: Any) -> dict[str, int]:
    import pyarrow.compute as pc

    found = [(one["values"], one["counts"]) for one in pc.value_counts(column).to_pylist()]
    return {str(value): n for value, n in sorted(found, key=lambda pair: -pair[1]) if value is not None}
