"""What the catalog knows of a run."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

RunStatus = Literal["running", "done", "interrupted", "failed", "partial"]


class RunRow(msgspec.Struct, kw_only=True):
    """One run: what it was to do, how far it got, and its numbers.

    Attributes:
        id: Id of the run.
        plan: Name of the plan.
        task: Name of the task.
        task_version: Hash of everything that makes the task.
        dataset: Name of the dataset.
        dataset_hash: Content hash of its samples.
        model: Name of the model as in the plan.
        model_identity: What determines the model's answers.
        params: Generation parameters.
        plan_json: The plan as run.
        status: `running`; `done`; `partial` when some calls failed for good; `interrupted` when it can be resumed;
            `failed` when every call did.
        created_at: Unix time in seconds.
        updated_at: Unix time in seconds, set by the catalog.
        n_planned: Calls that the run is to make, None while unknown.
        counts: Calls by status.
        errors: Failed calls by kind of error.
        summary: Estimates by metric, as plain data.
        findings: What the model had to say besides its answers (train/test gap, learning curve).
        scorers: Name, kind, unit and range of each scorer.
        base: Folder that the plan's relative paths start from.
        host: Machine that runs it.
        pid: Process that runs it.
        evalium_version: Version that runs it.
        git_sha: Commit of the repository in the current folder.
        tags: Names that the user gave it.
    """

    id: str
    plan: str
    model: str
    task: str = ""
    task_version: str = ""
    dataset: str = ""
    dataset_hash: str = ""
    model_identity: dict[str, Any] = {}
    params: dict[str, Any] = {}
    plan_json: dict[str, Any] = {}
    status: RunStatus = "running"
    created_at: float = 0.0
    updated_at: float = 0.0
    n_planned: int | None = None
    counts: dict[str, int] = {}
    errors: dict[str, int] = {}
    summary: dict[str, Any] = {}
    findings: dict[str, Any] = {}
    scorers: list[dict[str, Any]] = []
    base: str = ""
    host: str = ""
    pid: int = 0
    evalium_version: str = ""
    git_sha: str | None = None
    tags: list[str] = []
