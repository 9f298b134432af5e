"""What a run would call and cost, before anything is spent."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import msgspec

from evalium import models
from evalium.core import Model, Plan
from evalium.models import Response, cost, count_tokens_estimate, price_of
from evalium.store import Workspace

from .execute import FINISHED, parameters
from .prepare import Prepared, prepare
from .prompting import request_builder
from .sent import input_text
from .task import run_id

PILOT = 200
USUAL_OUTPUT = 256


class ModelForecast(msgspec.Struct, kw_only=True):
    """What one model would be asked.

    Attributes:
        model: Name of the model.
        run: Id that the run has or would have.
        calls: Calls still to make.
        finished: Units already stored.
        input_tokens: Estimated tokens sent.
        output_tokens: Estimated tokens answered.
        cost: Estimated USD; None when the model has no price.
        seconds: Estimated time; None when this model was never measured in this workspace.
    """

    model: str
    run: str
    calls: int
    finished: int
    input_tokens: int
    output_tokens: int
    cost: float | None
    seconds: float | None


class Forecast(msgspec.Struct, kw_only=True):
    """What a plan would call and cost.

    Attributes:
        plan: Name of the plan.
        models: One forecast a model.
        cost: Sum over the models that have a price.
        notes: How the figures were made.
    """

    plan: str
    models: list[ModelForecast]
    cost: float
    notes: list[str]


def forecast(plan: Plan, base: Path, *, workspace: str | Path | None = None, skip_bad_rows: bool = False) -> Forecast:
    """Estimate calls, tokens, cost and time of a plan; no model is called.

    Tokens sent are a quarter of the characters of up to 200 rendered prompts. Tokens answered are the mean of earlier
    calls of the same model in this workspace, else `max_tokens`, else 256.

    Raises:
        ConfigError: The plan is wrong.
        DataError: The dataset cannot be read.
    """
    prepared = prepare(plan, base, skip_bad_rows=skip_bad_rows)
    units = sum(1 for _ in prepared.dataset) * plan.epochs
    prompt_tokens = _prompt_tokens(prepared)
    with Workspace.open(workspace) as store:
        found = [_one(prepared, store, model, units, prompt_tokens) for model in prepared.models]
    notes = [
        f"input: a quarter of the characters of {min(units, PILOT):,} prompts, {prompt_tokens:,.0f} tokens a call",
        "output: the mean of earlier calls of the model here, else max_tokens, else 256 tokens a call",
    ]
    if plan.solver:
        notes.append("a solver decides how many calls it makes; one a sample is counted here")
    if plan.execution.budget is not None:
        notes.append(f"the run stops cleanly at the budget of ${plan.execution.budget:g}")
    return Forecast(plan=plan.plan, models=found, cost=sum(m.cost or 0.0 for m in found), notes=notes)


def _prompt_tokens(prepared: Prepared) -> float:
    build = request_builder(prepared.plan, {}, stream=False, examples=prepared.examples)
    texts = [input_text(build(sample)) or "" for sample in islice(prepared.dataset, PILOT)]
    return sum(map(count_tokens_estimate, texts)) / len(texts)


def _one(prepared: Prepared, store: Workspace, model: Model, units: int, prompt_tokens: float) -> ModelForecast:
    adapter = models.connect(model, prepared.base, to_call=False)
    params = parameters(prepared, model)
    run = run_id(prepared.plan, prepared.spec, prepared.scorers, adapter, params, 0)
    calls = max(0, units - len(store.entries_done(run, FINISHED)))
    answered, seconds_each = _measured(store, model.label)
    tokens = answered if answered is not None else float(params.get("max_tokens") or USUAL_OUTPUT)
    price = price_of(model)
    sent, received = round(calls * prompt_tokens), round(calls * tokens)
    spent = (
        None if price is None else cost(price, Response(input_tokens=sent, output_tokens=received, service_time=0.0))
    )
    width = model.concurrency or prepared.plan.execution.concurrency or 20
    return ModelForecast(
        model=model.label,
        run=run,
        calls=calls,
        finished=units - calls,
        input_tokens=sent,
        output_tokens=received,
        cost=spent if price is None or spent is None else spent + price.per_call * max(0, calls - 1),
        seconds=None if seconds_each is None else calls * seconds_each / width,
    )


def _measured(store: Workspace, model: str) -> tuple[float | None, float | None]:
    """Mean output tokens and latency of the model's latest run in this workspace."""
    rows = store.catalog.runs(1, model=model)
    if not rows:
        return None, None
    summary = rows[0].summary
    return _value(summary, ("output_tokens", "output_tokens_mean")), _value(summary, ("latency_mean", "latency_p50"))


def _value(summary: dict[str, object], names: Iterable[str]) -> float | None:
    for name in names:
        estimate = summary.get(name)
        if isinstance(estimate, dict) and isinstance(estimate.get("value"), (int, float)):
            return float(estimate["value"])
    return None
