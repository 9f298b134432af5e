"""COCO's average precision of many detections: ours against pycocotools and its fast reimplementation."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from evalium.metrics import compute

from .ratio import Ratio, best, cpu

IMAGES, CATEGORIES = 2_000, 80
OBJECTS_PER_IMAGE, DETECTIONS_PER_IMAGE = 7, 21

Boxes = list[list[dict[str, Any]]]


def ratios(images: int = IMAGES, seed: int = 0) -> Iterator[Ratio]:
    """AP of the same boxes, from lists of boxes to the number.

    Raises:
        ValueError: The numbers differ.
    """
    predicted, true = made_boxes(images, seed)
    ours, found = best(lambda: float(compute("detection_ap", predicted, true, ci=None).value))
    for name, way, bound in (("pycocotools", _pycocotools, 5.0), ("faster-coco-eval", _faster_coco_eval, 0.0)):
        theirs, expected = cpu(partial(way, predicted, true))
        if abs(found - expected) > 1e-9:
            raise ValueError(f"average precision {found} is not {name}'s {expected}")
        work = f"COCO AP of boxes, {images:,} images, {sum(map(len, predicted)):,} detections"
        yield Ratio(work=work, incumbent=name, theirs=theirs, ours=ours, bound=bound)


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
