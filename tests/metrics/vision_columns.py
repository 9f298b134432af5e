"""Columns of the vision scorers for the laws that hold for every metric."""

from __future__ import annotations

from typing import Any

import numpy as np

from evalium.core import Record, Status
from evalium.metrics import ScorerInfo
from evalium.scorers import Scorer, create, score_now

SCORERS = (
    ScorerInfo("boxes", "detection"),
    ScorerInfo("one_box", "box", values=("giou",)),
    ScorerInfo("masks", "segmentation"),
    ScorerInfo("chart", "chart"),
    ScorerInfo("pictures", "image_similarity", low=-1.0),
)
SIZES = (20.0, 60.0, 150.0)


def vision_columns(n: int, seed: int = 0, *, perfect: bool = False) -> dict[str, Any]:
    """Scores of n units by each scorer of `SCORERS`; of a model that is always right when `perfect`."""
    rng = np.random.default_rng([seed, 77])
    made = [_unit(rng, perfect) for _ in range(n)]
    scorers = {
        "boxes": "detection",
        "one_box": "box_overlap",
        "masks": "segmentation",
        "chart": "chart_data",
        "pictures": "image_similarity",
    }
    columns: dict[str, Any] = {}
    for name, registered in scorers.items():
        columns |= _scores(name, create(registered), [unit[name] for unit in made])
    return columns


def _scores(name: str, scorer: Scorer, pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
    key = scorer.reads.removeprefix("data.")
    verdicts: list[Any] = [
        score_now(
            scorer,
            Record(key="", run="", sample="", sample_hash="", model="", status=Status.OK, data={key: p}, target=t),
        )
        for p, t in pairs
    ]
    assert all(v.status is Status.OK for v in verdicts), [v.explanation for v in verdicts if v.explanation][:1]
    keys = dict.fromkeys(k for v in verdicts for k in v.values)
    return {f"{name}.value": [v.value for v in verdicts]} | {
        f"{name}.values.{k}": [v.values.get(k) for v in verdicts] for k in keys
    }


def _unit(rng: np.random.Generator, perfect: bool) -> dict[str, tuple[Any, Any]]:
    true = [
        {"box": [*rng.uniform(0, 300, 2).tolist(), size, size], "category": category}
        for category, size in zip(("cat", "dog", "cow"), rng.permutation(SIZES).tolist(), strict=True)
    ]
    mask = rng.integers(0, 3, (6, 6))
    points = {f"x{i}": float(v) for i, v in enumerate(rng.uniform(1, 9, 4))}
    picture = rng.integers(0, 256, (14, 14))
    if perfect:
        boxes = [{**box, "score": float(rng.uniform(0.6, 1))} for box in true]
        return {
            "boxes": (boxes, true),
            "one_box": (true[0]["box"], true[0]["box"]),
            "masks": (mask.tolist(), mask.tolist()),
            "chart": ({"a": points}, {"a": points}),
            "pictures": (picture.tolist(), picture.tolist()),
        }
    moved = [_moved(rng, box) for box in true for _ in range(int(rng.integers(0, 3)))]
    noisy = np.where(rng.random((6, 6)) < 0.7, mask, rng.integers(0, 3, (6, 6)))
    read = {x: y * float(rng.choice([1.0, 1.05, 2.0])) for x, y in points.items() if rng.random() < 0.9}
    blurred = np.clip(picture + rng.integers(-40, 40, (14, 14)), 0, 255)
    return {
        "boxes": (moved, true),
        "one_box": (_moved(rng, true[0])["box"], true[0]["box"]),
        "masks": (noisy.tolist(), mask.tolist()),
        "chart": ({"a": read}, {"a": points}),
        "pictures": (blurred.tolist(), picture.tolist()),
    }


def _moved(rng: np.random.Generator, box: dict[str, Any]) -> dict[str, Any]:
    left, top, width, height = box["box"]
    dx, dy = (rng.normal(0, 0.25, 2) * width).tolist()
    category = box["category"] if rng.random() < 0.8 else str(rng.choice(["cat", "dog", "cow"]))
    return {"box": [left + dx, top + dy, width, height], "category": category, "score": float(rng.random())}
