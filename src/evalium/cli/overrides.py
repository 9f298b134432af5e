"""Command-line options laid over a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from evalium.core import Model, Plan


def override(plan: Plan, options: Mapping[str, Any]) -> Plan:
    """Lay the options of `evalium run` over a plan.

    Args:
        plan: The plan as read.
        options: Values by option name; None and False leave the plan as it is.
    """
    replace = msgspec.structs.replace
    if options.get("limit"):
        plan = replace(plan, data=replace(plan.data, limit=options["limit"]))
    if options.get("epochs"):
        plan = replace(plan, epochs=options["epochs"])
    if options.get("models"):
        plan = replace(plan, models=tuple(_model(plan, name) for name in options["models"]))
    if options.get("unsafe_local_exec"):
        plan = _unsafe(plan)
    changes = {k: options[k] for k in ("concurrency", "budget", "max_retries", "timeout") if options.get(k) is not None}
    if options.get("stream") is not None:
        changes["stream"] = options["stream"]
    if options.get("no_cache"):
        changes["cache"] = False
    return replace(plan, execution=replace(plan.execution, **changes)) if changes else plan


EXECUTES = ("execution", "pass_at_k", "pass_hat_k")
"""The scorer that runs models' code, and the metrics that bring it."""


def executing(entry: str | dict[str, Any]) -> str | dict[str, Any]:
    """An entry of a plan's scorers or metrics with leave to run code without a sandbox, if it runs code."""
    name, options = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
    return {name: {**(options or {}), "unsafe_local_exec": True}} if name in EXECUTES else entry


def _unsafe(plan: Plan) -> Plan:
    scorers = tuple(map(executing, plan.scorers))
    named = scorers != plan.scorers
    return msgspec.structs.replace(
        plan, scorers=scorers, metrics=plan.metrics if named else tuple(map(executing, plan.metrics))
    )


def _model(plan: Plan, name: str) -> str | Model:
    for model in plan.models:
        if name == model or (isinstance(model, Model) and name in (model.id, model.name)):
            return model
    return name
