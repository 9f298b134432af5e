"""The benchmark's questions as an Inspect task: `inspect eval inspect_sums.py`."""

import os

from inspect_ai import Task, task
from inspect_ai.dataset import FieldSpec, json_dataset
from inspect_ai.scorer import pattern
from inspect_ai.solver import generate


@task
def sums() -> Task:
    """Ask each question as it is and compare the last number."""
    fields = FieldSpec(id="id", input="question", target="answer")
    return Task(
        dataset=json_dataset(os.environ["BENCHMARK_QUESTIONS"], fields),
        solver=generate(),
        scorer=pattern(os.environ["BENCHMARK_ANSWER"]),
    )
