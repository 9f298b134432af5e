"""What a report says, before it is drawn: groups of runs on the same task, their numbers, samples and origins."""

from __future__ import annotations

from typing import Any

import msgspec

from evalium.core import Estimate
from evalium.decide import Requirement
from evalium.metrics import Results

from ._visible import Text


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which units failed.

    Attributes:
        kind: What they are counted under.
        count: Units.
        share: Of all units of the run.
        message: What the first one said.
    """

    kind: str
    count: int
    share: Estimate
    message: Text


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What one scorer said of a shown sample.

    Attributes:
        scorer: Its name.
        status: How the scoring ended.
        outcome: The score in words: `right`, `wrong`, `yes`, `no`, a number, a class, or how the scoring ended.
        answer: What the scorer read out of the output.
        explanation: Why.
    """

    scorer: str
    status: str
    outcome: str
    answer: Text
    explanation: Text


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One sample that is shown in full.

    Attributes:
        id: Id of the sample.
        epoch: Repeat.
        status: How the call ended.
        kind: `failed` scored as wrong or low, `error` no usable answer, `passed` neither.
        input: What went in.
        output: What came out.
        expected: What should have.
        error: Message of the error.
        judged: Scores.
        attributes: What it can be sliced by.
        latency: Seconds, None when unknown.
        cost: USD, None when unknown.
        others: What became of the same sample in the other models: model, outcome.
        disagree: Whether another model fared differently.
    """

    id: str
    epoch: int
    status: str
    kind: str
    input: Text
    output: Text
    expected: Text
    error: Text
    judged: tuple[Judged, ...]
    attributes: dict[str, Any]
    latency: float | None
    cost: float | None
    others: tuple[tuple[str, str], ...]
    disagree: bool


class ModelPart(msgspec.Struct, kw_only=True):
    """One run: a model on the group's task.

    Attributes:
        name: The model.
        run: Id of the run.
        state: `done`, `partial`, `interrupted`, ...
        series: Colour and marker in every chart.
        counts: Units by status.
        results: Its numbers.
        requirements: Verdicts on `decide.require`.
        failures: Most frequent first.
        samples: Worst first.
        findings: What the model had to say besides its answers.
        origin: Where the numbers come from: name and value, in order.
    """

    name: str
    run: str
    state: str
    series: int
    counts: dict[str, int]
    results: Results
    requirements: list[Requirement] = []
    failures: list[Failure] = []
    samples: list[Shown] = []
    findings: dict[str, Any] = {}
    origin: dict[str, str] = {}


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Who leads in one metric, as far as the data can tell.

    Attributes:
        best: The model with the best value, None where no direction or no number is.
        level_with: Models that the data do not separate from it.
        by: How they were told apart: `paired` differences of the same samples, or their `intervals`.
        reasons: Comparison with each other model, in words.
    """

    best: str | None = None
    level_with: tuple[str, ...] = ()
    by: str = ""
    reasons: dict[str, str] = {}

    @property
    def alone(self) -> bool:
        """Whether the data separate the best from every other model."""
        return self.best is not None and not self.level_with and bool(self.by)


class Group(msgspec.Struct, kw_only=True):
    """Runs of several models on one task.

    Attributes:
        plan: Name of the plan.
        description: What it is for.
        dataset: Name of the dataset.
        dataset_hash: Hash of its content.
        n: Units of the largest run.
        epochs: Repeats of each sample.
        level: Confidence level.
        started: First run's start, UTC.
        primary: Key of the metric that slices and samples are shown by; empty when there is none.
        models: The runs.
        standings: By metric.
        sentences: The outcome in words.
        plan_text: The plan as run, as YAML.
        seeds: Seeds by what they seed.
        notes: What to keep in mind, such as runs on different data.
    """

    plan: str
    description: str
    dataset: str
    dataset_hash: str
    n: int
    epochs: int
    level: float
    started: str
    primary: str
    models: list[ModelPart]
    standings: dict[str, Standing] = {}
    sentences: list[str] = []
    plan_text: str = ""
    seeds: dict[str, str] = {}
    notes: list[str] = []

    @property
    def metrics(self) -> list[str]:
        """Keys of all metrics, in the plan's order."""
        return list(dict.fromkeys(key for model in self.models for key in model.results.overall))


class Report(msgspec.Struct, kw_only=True):
    """All that a report shows.

    Attributes:
        title: Its heading.
        groups: One a task.
        versions: Versions of evalium that made the runs.
        git: Commits of the repository that the runs were started in.
        command: What makes this report again.
    """

    title: str
    groups: list[Group]
    versions: list[str]
    git: list[str]
    command: str
