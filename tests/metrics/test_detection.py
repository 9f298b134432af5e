"""Detection: pycocotools decides."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, Status
from evalium.metrics import Frame, compute, registry
from evalium.metrics._coco_accumulate import RECALLS, recalls_reached
from evalium.metrics._score_columns import score_columns
from evalium.metrics.detection_errors import KINDS, detection_confusion
from evalium.scorers import create
from evalium.scorers._boxes import box_giou, box_iou
from evalium.scorers._coco_match import THRESHOLDS
from tests.batches import BATCH, Rng, ten_thousand
from tests.extras import require_extra
from tests.metrics.classified import by_case

STATS = (
    *("detection_ap", "detection_ap50", "detection_ap75"),
    *("detection_ap_small", "detection_ap_medium", "detection_ap_large"),
    *("detection_ar_1", "detection_ar_10", "detection_ar_100"),
    *("detection_ar_small", "detection_ar_medium", "detection_ar_large"),
)
PRINTED = (
    *(0.504581, 0.696973, 0.572982, 0.585626, 0.519400, 0.501398),
    *(0.386813, 0.593680, 0.595353, 0.639811, 0.566421, 0.564291),
)
Images = list[list[dict[str, Any]]]


def ours(predicted: Images, true: Sequence[Any], **options: Any) -> list[float]:
    return [compute(name, predicted, true, ci=None, **options).value for name in STATS]  # type: ignore[union-attr]


def reference(predicted: Images, true: Images, kind: str = "bbox", size: int = 1000) -> Any:
    """A pycocotools evaluation of the same boxes."""
    require_extra("pycocotools")
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    categories = {b["category"] for image in (*predicted, *true) for b in image} | {1}
    images = [{"id": i + 1, "height": size, "width": size} for i in range(len(true))]
    made = []
    for side in (true, predicted):
        boxes = [_annotation(i, box) for i, image in enumerate(side) for box in image]
        coco = COCO()
        coco.dataset = {
            "images": images,
            "annotations": [{**box, "id": j + 1} for j, box in enumerate(boxes)],
            "categories": [{"id": c} for c in sorted(categories)],
        }
        coco.createIndex()
        made.append(coco)
    evaluation = COCOeval(*made, kind)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation


def _annotation(image: int, box: dict[str, Any]) -> dict[str, Any]:
    from pycocotools import mask as code

    found = {"image_id": image + 1, "category_id": box["category"], "bbox": box["box"], "score": box.get("score")}
    found |= {"iscrowd": int(box.get("iscrowd", 0)), "segmentation": box.get("segmentation")}
    area = box.get("area")
    if area is None and box.get("segmentation"):
        area = float(code.area(code.merge(code.frPyObjects(box["segmentation"], 1000, 1000))))
    return {**found, "area": box["box"][2] * box["box"][3] if area is None else area}


def stats(predicted: Images, true: Images, kind: str = "bbox", size: int = 1000) -> list[float]:
    with contextlib.redirect_stdout(io.StringIO()):
        found = reference(predicted, true, kind, size).stats
    return [math.nan if value == -1 else float(value) for value in found]


@pytest.fixture(scope="module")
def coco(shared_data: Path) -> tuple[Images, Images]:
    folder = shared_data / "coco"
    with gzip.open(folder / "instances_val2014_100.json.gz") as file:
        truth = json.load(file)
    found = json.loads((folder / "instances_val2014_fakebbox100_results.json").read_text(encoding="utf-8"))
    ids = sorted(image["id"] for image in truth["images"])
    true: dict[int, list[dict[str, Any]]] = {i: [] for i in ids}
    predicted: dict[int, list[dict[str, Any]]] = {i: [] for i in ids}
    for a in truth["annotations"]:
        kept = {key: a[key] for key in ("area", "iscrowd", "segmentation")}
        true[a["image_id"]].append({"box": a["bbox"], "category": a["category_id"], **kept})
    for a in found:
        predicted[a["image_id"]].append({"box": a["bbox"], "category": a["category_id"], "score": a["score"]})
    return [predicted[i] for i in ids], [true[i] for i in ids]


def test_the_twelve_printed_numbers(coco: tuple[Images, Images]) -> None:
    assert ours(*coco) == pytest.approx(PRINTED, abs=1e-6)


def test_the_twelve_numbers_of_pycocotools(coco: tuple[Images, Images]) -> None:
    assert ours(*coco) == pytest.approx(stats(*coco), abs=1e-9)


def test_each_category_of_pycocotools(coco: tuple[Images, Images]) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = reference(*coco)
    precision = evaluation.eval["precision"][:, :, :, 0, 2]
    found = compute("detection_ap_per_class", *coco, ci=None)
    assert isinstance(found, dict)
    expected = {
        str(c): precision[:, :, k].mean() for k, c in enumerate(evaluation.params.catIds) if precision[0, 0, k] > -1
    }
    assert {name: e.value for name, e in found.items()} == pytest.approx(expected, abs=1e-9)


def test_masks_as_pycocotools_has_them(coco: tuple[Images, Images]) -> None:
    require_extra("faster_coco_eval")
    rng = np.random.default_rng(3)
    true = [[box for box in image if isinstance(box["segmentation"], list)] for image in coco[1]]
    predicted = [
        [
            {
                "box": box["box"],
                "category": box["category"],
                "score": round(float(rng.random()), 2),
                "segmentation": [(np.array(p) + rng.normal(0, 6)).clip(0).tolist() for p in box["segmentation"]],
            }
            for box in image
            if rng.random() < 0.8
        ]
        for image in true
    ]
    sized = [{"boxes": image, "height": 1000, "width": 1000} for image in true]
    assert ours(predicted, sized, region="mask") == pytest.approx(stats(predicted, true, "segm"), abs=1e-9)


SIDES = [0, 3, 8, 20, 33, 60, 110]
SCORES = [0.1, 0.25, 0.5, 0.5001, 0.9]
CROWDS = [0, 0, 0, 1]


def _boxes(scored: bool) -> st.SearchStrategy[list[dict[str, Any]]]:
    place, side = st.integers(0, 30), st.sampled_from(SIDES)
    fields: dict[str, st.SearchStrategy[Any]] = {
        "box": st.tuples(place, place, side, side).map(lambda box: [float(x) for x in box]),
        "category": st.integers(1, 2),
    }
    if scored:
        fields["score"] = st.sampled_from(SCORES)
    else:
        fields["iscrowd"] = st.sampled_from(CROWDS)
    return st.lists(st.fixed_dictionaries(fields), max_size=7)


IMAGES = st.lists(st.tuples(_boxes(True), _boxes(False)), min_size=1, max_size=4)


def _agrees(images: list[tuple[Any, Any]]) -> None:
    predicted, true = [p for p, _ in images], [t for _, t in images]
    assert ours(predicted, true) == pytest.approx(stats(predicted, true), abs=1e-9, nan_ok=True)


@settings(max_examples=200)
@given(IMAGES)
def test_made_up_images(images: list[tuple[Any, Any]]) -> None:
    _agrees(images)


def _batch_agrees(rng: Rng) -> int:
    ends = rng.integers(1, 4, BATCH).cumsum()
    predicted, true = _drawn_images(rng, ends[-1], "score", SCORES), _drawn_images(rng, ends[-1], "iscrowd", CROWDS)
    frame = Frame.from_columns(score_columns(create("detection"), "d", predicted, true))
    cases = np.split(np.arange(ends[-1]), ends[:-1])
    found = by_case([registry.get(name)(scorer="d") for name in STATS], frame, cases)
    expected = [stats(predicted[case[0] : case[-1] + 1], true[case[0] : case[-1] + 1]) for case in cases]
    np.testing.assert_allclose(found.T, expected, rtol=0, atol=1e-9)
    return BATCH


def _drawn_images(rng: Rng, n: int, field: str, values: list[Any]) -> Images:
    sizes = rng.integers(0, 6, n)
    total = int(sizes.sum())
    boxes = np.concatenate([rng.integers(0, 31, (total, 2)), rng.choice(SIDES, (total, 2))], axis=1).astype(float)
    columns = boxes.tolist(), rng.choice([1, 1, 1, 2], total).tolist(), rng.choice(values, total).tolist()
    drawn = [{"box": box, "category": category, field: value} for box, category, value in zip(*columns, strict=True)]
    return [drawn[end - size : end] for end, size in zip(sizes.cumsum(), sizes, strict=True)]


@pytest.mark.slow
def test_many_made_up_images() -> None:
    ten_thousand(_batch_agrees)


def test_thresholds_are_those_of_the_reference() -> None:
    assert np.linspace(0.5, 0.95, 10).tolist() == list(THRESHOLDS)
    assert compute("detection_ap", [[]], [[{"box": [0, 0, 1, 1], "category": 1}]], iou=0.9, ci=None).value == 0.0


@settings(max_examples=200)
@given(st.integers(0, 400), st.integers(1, 400))
def test_recalls_are_counted_as_a_search_finds_them(hits: int, objects: int) -> None:
    recall = min(hits, objects) / objects
    assert recalls_reached(np.array([recall]))[0] == np.searchsorted(RECALLS, recall, side="right")


def test_fewer_detections_do_not_make_ap_undefined(coco: tuple[Images, Images]) -> None:
    cut = [
        [b for b in image if sum(o["category"] == b["category"] and o["score"] > b["score"] for o in image) < 1]
        for image in coco[0]
    ]
    value = compute("detection_ap", *coco, max_detections=1, ci=None).value
    assert value == pytest.approx(compute("detection_ap", cut, coco[1], ci=None).value, abs=0.005)
    with pytest.raises(ConfigError, match="max_detections"):
        compute("detection_ap", *coco, max_detections=0)


def test_interval_by_images(coco: tuple[Images, Images]) -> None:
    found = compute("detection_ap", *coco, bootstrap=200)
    assert found.method == "bootstrap" and found.low < found.value < found.high
    assert found.n == 100 and found.n_missing == 0


CAT = {"box": [0.0, 0.0, 100.0, 100.0], "category": "cat"}
FAR = {"box": [500.0, 500.0, 10.0, 10.0], "category": "cat"}


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("localisation", {**CAT, "box": [0, 0, 100, 40], "score": 0.7}),
        ("classification", {**CAT, "category": "dog", "score": 0.7}),
        ("duplicate", {**CAT, "box": [0, 0, 100, 90], "score": 0.7}),
        ("background", {**FAR, "score": 0.7}),
        ("both", {**CAT, "category": "dog", "box": [0, 0, 100, 40], "score": 0.7}),
    ],
)
def test_kinds_of_error(kind: str, wrong: dict[str, Any]) -> None:
    found = compute("detection_errors", [[{**CAT, "score": 0.9}, wrong]], [[CAT]], ci=None)
    assert {k: e.value for k, e in found.items()} == {k: float(k == kind) for k in KINDS}
    unsure = compute("detection_errors", [[{**CAT, "score": 0.9}, wrong]], [[CAT]], threshold=0.8, ci=None)
    assert not any(e.value for e in unsure.values())


def test_missed_is_what_nothing_meant() -> None:
    near = {**CAT, "box": [0, 0, 100, 40], "score": 0.7}
    found = compute("detection_errors", [[near], []], [[CAT, FAR], [CAT]], ci=None)
    assert {k: e.value for k, e in found.items() if e.value} == {"localisation": 0.5, "missed": 1.0}


def test_cost_of_errors() -> None:
    near = {**CAT, "box": [0, 0, 100, 40], "score": 0.7}
    found = compute("detection_error_cost", [[near, {**FAR, "score": 0.9}]], [[CAT]], ci=None)
    assert {k: e.value for k, e in found.items() if e.value} == {"localisation": 0.5}
    lost = compute("detection_error_cost", [[{**CAT, "score": 0.9}]], [[CAT, FAR]], ci=None)
    # Half of the objects are found, at a precision of 1: recalls 0 to .50 are reached.
    assert {k: e.value for k, e in lost.items() if e.value} == {"missed": pytest.approx(1 - 51 / 101)}
    ghosts = compute("detection_error_cost", [[{**FAR, "score": 0.9}, {**CAT, "score": 0.8}]], [[CAT]], ci=None)
    assert {k: e.value for k, e in ghosts.items() if e.value} == {"background": pytest.approx(0.5)}


def test_confusion() -> None:
    predicted = [[{**CAT, "score": 0.9}, {**FAR, "score": 0.8, "category": "dog"}], [{**FAR, "score": 0.9}]]
    true = [[CAT, FAR], [CAT]]
    columns = score_columns(create("detection"), "d", predicted, true)
    table = detection_confusion(Frame.from_columns(columns), "d")
    cat, dog, none = (table.classes.index(name) for name in ("cat", "dog", "background"))
    counts = np.array(table.counts)
    assert counts[cat, cat] == 1 and counts[cat, dog] == 1 and counts[cat, none] == 1 and counts[none, cat] == 1
    assert counts.sum() == 4


@settings(max_examples=200)
@given(_boxes(True), _boxes(False))
def test_overlap_of_boxes(detected: list[dict[str, Any]], true: list[dict[str, Any]]) -> None:
    require_extra("pycocotools")
    from pycocotools import mask as code

    first, second = (np.array([b["box"] for b in boxes]).reshape(-1, 4) for boxes in (detected, true))
    crowd = [bool(b["iscrowd"]) for b in true]
    if len(first) and len(second):
        assert np.array_equal(box_iou(first, second, crowd), code.iou(first, second, [int(c) for c in crowd]))
        giou = box_giou(first, second)
        known = ~np.isnan(giou)
        assert (giou[known] >= -1).all() and (giou[known] <= box_iou(first, second)[known] + 1e-12).all()


@pytest.mark.parametrize(
    ("box", "says"),
    [
        ({"box": [0, 0, -1, 1], "category": 1, "score": 0.5}, "boxes[0].box: sides must not be negative"),
        ({"box": [0, 0, math.nan, 1], "category": 1, "score": 0.5}, "boxes[0].box: numbers must be finite"),
        ({"box": [0, 0, 1], "category": 1, "score": 0.5}, "$[0].box"),
        ({"box": [0, 0, 1, 1], "category": 1}, "boxes[0].score: needs a finite number"),
        ({"box": [0, 0, 1, 1], "score": 0.5}, "category"),
        ({"box": [0, 0, 1, 1], "category": -3, "score": 0.5}, "boxes[0].category"),
        ({"box": [0, 0, 1, 1], "category": 1, "score": 0.5, "area": -1}, "boxes[0].area"),
        ("nothing", "Expected `object`"),
    ],
)
def test_boxes_that_cannot_be_read(box: Any, says: str) -> None:
    from tests.scorers.records import record, scored

    found = scored("detection", record(target=[CAT], data={"boxes": [box]}))
    assert found.status is Status.UNPARSED and says in (found.explanation or "")
    right = {**CAT, "score": 0.5}
    assert compute("detection_ap", [[box], [right]], [[CAT], [CAT]], ci=None).n_missing == 1


def test_nothing_to_find_and_no_target() -> None:
    from tests.scorers.records import record, scored

    assert scored("detection", record(target=[], data={"boxes": []})).value == 1.0
    assert scored("detection", record(target=[], data={"boxes": [{**CAT, "score": 0.9}]})).value == 0.0
    assert scored("detection", record(data={"boxes": []})).status is Status.MISSING
    assert scored("detection", record("no boxes", target=[])).status is Status.UNPARSED
    assert scored("detection", record(target=[{"box": [1]}], data={"boxes": []})).status is Status.MISSING
    empty = compute("detection_ap", [[], []], [[], []])
    assert math.isnan(empty.value) and empty.reason == "detection_ap is undefined: no image has an object to find"


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        (None, "needs polygons or run lengths"),
        ([[0, 0, 1]], "at least three points"),
        ({"size": [3, 3], "counts": [9]}, "of size [3, 3]"),
        ({"size": [10, 10], "counts": [9]}, "must add up"),
    ],
)
def test_masks_that_cannot_be_read(mask: Any, says: str) -> None:
    require_extra("faster_coco_eval")
    from tests.scorers.records import record, scored

    target = {"boxes": [{**CAT, "segmentation": [[0, 0, 5, 0, 5, 5]]}], "height": 10, "width": 10}
    boxes = [{**CAT, "score": 0.5, "segmentation": mask}]
    found = scored({"detection": {"region": "mask"}}, record(target=target, data={"boxes": boxes}))
    assert found.status is Status.UNPARSED and says in (found.explanation or ""), found.explanation


def test_run_lengths_and_polygons_are_one_mask() -> None:
    require_extra("faster_coco_eval")
    square = {**CAT, "segmentation": {"size": [4, 4], "counts": [5, 2, 2, 2, 5]}}
    true = [{"boxes": [square], "height": 4, "width": 4}]
    polygon = [[1, 1, 3, 1, 3, 3, 1, 3]]
    found = compute("detection_ap", [[{**CAT, "score": 1.0, "segmentation": polygon}]], true, region="mask", ci=None)
    assert found.value == pytest.approx(1.0)


def test_one_box() -> None:
    assert compute("box_iou", [[0, 0, 2, 2], [0, 0, 1, 1]], [[1, 0, 2, 2], [5, 5, 1, 1]], ci=None).value == 1 / 6
    assert compute("box_iou", [[0, 0, 2], [0, 0, 1, 1]], [[1, 0, 2, 2], [0, 0, 1, 1]], ci=None).n_missing == 1
