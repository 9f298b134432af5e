"""From a plan to everything a run needs, with every mistake found before the first call."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from evalium import datasets, metrics, scorers
from evalium.core import ConfigError, Data, DataError, Model, Plan, Sample
from evalium.decide import parse_bound

from .few_shot import Examples
from .prompting import request_builder, variables_of
from .solver import make_solver
from .task import generation_spec
from .templates import check_variables

STREAMED = ("ttft", "itl")
USUAL_SCORERS = {
    "choice_generate": ("choice",),
    "choice_first_token": ("choice",),
    "choice_loglikelihood": ("choice",),
    "loglikelihood": ("loglikelihood",),
    "rolling": ("loglikelihood",),
}


class Prepared(msgspec.Struct, kw_only=True):
    """A plan whose every part has been found and fits.

    Attributes:
        plan: The plan.
        base: Folder that its relative paths start from.
        dataset: The samples.
        scorers: Scorers by the plan's order.
        scorer_specs: Their plan entries by name.
        metrics: Metrics bound to the scorers.
        slices: Attributes to slice by.
        stream: Whether answers are streamed.
        models: Model sections in full.
        spec: What determines the answers.
        examples: Few-shot examples.
    """

    plan: Plan
    base: Path
    dataset: datasets.Dataset
    scorers: list[scorers.Scorer]
    scorer_specs: dict[str, str | dict[str, Any]]
    metrics: list[metrics.Metric]
    slices: tuple[str, ...]
    stream: bool
    models: list[Model]
    spec: dict[str, Any]
    examples: Examples | None


def prepare(plan: Plan, base: Path, *, skip_bad_rows: bool = False) -> Prepared:
    """Find every part of a plan and check that they fit together.

    Args:
        plan: The plan.
        base: Folder that its relative paths start from.
        skip_bad_rows: Leave out rows that cannot be read, counted, instead of refusing.

    Raises:
        ConfigError: A name, an option or a combination is wrong.
        DataError: The dataset cannot be read.
        TemplateError: A template names a variable that no sample has.
    """
    dataset = datasets.open(plan.data, base, skip_bad_rows=skip_bad_rows)
    entries, made = _scorers(plan, base)
    for metric, rule in plan.decide.require.items():
        parse_bound(metric, rule)
    wanted = metrics.metrics_of(plan, [metrics.ScorerInfo.of(s) for s in made], base)
    stream = plan.execution.stream
    if stream is None:
        stream = any(need.column in STREAMED and not need.scorer for m in wanted for need in m.needs())
    first = _first_sample(dataset, plan)
    _check_templates(plan, first)
    make_solver(plan, base)
    examples = _examples(plan, base, dataset, skip_bad_rows)
    request_builder(plan, plan.generation, stream=stream, examples=examples)(first)
    return Prepared(
        plan=plan,
        base=base,
        dataset=dataset,
        scorers=made,
        scorer_specs={s.name: e for s, e in zip(made, entries, strict=True)},
        metrics=wanted,
        slices=tuple(dataset.attributes) if plan.slices is None else _known_slices(plan, dataset),
        stream=stream,
        models=[Model(id=m) if isinstance(m, str) else m for m in plan.models],
        spec=generation_spec(plan, base, stream=stream),
        examples=examples,
    )


def _scorers(plan: Plan, base: Path) -> tuple[list[str | dict[str, Any]], list[scorers.Scorer]]:
    """The plan's scorers, and those that its metrics bring; the usual ones where it names neither."""

    def add(entries: Iterable[Any]) -> None:
        for entry in entries:
            made.append(scorers.create(entry, base=base, taken=[s.name for s in made], extract=plan.extract))
            named.append(entry)

    made: list[scorers.Scorer] = []
    named: list[str | dict[str, Any]] = []
    add(plan.scorers)
    brought = metrics.implied_scorers(plan.metrics, [metrics.ScorerInfo.of(s) for s in made], base)
    add(brought)
    have = [metrics.ScorerInfo.of(s) for s in made]
    if not plan.scorers and (not brought or metrics.lacks_scorer(plan.metrics, have, base)):
        add(USUAL_SCORERS.get(plan.mode) or _usual_scorers(plan))
    return named, made


def _usual_scorers(plan: Plan) -> tuple[str, ...]:
    classifiers = all((m if isinstance(m, str) else m.id).startswith("sklearn/") for m in plan.models)
    return ("label", "probability") if classifiers else ("exact",)


def _first_sample(dataset: Iterable[Sample], plan: Plan) -> Sample:
    first = next(iter(dataset), None)
    if first is None:
        raise DataError(f"the dataset of plan {plan.plan!r} has no sample: check `data.file`, `split` and `limit`")
    if plan.mode.startswith("choice") and not first.choices:
        raise ConfigError(f"mode {plan.mode!r} needs `data.choices`: sample {first.id!r} has none")
    return first


def _check_templates(plan: Plan, first: Sample) -> None:
    known = variables_of(first)
    if plan.system:
        check_variables(plan.system, known, "system")
    if isinstance(plan.prompt, str):
        check_variables(plan.prompt, known, "prompt")
    for i, turn in enumerate(plan.prompt if isinstance(plan.prompt, tuple) else ()):
        check_variables(turn.content, known, f"prompt[{i}].content")
    if plan.few_shot and plan.few_shot.data is None:
        check_variables(plan.few_shot.template, known, "few_shot.template")
    said = set(known)
    for i, step in enumerate(plan.solver.chain if plan.solver else ()):
        check_variables(step.prompt, said, f"solver.chain[{i}].prompt")
        if step.system:
            check_variables(step.system, said, f"solver.chain[{i}].system")
        said.add(step.name)


def _examples(plan: Plan, base: Path, dataset: datasets.Dataset, skip_bad_rows: bool) -> Examples | None:
    if plan.few_shot is None:
        return None
    own: Data | None = plan.few_shot.data
    pool: Iterable[Sample] = datasets.open(own, base, skip_bad_rows=skip_bad_rows) if own else dataset
    if plan.few_shot.strategy == "fixed":
        pool = itertools.islice(pool, plan.few_shot.n + 64)
    return Examples(plan.few_shot, pool)


def _known_slices(plan: Plan, dataset: datasets.Dataset) -> tuple[str, ...]:
    assert plan.slices is not None
    for name in plan.slices:
        if name not in dataset.attributes:
            from evalium.core import did_you_mean

            raise ConfigError(f"slices: the dataset has no attribute {name!r}.{did_you_mean(name, dataset.attributes)}")
    return plan.slices
