"""COCO's average precision of many detections: ours against pycocotools and its fast reimplementation."""

from __future__ import annotations

import contextlib
import gc
import io
from collections.abc import Callable
from time import process_time
from typing import Any, NamedTuple

import numpy as np

from evalium.metrics import compute

IMAGES, CATEGORIES = 2_000, 80
OBJECTS_PER_IMAGE, DETECTIONS_PER_IMAGE = 7, 21

Boxes = list[list[dict[str, Any]]]


class Timing(NamedTuple):
    """CPU seconds of one measurement, and what it found."""

    seconds: float
    value: float


def detection_ap(images: int = IMAGES, repeats: int = 3, seed: int = 0) -> dict[str, Timing]:
    """Time AP of the same boxes, from lists of boxes to the number, best of some repeats.

    Args:
        images: Number of images; each has 7 objects and 21 detections on average, of 80 categories.
        repeats: Times that each is run.
        seed: Seed of the boxes.

    Returns:
        Timing by name: `evalium`, `pycocotools`, and `faster-coco-eval` where it is installed.

    Raises:
        ValueError: The numbers differ.
    """
    predicted, true = made_boxes(images, seed)
    ways: dict[str, Callable[[], float]] = {
        "evalium": lambda: float(compute("detection_ap", predicted, true, ci=None).value),
        "pycocotools": lambda: _pycocotools(predicted, true),
        "faster-coco-eval": lambda: _faster_coco_eval(predicted, true),
    }
    found = {name: _best(way, repeats) for name, way in ways.items()}
    if max(abs(t.value - found["evalium"].value) for t in found.values()) > 1e-9:
        raise ValueError(f"average precisions differ: { {name: t.value for name, t in found.items()} }")
    return found


def made_boxes(images: int, seed: int) -> tuple[Boxes, Boxes]:
    """Detections and true boxes of some images: a third of the detections are near an object."""
    rng = np.random.default_rng(seed)
    predicted: Boxes = []
    true: Boxes = []
    for _ in range(images):
        n, m = int(rng.poisson(OBJECTS_PER_IMAGE)), int(rng.poisson(DETECTIONS_PER_IMAGE))
        categories = rng.integers(1, CATEGORIES + 1, n)
        corners = np.concatenate([rng.uniform(0, 400, (n, 2)), rng.lognormal(4, 0.8, (n, 2))], axis=1)
        true.append([{"box": box, "category": c} for box, c in zip(corners.tolist(), categories.tolist(), strict=True)])
        near = rng.integers(0, max(n, 1), m) if n else np.zeros(0, dtype=np.int64)
        meant = rng.random(m) < 1 / 3 if n else np.zeros(m, dtype=bool)
        others = np.concatenate([rng.uniform(0, 400, (m, 2)), rng.lognormal(4, 0.8, (m, 2))], axis=1)
        found = np.where(meant[:, None], corners[near] * rng.normal(1, 0.08, (m, 4)), others) if n else others
        classes = np.where(meant, categories[near], rng.integers(1, CATEGORIES + 1, m)) if n else rng.integers(1, 9, m)
        scores = np.round(rng.random(m) * np.where(meant, 1.0, 0.6), 3)
        rows = zip(found.tolist(), classes.tolist(), scores.tolist(), strict=True)
        predicted.append([{"box": box, "category": c, "score": s} for box, c, s in rows])
    return predicted, true


def _best(way: Callable[[], float], repeats: int) -> Timing:
    timings = []
    for _ in range(repeats):
        gc.collect()
        start = process_time()
        value = way()
        timings.append(Timing(process_time() - start, value))
    return min(timings)


def _datasets(predicted: Boxes, true: Boxes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    annotations, results = [], []
    for image, boxes in enumerate(true):
        for box in boxes:
            _, _, width, height = box["box"]
            shared = {"image_id": image, "category_id": box["category"], "bbox": box["box"], "iscrowd": 0}
            annotations.append({**shared, "area": width * height, "id": len(annotations) + 1})
    for image, boxes in enumerate(predicted):
        for box in boxes:
            results.append(
                {"image_id": image, "category_id": box["category"], "bbox": box["box"], "score": box["score"]}
            )
    categories = [{"id": c, "name": str(c)} for c in range(1, CATEGORIES + 1)]
    dataset = {
        "info": {},
        "images": [{"id": image, "height": 1000, "width": 1000} for image in range(len(true))],
        "annotations": annotations,
        "categories": categories,
    }
    return dataset, results


def _evaluated(coco: Any, evaluation: Any, predicted: Boxes, true: Boxes) -> float:
    dataset, results = _datasets(predicted, true)
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco()
        truth.dataset = dataset
        truth.createIndex()
        done = evaluation(truth, truth.loadRes(results), "bbox")
        done.evaluate()
        done.accumulate()
        done.summarize()
    return float(done.stats[0])


def _pycocotools(predicted: Boxes, true: Boxes) -> float:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    return _evaluated(COCO, COCOeval, predicted, true)


def _faster_coco_eval(predicted: Boxes, true: Boxes) -> float:
    from faster_coco_eval import COCO, COCOeval_faster

    return _evaluated(COCO, COCOeval_faster, predicted, true)


if __name__ == "__main__":
    for name, timing in detection_ap().items():
        print(f"{name:18} {timing.seconds:7.2f} s CPU   AP {timing.value:.9f}")
