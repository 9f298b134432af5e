"""What a run gives back: estimates overall and by slice, and the way to its records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from evalium.core import ConfigError, Estimate, did_you_mean, estimate_text

if TYPE_CHECKING:
    import pyarrow as pa

    from evalium.decide import Requirement
    from evalium.metrics import Results
    from evalium.store import Records

SCHEMA = 1
"""Version of the JSON that `evalium run --json` prints."""


class RunResult(msgspec.Struct, kw_only=True):
    """The result of one model on one task.

    Attributes:
        id: Id of the run.
        plan: Name of the plan.
        model: Name of the model.
        task_version: Hash of everything that changes the numbers.
        state: `done`; `partial` when some calls failed, `failed` when all did; `interrupted` when units are missing.
        status: Units by status.
        errors: Failed units by kind of error.
        results: Estimates, slices and tables.
        findings: What the model had to say besides its answers (train/test gap, learning curve).
        requirements: Verdict on each bound of `decide.require`.
        bad_rows: Rows of the dataset that could not be read and were left out, as was asked for.
        workspace: Where the records lie.
    """

    id: str
    plan: str
    model: str
    task_version: str
    state: str
    status: dict[str, int]
    errors: dict[str, int]
    results: Results
    findings: dict[str, Any]
    requirements: list[Requirement]
    workspace: Path
    bad_rows: int = 0

    @property
    def metrics(self) -> Mapping[str, Estimate]:
        """Estimates over all units, by metric name."""
        return self.results.overall

    @property
    def slices(self) -> Mapping[str, Mapping[str, Mapping[str, Estimate]]]:
        """Estimates by attribute, value and metric name."""
        return self.results.slices

    def __getitem__(self, metric: str) -> Estimate:
        """The estimate of a metric.

        Raises:
            ConfigError: There is no such metric in this run; the nearest is named.
        """
        if metric not in self.metrics:
            raise ConfigError(f"run {self.id} has no metric {metric!r}.{did_you_mean(metric, self.metrics)}")
        return self.metrics[metric]

    def records(self) -> Records:
        """The records, to be had as `.arrow()`, `.pandas()`, `.polars()`, `.duckdb()` or one by one.

        Text columns are read only when asked for: `.pandas(text=True)`.
        """
        from evalium.store import Workspace

        return Workspace.open(self.workspace).results(self.id)

    def scores(self, *, text: bool = False) -> pa.Table:
        """The scores as an Arrow table; answers and explanations only when asked for."""
        from evalium.store import Workspace

        with Workspace.open(self.workspace) as store:
            return store.scores(self.id, text=text)

    def to_json(self) -> dict[str, Any]:
        """This run as `evalium run --json` prints it."""
        return {
            "run": self.id,
            "model": self.model,
            "plan": self.plan,
            "task_version": self.task_version,
            "state": self.state,
            "status": self.status,
            "errors": self.errors,
            "bad_rows": self.bad_rows,
            "metrics": dict(self.metrics),
            "slices": self.slices,
            **({"findings": self.findings} if self.findings else {}),
            **({"requirements": self.requirements} if self.requirements else {}),
        }


class PlanResult(msgspec.Struct, kw_only=True):
    """The results of all models of a plan.

    Attributes:
        plan: Name of the plan.
        runs: One result a model, in the plan's order.
    """

    plan: str
    runs: list[RunResult]

    def __getitem__(self, model: str) -> RunResult:
        """The result of a model.

        Raises:
            ConfigError: There is no such model in the plan; the nearest is named.
        """
        for run in self.runs:
            if run.model == model:
                return run
        raise ConfigError(f"no model {model!r} in this result.{did_you_mean(model, [r.model for r in self.runs])}")

    def to_json(self) -> dict[str, Any]:
        """All runs as `evalium run --json` prints them; the schema is documented and versioned."""
        return {"schema": SCHEMA, "runs": [run.to_json() for run in self.runs]}

    def _repr_html_(self) -> str:
        """A table of the metrics for a notebook."""
        from html import escape

        names = list(dict.fromkeys(name for run in self.runs for name in run.metrics))
        head = "".join(f"<th>{escape(run.model)}</th>" for run in self.runs)
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(name)}</th>"
            + "".join(f"<td>{escape(estimate_text(r.metrics.get(name)))}</td>" for r in self.runs)
            + "</tr>"
            for name in names
        )
        return f"<table><caption>{escape(self.plan)}</caption><tr><th></th>{head}</tr>{rows}</table>"
