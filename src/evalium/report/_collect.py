"""From a workspace to what a report says."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalium.core import ConfigError, Estimate
from evalium.decide import Again, Requirement, check_requirements
from evalium.metrics import Results, StoredRun, estimate_at, open_run, results_of
from evalium.store import Workspace

from ._data import Group, ModelPart, Report
from ._failures import counts_of, failures_of
from ._fit import fit
from ._origin import origin_of, seeds_of, yaml_text
from ._samples import choose_samples
from ._standings import standings_of
from ._words import sentences_of

if TYPE_CHECKING:
    import duckdb


def collect(runs: Sequence[str], workspace: str | Path | None = None) -> Report:
    """Read what a report shows.

    Args:
        runs: Ids or beginnings of ids; empty takes the runs of the newest plan.
        workspace: Folder of the workspace; None takes EVALIUM_HOME, or `.evalium` in the current folder.

    Raises:
        UnknownName: There is no such run.
        ConfigError: The workspace has no run yet, or an id is ambiguous.
        StoreError: The workspace cannot be read.
    """
    with Workspace.open(workspace, create=False) as store:
        names = list(runs) or _newest(store)
        opened = {stored.row.id: stored for stored in (open_run(store, name) for name in names)}
        groups = [_group(store, found) for found in _grouped(list(opened.values()))]
    fit([model for group in groups for model in group.models])
    rows = [stored.row for stored in opened.values()]
    return Report(
        title=" and ".join(dict.fromkeys(g.plan for g in groups)),
        groups=groups,
        versions=sorted({r.evalium_version for r in rows if r.evalium_version}),
        git=sorted({r.git_sha for r in rows if r.git_sha}),
        command="evalium report " + " ".join(r.id for r in rows) + " -o report.html",
    )


def _newest(store: Workspace) -> list[str]:
    newest = store.catalog.runs(1)
    if not newest:
        raise ConfigError("no runs to report yet: `evalium demo` or `evalium run plan.yaml` makes some")
    found: dict[str, str] = {}
    for row in store.catalog.runs(1000, plan=newest[0].plan):
        found.setdefault(row.model, row.id)
    wanted = [
        m["name"] if isinstance(m, dict) and m.get("name") else _id(m) for m in newest[0].plan_json.get("models", [])
    ]
    order = {name: i for i, name in enumerate(wanted)}
    return [found[model] for model in sorted(found, key=lambda name: order.get(name, len(order))) if model in order]


def _id(model: Any) -> str:
    return str(model["id"]) if isinstance(model, dict) else str(model)


def _grouped(runs: Sequence[StoredRun]) -> list[list[StoredRun]]:
    """Runs of one plan on one dataset belong together."""
    found: dict[tuple[str, str], list[StoredRun]] = {}
    for stored in runs:
        found.setdefault((stored.row.plan, stored.row.dataset_hash or stored.row.dataset), []).append(stored)
    return list(found.values())


def _group(store: Workspace, runs: Sequence[StoredRun]) -> Group:
    first = runs[0]
    names = _names(runs)
    with store.duckdb([stored.row.id for stored in runs]) as db:
        models = [_model(store, db, stored, name, i) for i, (stored, name) in enumerate(zip(runs, names, strict=True))]
        for model, samples in zip(models, choose_samples(db, runs, names), strict=True):
            model.samples = samples
    group = Group(
        plan=first.row.plan,
        description=first.plan.description,
        dataset=first.row.dataset,
        dataset_hash=first.row.dataset_hash,
        n=max(m.results.n for m in models),
        epochs=first.plan.epochs,
        level=first.plan.level,
        started=_day(min(r.row.created_at for r in runs)),
        primary=_primary([m.results for m in models]),
        models=models,
        plan_text=yaml_text(first.row.plan_json),
        seeds=seeds_of(first.plan),
        notes=_notes(runs, models),
    )
    group.standings = standings_of(store, models, runs)
    group.sentences = sentences_of(group)
    return group


def _model(store: Workspace, db: duckdb.DuckDBPyConnection, stored: StoredRun, name: str, series: int) -> ModelPart:
    results = results_of(store, stored)
    return ModelPart(
        name=name,
        run=stored.row.id,
        state=stored.row.status,
        series=series,
        counts=counts_of(db, stored.row.id),
        results=results,
        requirements=_requirements(stored.plan.decide.require, results, partial(estimate_at, store, stored)),
        failures=failures_of(db, stored.row.id, results.n, stored.plan.level),
        findings=stored.row.findings,
        origin=origin_of(stored),
    )


def _names(runs: Sequence[StoredRun]) -> list[str]:
    """Models by name; two runs of one model are told apart by the beginning of their ids."""
    models = [stored.row.model for stored in runs]
    return [m if models.count(m) == 1 else f"{m} ({s.row.id[:8]})" for m, s in zip(models, runs, strict=True)]


def _primary(results: Sequence[Results]) -> str:
    """The first metric that says which of two models is better and is about answers."""
    keys = [key for r in results for key, e in r.overall.items() if e.higher_is_better is not None]
    return next((k for k in keys if not k.endswith("_rate")), keys[0] if keys else "")


def _requirements(rules: Mapping[str, str], results: Results, again: Again) -> list[Requirement]:
    """A rule that cannot be judged is inconclusive and says why."""
    found = []
    for metric, rule in rules.items():
        try:
            found += check_requirements({metric: rule}, results.overall, again)
        except ConfigError as error:
            reason = str(error)
            nothing = Estimate.undefined(reason, unit="1", signature=metric)
            found.append(Requirement(metric=metric, rule=rule, verdict="inconclusive", estimate=nothing, reason=reason))
    return found


def _notes(runs: Sequence[StoredRun], models: Sequence[ModelPart]) -> list[str]:
    notes = []
    for model in models:
        if model.state in ("running", "interrupted"):
            notes.append(f"{model.name}: the run is {model.state}; these are the numbers so far.")
    if len({m.results.n for m in models}) > 1:
        sizes = ", ".join(f"{m.name} {m.results.n:,}" for m in models)
        notes.append(f"The runs hold different numbers of units: {sizes}.")
    if len({stored.row.task_version for stored in runs}) > 1:
        notes.append("The runs differ in prompt, parameters, scorers or metrics: see what they were made with below.")
    return notes


def _day(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
