"""Masks: scikit-learn decides."""

from __future__ import annotations

import io
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import Status
from evalium.metrics import Frame, compute
from evalium.metrics._score_columns import score_columns
from evalium.metrics.segmentation import Dice, MeanIou, PixelAccuracy
from evalium.scorers import create
from tests.batches import BATCH, Rng, ten_thousand
from tests.extras import require_extra
from tests.metrics.classified import by_case
from tests.scorers.records import record, scored

IGNORED = 255


def _image(draw: Any) -> tuple[Any, Any]:
    height, width, classes = draw(st.integers(1, 5)), draw(st.integers(1, 5)), draw(st.integers(1, 4))
    pixel = st.integers(0, classes)
    rows = st.lists(st.lists(pixel, min_size=width, max_size=width), min_size=height, max_size=height)
    true = np.array(draw(rows))
    true[np.array(draw(rows)) == classes] = IGNORED
    return draw(rows), true.tolist()


PAIRS = st.lists(st.composite(_image)(), min_size=1, max_size=4)


def _pixels(pairs: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    predicted = np.concatenate([np.ravel(p) for p, _ in pairs])
    true = np.concatenate([np.ravel(t) for _, t in pairs])
    kept = true != IGNORED
    return predicted[kept], true[kept]


def _agrees(pairs: list[tuple[Any, Any]]) -> None:
    metrics = require_extra("sklearn.metrics")
    predicted, true = _pixels(pairs)
    given_, wanted = [p for p, _ in pairs], [t for _, t in pairs]

    def ours(name: str, **options: Any) -> Any:
        return compute(name, given_, wanted, ignore=IGNORED, ci=None, **options)

    if not len(true):
        assert math.isnan(ours("mean_iou").value)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for average in ("macro", "micro", "weighted"):
            expected = metrics.jaccard_score(true, predicted, average=average)
            assert ours("mean_iou", average=average).value == pytest.approx(expected, abs=1e-9), average
            expected = metrics.f1_score(true, predicted, average=average)
            assert ours("dice", average=average).value == pytest.approx(expected, abs=1e-9), average
    assert ours("pixel_accuracy").value == pytest.approx(metrics.accuracy_score(true, predicted), abs=1e-12)


@settings(max_examples=200)
@given(PAIRS)
def test_pixels_of_all_images(pairs: list[tuple[Any, Any]]) -> None:
    _agrees(pairs)


def _batch_agrees(rng: Rng, classes: int) -> int:
    """A case is one to three images; scikit-learn takes the classes of all cases at once, and means are taken here."""
    metrics = require_extra("sklearn.metrics")
    shape, at = (BATCH, 3, 5, 5), np.arange(5)
    predicted, true = rng.integers(0, classes + 1, (2, *shape))
    true[rng.random(shape) < rng.choice([0, 0.3, 0.9], (BATCH, 1, 1, 1))] = IGNORED
    counts, height, width = rng.integers(1, 4, BATCH), *rng.integers(1, 6, (2, BATCH, 3))
    images = [(b, i) for b in range(BATCH) for i in range(counts[b])]
    masks = ([side[b, i, : height[b, i], : width[b, i]] for b, i in images] for side in (predicted, true))
    frame = Frame.from_columns(score_columns(create({"segmentation": {"ignore": IGNORED}}), "s", *masks))
    cases = np.split(np.arange(len(images)), counts.cumsum()[:-1])

    inside = (at[:, None] < height[..., None, None]) & (at < width[..., None, None])
    kept = inside & (at[:3] < counts[:, None])[..., None, None] & (true != IGNORED)
    is_true, is_predicted = (
        (side[..., None] == np.arange(classes + 1)) & kept[..., None] for side in (true, predicted)
    )
    pairs = [side.reshape(BATCH, -1, classes + 1) for side in (is_true, is_predicted)]
    by_class = [side.transpose(1, 0, 2).reshape(-1, BATCH * (classes + 1)) for side in pairs]
    by_cell = [side.reshape(BATCH, -1).T for side in pairs]
    occurs, weights = (pairs[0] | pairs[1]).any(axis=1), pairs[0].sum(axis=1)
    for metric, oracle in ((MeanIou, metrics.jaccard_score), (Dice, metrics.f1_score)):
        each = oracle(*by_class, average=None, zero_division=0).reshape(BATCH, -1)
        averages = ("macro", "weighted", "micro")
        found = by_case([metric(scorer="s", average=average) for average in averages], frame, cases)
        with np.errstate(invalid="ignore"):
            macro = (each * occurs).sum(axis=1) / occurs.sum(axis=1)
            weighted = (each * weights).sum(axis=1) / weights.sum(axis=1)
        micro = oracle(*by_cell, average=None, zero_division=0)
        micro[~occurs.any(axis=1)] = np.nan
        np.testing.assert_allclose(found, [macro, weighted, micro], rtol=0, atol=1e-9)
    with np.errstate(invalid="ignore"):
        right = (kept & (predicted == true)).sum(axis=(1, 2, 3)) / kept.sum(axis=(1, 2, 3))
    np.testing.assert_allclose(by_case([PixelAccuracy(scorer="s")], frame, cases)[0], right, rtol=0, atol=1e-12)
    _agrees([(predicted[0, i].tolist(), true[0, i].tolist()) for i in range(counts[0])])
    return BATCH


@pytest.mark.slow
def test_pixels_of_many_images() -> None:
    ten_thousand(_batch_agrees, classes=st.integers(1, 4))


def test_each_class_and_each_image() -> None:
    predicted, true = [[[0, 1, 1]], [[0, 0, 0]]], [[[0, 0, 1]], [[0, 0, 0]]]
    found = compute("iou_per_class", predicted, true, ci=None)
    assert {name: e.value for name, e in found.items()} == {"0": 4 / 5, "1": 1 / 2}
    assert compute("mean_iou", predicted, true, ci=None).value == pytest.approx((4 / 5 + 1 / 2) / 2)
    assert compute("image_mean_iou", predicted, true, ci=None).value == pytest.approx((1 / 2 + 1) / 2)
    assert compute("dice_per_class", predicted, true, ci=None)["0"].value == pytest.approx(8 / 9)


def test_a_class_that_a_slice_lacks() -> None:
    found = compute("iou_per_class", [[[1]], [[0]]], [[[1]], [[0]]], by=["x", "y"], ci=None)
    assert found["x"]["1"].value == 1.0 and math.isnan(found["x"]["0"].value)


@pytest.mark.parametrize("mode", ["L", "P", "I;16"])
def test_files(mode: str, tmp_path: Path) -> None:
    image = require_extra("PIL.Image")
    mask = np.array([[0, 1, 2], [2, 2, 255]], dtype=np.uint16 if mode == "I;16" else np.uint8)
    made = image.fromarray(mask)
    if mode == "P":
        made = made.convert("L")
        made.putpalette([value for i in range(256) for value in (i, 255 - i, 7)])
    made.save(tmp_path / "mask.png")
    memory = io.BytesIO()
    made.save(memory, "PNG")
    for prediction in (str(tmp_path / "mask.png"), {"path": str(tmp_path / "mask.png")}, memory.getvalue()):
        found = scored({"segmentation": {"ignore": 255}}, record(target=mask.tolist(), data={"mask": prediction}))
        assert found.value == 1.0, found.explanation
    named = scored("segmentation", record(str(tmp_path / "mask.png"), target=mask.tolist()))
    assert named.value == 1.0


def test_what_is_no_mask(tmp_path: Path) -> None:
    require_extra("PIL")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nand no more")
    bad = {
        "no such file": str(tmp_path / "none.png"),
        "cannot be read as an image": str(tmp_path / "broken.png"),
        "unequal length": [[0, 1], [0]],
        "one channel": [[[0, 1]]],
        "whole numbers": [[0.5]],
        "lie in": [[-1]],
        "not finite": [[math.nan]],
        "one size": [[0, 1, 1]],
        "shape (0,)": [],
    }
    for says, mask in bad.items():
        found = scored("segmentation", record(target=[[0, 1]], data={"mask": mask}))
        assert found.status is Status.UNPARSED and says in (found.explanation or ""), (says, found.explanation)
    assert scored("segmentation", record(target="none.png", data={"mask": [[0]]})).status is Status.MISSING
    assert scored("segmentation", record(data={"mask": [[0]]})).status is Status.MISSING
    ignored = scored({"segmentation": {"ignore": 0}}, record(target=[[0]], data={"mask": [[0]]}))
    assert ignored.status is Status.MISSING and "ignored class" in (ignored.explanation or "")
