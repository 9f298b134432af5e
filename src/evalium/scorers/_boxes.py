"""Boxes as models and annotators give them, and how much they overlap."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BACKGROUND = -1
"""Category code of no object at all."""
_TEXT_CODES = 2**52


class BadBoxes(Exception):
    """The boxes cannot be read; the text names the box and the field."""


class _Box(msgspec.Struct):
    box: tuple[float, float, float, float]
    category: int | str
    score: float | None = None
    area: float | None = None
    iscrowd: bool | int = False
    segmentation: Any = None


class _Image(msgspec.Struct):
    boxes: list[_Box]
    height: int | None = None
    width: int | None = None


@dataclass(slots=True)
class Boxes:
    """The boxes of one image as columns.

    Attributes:
        corners: [n, 4] left, top, width, height.
        categories: [n] category codes, see `category_code`.
        scores: [n] confidence; empty for the true boxes.
        areas: [n] area that the size classes go by: as given, else that of the box.
        given_areas: [n] whether the area was given.
        crowd: [n] whether it marks a region of many objects that none has drawn one by one.
        masks: [n] segmentations, None where there is none.
        names: Codes of the categories that are named by text.
        size: Height and width of the image, where it was told.
    """

    corners: Floats
    categories: list[int]
    scores: list[float]
    areas: list[float]
    given_areas: list[bool]
    crowd: list[bool]
    masks: list[Any]
    names: dict[str, int] = field(default_factory=dict)
    size: tuple[int, int] | None = None

    def __len__(self) -> int:
        """Number of boxes."""
        return len(self.categories)


def read_boxes(given: Any, where: str, *, scored: bool) -> Boxes:
    """Read the boxes of one image.

    Args:
        given: A list of `{box: [x, y, w, h], category, score, area, iscrowd, segmentation}`, or a mapping with such
            `boxes` and the image's `height` and `width`.
        where: What to call it in messages.
        scored: Whether each box must have a score.

    Raises:
        BadBoxes: A field is missing or of the wrong kind, a side is negative, or a number is not finite.

    Example:
        >>> read_boxes([{"box": [0, 0, 2, 3], "category": 1}], "target", scored=False).areas
        [6.0]
        >>> read_boxes([{"box": [0, 0, -2, 3], "category": 1}], "target", scored=False)
        Traceback (most recent call last):
        ...
        evalium.scorers._boxes.BadBoxes: target[0].box: sides must not be negative, got [0.0, 0.0, -2.0, 3.0]
    """
    try:
        image = msgspec.convert(given, _Image) if isinstance(given, dict) else _Image(_convert(given))
    except msgspec.ValidationError as error:
        raise BadBoxes(f"{where}: {error}") from error
    boxes = image.boxes
    corners = np.array([b.box for b in boxes], dtype=np.float64).reshape(len(boxes), 4)
    names: dict[str, int] = {}
    categories = [b.category if type(b.category) is int else _named(str(b.category), names) for b in boxes]
    sides = corners[:, 2:]
    found = Boxes(
        corners=corners,
        categories=categories,
        scores=[],
        areas=[
            a if a is not None else own
            for a, own in zip((b.area for b in boxes), (sides[:, 0] * sides[:, 1]).tolist(), strict=True)
        ],
        given_areas=[b.area is not None for b in boxes],
        crowd=[bool(b.iscrowd) for b in boxes],
        masks=[b.segmentation for b in boxes],
        names=names,
        size=(image.height, image.width) if image.height and image.width else None,
    )
    if scored:
        found.scores = [b.score if b.score is not None else np.nan for b in boxes]
    if len(boxes):
        _check(found, where, scored)
    return found


def _convert(given: Any) -> list[_Box]:
    return msgspec.convert(given, list[_Box])


def _named(name: str, names: dict[str, int]) -> int:
    code = names.get(name)
    if code is None:
        code = names[name] = category_code(name)
    return code


def category_code(category: int | str) -> int:
    """A category as a whole number: itself, or a hash of its name that is the same everywhere.

    Example:
        >>> category_code(18), category_code("dog") == category_code("dog"), category_code("dog") >= 2**52
        (18, True, True)
    """
    if isinstance(category, int):
        return category
    digest = hashlib.blake2b(category.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return _TEXT_CODES + int.from_bytes(digest, "big") % _TEXT_CODES


def _check(boxes: Boxes, where: str, scored: bool) -> None:
    rules: list[tuple[str, Any, str, Sequence[Any]]] = [
        ("box", ~np.isfinite(boxes.corners).all(axis=1), "numbers must be finite", boxes.corners.tolist()),
        ("box", (boxes.corners[:, 2:] < 0).any(axis=1), "sides must not be negative", boxes.corners.tolist()),
        ("area", ~(np.array(boxes.areas) >= 0), "must not be negative", boxes.areas),
    ]
    if scored:
        rules.append(("score", ~np.isfinite(boxes.scores), "needs a finite number", boxes.scores))
    ids = [c for c in boxes.categories if not 0 <= c < 2 * _TEXT_CODES]
    if ids:
        at = boxes.categories.index(ids[0])
        raise BadBoxes(f"{where}[{at}].category: a number must lie in [0, 2**53), got {ids[0]}")
    for name, broken, rule, values in rules:
        if broken.any():
            at = int(np.argmax(broken))
            raise BadBoxes(f"{where}[{at}].{name}: {rule}, got {values[at]}")


def box_iou(first: Floats, second: Floats, crowd: Sequence[bool] | None = None) -> Floats:
    """Intersection over union of boxes [d, 4] and [g, 4] as [d, g], in [0, 1].

    Two boxes without an area overlap by 0. Over a crowd region it is the intersection over the first box's own area, as
    COCO has it.

    Example:
        >>> box_iou(np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[1.0, 0.0, 2.0, 2.0], [4.0, 4.0, 1.0, 1.0]])).round(4)
        array([[0.3333, 0.    ]])
    """
    shared = _shared(first, second)
    own = first[:, 2] * first[:, 3]
    union = own[:, None] + second[:, 2] * second[:, 3] - shared
    if crowd is not None and any(crowd):
        union[:, crowd] = own[:, None]
    overlap: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=shared > 0)
    return overlap


def box_giou(first: Floats, second: Floats) -> Floats:
    """Generalised intersection over union [d, g], in [-1, 1]: IoU less the share of the hull that neither covers.

    -1 is approached by far apart boxes; nan where the hull has no area. Rezatofighi et al. 2019.

    Example:
        >>> box_giou(np.array([[0.0, 0.0, 1.0, 1.0]]), np.array([[0.0, 0.0, 1.0, 1.0], [3.0, 0.0, 1.0, 1.0]])).tolist()
        [[1.0, -0.5]]
    """
    shared = _shared(first, second)
    union = (first[:, 2] * first[:, 3])[:, None] + second[:, 2] * second[:, 3] - shared
    ends = np.maximum(_ends(first)[:, None], _ends(second)[None])
    hull = np.prod(ends - np.minimum(first[:, None, :2], second[None, :, :2]), axis=2)
    iou = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    empty = np.divide(hull - union, hull, out=np.full_like(hull, np.nan), where=hull > 0)
    giou: Floats = iou - empty
    return giou


def _ends(boxes: Floats) -> Floats:
    ends: Floats = boxes[:, :2] + boxes[:, 2:]
    return ends


def _shared(first: Floats, second: Floats) -> Floats:
    near = np.maximum(first[:, None, :2], second[None, :, :2])
    sides = np.minimum(_ends(first)[:, None], _ends(second)[None]) - near
    np.maximum(sides, 0.0, out=sides)
    shared: Floats = sides[..., 0] * sides[..., 1]
    return shared
