"""Overlaps and areas of segmentations, through the mask code of the extra `detection`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from evalium.core import MissingExtra

from ._boxes import BadBoxes, Boxes, Floats


def mask_iou(detected: Boxes, true: Boxes) -> Floats:
    """Overlaps [d, g] of the segmentations; sets areas that were not given to those of the masks.

    Raises:
        BadBoxes: A segmentation is missing, malformed, or of another size than the image.
        MissingExtra: There is no mask code.
    """
    code = _mask_code()
    size = true.size or detected.size or _size_of([*true.masks, *detected.masks])
    first, second = (_encoded(code, boxes, size, where) for boxes, where in ((detected, "boxes"), (true, "target")))
    for boxes, masks in ((detected, first), (true, second)):
        if masks:
            own = code.area(masks).tolist()
            boxes.areas = [a if g else float(o) for a, g, o in zip(boxes.areas, boxes.given_areas, own, strict=True)]
    if not (first and second):
        return np.zeros((len(first), len(second)))
    overlaps: Floats = np.asarray(code.iou(first, second, [int(c) for c in true.crowd]), dtype=np.float64)
    return overlaps


def require_masks() -> None:
    """Raise `MissingExtra` where the mask code is not installed."""
    if find_spec("faster_coco_eval") is None:
        raise MissingExtra("scorer 'detection' with region: mask", "detection")


def _mask_code() -> Any:
    require_masks()
    return import_module("faster_coco_eval.core.mask")


def _size_of(masks: list[Any]) -> tuple[int, int] | None:
    for mask in masks:
        if isinstance(mask, dict) and len(mask.get("size", ())) == 2:
            height, width = mask["size"]
            return int(height), int(width)
    return None


def _encoded(code: Any, boxes: Boxes, size: tuple[int, int] | None, where: str) -> list[Any]:
    return [_rle(code, mask, size, f"{where}[{i}].segmentation") for i, mask in enumerate(boxes.masks)]


def _rle(code: Any, mask: Any, size: tuple[int, int] | None, where: str) -> Any:
    if not mask or not isinstance(mask, (dict, list)):
        raise BadBoxes(f"{where}: needs polygons or run lengths, got {mask!r:.60}")
    if size is None:
        raise BadBoxes(f"{where}: polygons need the image's size: give the target as {{boxes, height, width}}")
    try:
        if isinstance(mask, list):
            return code.merge(code.frPyObjects(_polygons(mask), *size))
        if tuple(mask["size"]) != size:
            raise BadBoxes(f"{where}: of size {mask['size']} in an image of {list(size)}")
        counts = mask["counts"]
        if isinstance(counts, list):
            if sum(counts) != size[0] * size[1] or min(counts) < 0:
                raise BadBoxes(f"{where}.counts: run lengths must add up to {size[0]} * {size[1]}")
            return code.frPyObjects(mask, *size)
        return {"size": list(size), "counts": counts.encode() if isinstance(counts, str) else counts}
    except (KeyError, TypeError, ValueError) as error:
        raise BadBoxes(f"{where}: {type(error).__name__}: {error}") from error


def _polygons(mask: list[Any]) -> list[list[float]]:
    polygons = [[float(number) for number in polygon] for polygon in mask]
    if any(len(p) < 6 or len(p) % 2 or not np.isfinite(p).all() for p in polygons):
        raise ValueError("a polygon is a list of x, y, x, y, ... of at least three points")
    return polygons
