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
    changes = {k: options[k] for k in ("concurrency", "budget", "max_retries", "timeout") if options.get(k) is not None}
    if options.get("stream") is not None:
        changes["stream"] = options["stream"]
    if options.get("no_cache"):
        changes["cache"] = False
    return replace(plan, execution=replace(plan.execution, **changes)) if changes else plan


def _model(plan: Plan, name: str) -> str | Model:
    for model in plan.models:
        if name == model or (isinstance(model, Model) and name in (model.id, model.name)):
            return model
    return name
