"""Stored runs as frames and results: the same numbers for the command that ran them and for any later reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import Estimate, Model, Plan
from evalium.store import RunRow, Workspace

from ._create import ScorerInfo, create, create_all
from ._defaults import defaults
from ._estimate import estimate
from ._evaluate import evaluate
from ._from_arrow import from_loaders
from .base import How, Metric
from .frame import Frame
from .needed import needed_columns
from .results import Results


class StoredRun(msgspec.Struct, kw_only=True):
    """A run of a workspace with what is needed to measure it again.

    Attributes:
        row: What the catalog knows.
        plan: The plan as run.
        scorers: Its scorers.
        metrics: The plan's metrics, or the usual ones.
    """

    row: RunRow
    plan: Plan
    scorers: list[ScorerInfo]
    metrics: list[Metric]

    @property
    def streamed(self) -> bool:
        """Whether answers were streamed."""
        return bool(self.plan.execution.stream)

    @property
    def hourly_price(self) -> float | None:
        """USD per hour of the model's machines, where the plan prices it so."""
        models = [m for m in self.plan.models if isinstance(m, Model) and m.label == self.row.model]
        price = models[0].price if models else None
        return price.per_hour if price and price.per_hour else None


def open_run(workspace: Workspace, name: str) -> StoredRun:
    """Find a run and rebuild its plan, scorers and metrics.

    Args:
        workspace: Where it lies.
        name: Its id or the beginning of it.

    Raises:
        UnknownName: There is no such run.
        ConfigError: One of its own metrics can no longer be loaded.
    """
    row = workspace.catalog.run(name)
    plan = msgspec.convert(row.plan_json, Plan)
    scorers = [msgspec.convert(info, ScorerInfo) for info in row.scorers]
    return StoredRun(row=row, plan=plan, scorers=scorers, metrics=metrics_of(plan, scorers, Path(row.base)))


def metrics_of(plan: Plan, scorers: Sequence[ScorerInfo], base: Path) -> list[Metric]:
    """The metrics of a plan, or the usual ones for its scorers; and those that its requirements bound.

    A scorer that none of the plan's metrics reads (one that was added to a stored run, say) is shown by its usual ones.

    Raises:
        UnknownName: A name is neither a metric's nor a scorer's.
        ConfigError: A metric does not fit.
    """
    usual = defaults(scorers, streamed=bool(plan.execution.stream))
    made = create_all(plan.metrics, scorers, base=base) if plan.metrics else usual
    read = {m.options.get("scorer") for m in made}
    made = _joined(made, [m for m in usual if m.options.get("scorer") not in {None, "", *read}])
    return _joined(made, [m for key in plan.decide.require for m in create(key, scorers, base=base)])


def _joined(metrics: Sequence[Metric], more: Sequence[Metric]) -> list[Metric]:
    have = {m.key for m in metrics}
    return [*metrics, *(m for m in more if m.key not in have)]


def frame_of(workspace: Workspace, run: StoredRun, metrics: Sequence[Metric] = (), *, keys: bool = False) -> Frame:
    """Load the columns that metrics need, as a frame.

    Args:
        workspace: Where the run lies.
        run: The run.
        metrics: What will be measured; the run's own metrics when empty.
        keys: Whether units will be paired with another run's.
    """
    wanted = metrics or run.metrics
    needed = needed_columns(wanted, [s.name for s in run.scorers], keys=keys)
    scores = {name: partial(_scores, workspace, run.row.id, name, columns) for name, columns in needed.scores.items()}
    frame = from_loaders(lambda: workspace.records(run.row.id, needed.records), scores, keys=keys)
    return replace(frame, streamed=run.streamed, hourly_price=run.hourly_price)


def _scores(workspace: Workspace, run: str, scorer: str, columns: Sequence[str]) -> Any:
    return workspace.scores(run, scorer, columns=columns).drop_columns(["scorer"])


def results_of(workspace: Workspace, run: StoredRun, *, tables: bool = True) -> Results:
    """Measure a stored run: overall, by slice, and as tables.

    Args:
        workspace: Where the run lies.
        run: The run.
        tables: Whether to make confusion matrices, curves and histograms too.
    """
    frame = frame_of(workspace, run)
    have = frame.attributes
    slices = have if run.plan.slices is None else tuple(name for name in run.plan.slices if name in have)
    return evaluate(
        run.metrics,
        frame,
        level=run.plan.level,
        bootstrap=run.plan.bootstrap,
        slices=slices,
        seed=(run.row.id,),
        tables=tables,
    )


def estimate_at(workspace: Workspace, run: StoredRun, key: str, level: float) -> Estimate | None:
    """One number of a stored run with an interval of another level; None where the run has none of this key.

    Args:
        workspace: Where the run lies.
        run: The run.
        key: Key of the number: a metric's, or `key[output]` of one with several.
        level: Two-sided confidence level.
    """
    metric = next((m for m in run.metrics if m.key in (key, key.partition("[")[0])), None)
    if metric is None:
        return None
    how = How(level=level, bootstrap=run.plan.bootstrap, seed=(run.row.id,))
    return estimate(metric, frame_of(workspace, run, [metric]), how).get(key)
