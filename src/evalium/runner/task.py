"""What a run is about: the hash of everything that changes its numbers, and the run's id."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import Data, Plan, content_hash, source_hash
from evalium.models import Adapter
from evalium.scorers import Scorer

from .solver import solver_identity

ID_DIGITS = 12


def generation_spec(plan: Plan, base: Path, *, stream: bool) -> dict[str, Any]:
    """Everything but the model that determines the answers: data, prompt, solver, parameters, repeats."""
    return {
        "data": data_identity(plan.data, base),
        "system": plan.system,
        "prompt": plan.prompt,
        "few_shot": few_shot_identity(plan, base),
        "solver": solver_identity(plan, base),
        "generation": plan.generation,
        "mode": plan.mode,
        "epochs": plan.epochs,
        "stream": stream,
    }


def task_version(spec: Mapping[str, Any], scorers: Sequence[Scorer], metrics: Sequence[str], dataset: str) -> str:
    """Version of a task: changes whenever its numbers may.

    Args:
        spec: What `generation_spec` gave.
        scorers: Scorers of the plan.
        metrics: Signatures of the metrics.
        dataset: Content hash of the dataset as read.
    """
    return content_hash([spec, sorted(s.signature for s in scorers), sorted(metrics), dataset], ID_DIGITS)


def run_id(
    plan: Plan,
    spec: Mapping[str, Any],
    scorers: Sequence[Scorer],
    adapter: Adapter,
    params: Mapping[str, Any],
    attempt: int,
) -> str:
    """Id of a run: the same task, model and parameters give the same id, so that a run can be resumed.

    Args:
        plan: The plan; its name is part of the id.
        spec: What `generation_spec` gave.
        scorers: Scorers of the plan.
        adapter: The model.
        params: Generation parameters with the model's own merged in.
        attempt: 0, or the number of a deliberate fresh start.
    """
    signatures = sorted((s.name, s.signature) for s in scorers)
    return content_hash([plan.plan, spec, signatures, adapter.identity, params, plan.extract, attempt], ID_DIGITS)


def data_identity(data: Data, base: Path) -> Any:
    """What a dataset section stands for, with the content of the files it names rather than their dates."""
    files = [data.file] if isinstance(data.file, str) else list(data.file or ())
    code = source_hash(data.python, base) if data.python else None
    return [msgspec.to_builtins(data), [_file_identity(f, base) for f in files], code]


def few_shot_identity(plan: Plan, base: Path) -> Any:
    """The few-shot section, with the content of its own dataset."""
    if plan.few_shot is None:
        return None
    data = plan.few_shot.data
    return [msgspec.to_builtins(plan.few_shot), data_identity(data, base) if data else None]


def _file_identity(pattern: str, base: Path) -> list[str]:
    path = base / pattern
    if path.is_file():
        return [_digest(path)]
    return [_digest(p) for p in sorted(base.glob(pattern)) if p.is_file()] if not Path(pattern).is_absolute() else []


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
