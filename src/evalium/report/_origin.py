"""Where numbers come from: versions, identities, parameters, seeds and the plan; never the machine or its folders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from evalium.core import Plan
from evalium.metrics import StoredRun


def origin_of(stored: StoredRun) -> dict[str, str]:
    """What a run was made of, by name."""
    row = stored.row
    origin = {
        "run": row.id,
        "task version": row.task_version,
        "dataset": f"{row.dataset} @ {row.dataset_hash}",
        "model": _json(row.model_identity),
        "parameters": _json(row.params) if row.params else "the model's own",
        "evalium": row.evalium_version,
        "git commit": row.git_sha or "none",
        "tags": ", ".join(row.tags),
    }
    return {name: value for name, value in origin.items() if value}


def seeds_of(plan: Plan) -> dict[str, str]:
    """Every seed that the plan fixes."""
    seeds: dict[str, Any] = {
        "generation": plan.generation.get("seed"),
        "shuffle": plan.data.shuffle,
        "subset": plan.data.subset.seed if plan.data.subset else None,
        "few-shot examples": plan.few_shot.seed if plan.few_shot else None,
    }
    for model in plan.models:
        if not isinstance(model, str):
            seeds[f"{model.label}, generation"] = model.generation.get("seed")
            folds = model.cross_validation
            seeds[f"{model.label}, folds"] = folds.seed if folds else None
    found = {name: str(seed) for name, seed in seeds.items() if seed is not None}
    return found | {"bootstrap": "made from the run's id, the metric and the slice"}


def yaml_text(plan: Mapping[str, Any]) -> str:
    """The plan as YAML that `evalium run` takes."""
    import yaml

    return yaml.safe_dump(dict(plan), sort_keys=False, allow_unicode=True, width=100).rstrip()


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
