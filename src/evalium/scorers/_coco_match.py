"""COCO's assignment of detections to true boxes, at all thresholds and sizes at once, and why a detection has none."""

from __future__ import annotations

import sys
from bisect import bisect_right
from dataclasses import dataclass
from enum import IntEnum

from evalium.core import ConfigError

THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.8999999999999999, 0.95)
"""Overlaps from which a detection has found a box; to the last bit those of the reference, whose .9 is a sum."""
AREAS = {"all": (0.0, 1e10), "small": (0.0, 1024.0), "medium": (1024.0, 9216.0), "large": (9216.0, 1e10)}
"""Ends of the size classes in square pixels, both inclusive."""
NEVER = -sys.float_info.max
"""Score of the best detection of a box that none has reached."""
_T = len(THRESHOLDS)
_ALL = (1 << _T * len(AREAS)) - 1
_FOREGROUND = 0.1


class ErrorKind(IntEnum):
    """Why a detection is wrong, by TIDE (Bolya et al. 2020); `none` is right or lies in an ignored region."""

    none = 0
    localisation = 1
    classification = 2
    duplicate = 3
    background = 4
    both = 5


def area_bits(area: float) -> int:
    """The size classes that an area lies in, `all` being bit 0.

    Example:
        >>> area_bits(1024.0), area_bits(1e6)
        (7, 9)
    """
    return sum(1 << i for i, (low, high) in enumerate(AREAS.values()) if low <= area <= high)


def spread(areas: int) -> int:
    """Bits of size classes as bits of (size class, threshold): `threshold + 10 * size`."""
    return _SPREAD[areas]


_SPREAD = [
    sum(((1 << _T) - 1) << (_T * a) for a in range(len(AREAS)) if bits >> a & 1) for bits in range(1 << len(AREAS))
]
_REACHED = [sum(((1 << k) - 1) << (_T * a) for a in range(len(AREAS))) for k in range(_T + 1)]


@dataclass(slots=True)
class Matched:
    """How the detections of one category in one image fared.

    Attributes:
        hits: [d] bits of (size, threshold) at which the detection has found a box.
        misses: [d] bits at which it counts as wrong; in neither it is ignored.
        overlaps: [d] overlap with the box found at the first threshold and any size, 0 where there is none.
        found_by: [g] detection that found the box there, -1 for none.
    """

    hits: list[int]
    misses: list[int]
    overlaps: list[float]
    found_by: list[int]


def match(overlaps: list[list[float]], counted: list[int], crowd: list[bool], detected: list[int]) -> Matched:
    """Assign the detections of one category in one image, highest score first, each to the best box left.

    At each threshold and size a detection takes the box that it overlaps most, later ones before earlier where equal;
    boxes that count come before ignored ones, and a crowd can be taken again. Bits stand for all of them together, so
    that the whole is done once; the result is that of pycocotools' `evaluateImg` for its forty calls.

    Args:
        overlaps: [d][g] overlaps, detections in order of falling score.
        counted: [g] size classes in which the box counts, as bits; 0 for a crowd.
        crowd: [g] whether it is a crowd.
        detected: [d] size classes of the detections' own areas, as bits.

    Example:
        >>> m = match([[0.9], [0.8]], [area_bits(50.0)], [False], [area_bits(50.0)] * 2)
        >>> [bin(hits & 1023) for hits in m.hits], m.found_by
        (['0b111111111', '0b0'], [0])
    """
    counts = [spread(bits) for bits in counted]
    taken = [0] * len(counts)
    found = Matched([], [], [], [-1] * len(counts))
    for d, row in enumerate(overlaps):
        reach = [(iou, g) for g, iou in enumerate(row) if iou >= THRESHOLDS[0]]
        hits = ignored = 0
        overlap = 0.0
        if reach:
            reach.sort(reverse=True)
            for iou, g in reach:
                free = _REACHED[bisect_right(THRESHOLDS, iou)] & counts[g] & ~taken[g] & ~hits
                hits |= free
                taken[g] |= free
                if free & 1:
                    found.found_by[g], overlap = d, iou
            for iou, g in reach:
                free = _REACHED[bisect_right(THRESHOLDS, iou)] & ~counts[g] & ~(hits | ignored)
                if not crowd[g]:
                    free &= ~taken[g]
                    taken[g] |= free
                ignored |= free
        found.hits.append(hits)
        found.misses.append(spread(detected[d]) & ~(hits | ignored))
        found.overlaps.append(overlap)
    return found


@dataclass(slots=True)
class Fault:
    """Why one detection is wrong.

    Attributes:
        kind: Why.
        box: The true box that it meant by position, -1 for none.
    """

    kind: ErrorKind
    box: int


def fault(overlaps: list[float], same: list[bool], plain: list[int], found: list[bool]) -> Fault:
    """Say why a detection that found nothing is wrong, by TIDE's rules in TIDE's order.

    Localisation: it overlaps a box of its class by 0.1 to 0.5. Classification: it overlaps one of another class by 0.5
    or more. Duplicate: it overlaps one of its class that another detection has found. Background: it overlaps nothing
    by more than 0.1. Both: whatever is left, as a rule wrong in class and place.

    Args:
        overlaps: [g] its overlap with each true box of the image.
        same: [g] whether the box is of its class.
        plain: Positions of the boxes that are no crowd.
        found: [g] whether the box was found.
    """
    own, own_at, other, other_at, used = 0.0, -1, 0.0, -1, 0.0
    for g in plain:
        iou = overlaps[g]
        if same[g]:
            if iou > own:
                own, own_at = iou, g
            if found[g] and iou > used:
                used = iou
        elif iou > other:
            other, other_at = iou, g
    if _FOREGROUND <= own <= THRESHOLDS[0]:
        return Fault(ErrorKind.localisation, own_at)
    if other >= THRESHOLDS[0]:
        return Fault(ErrorKind.classification, other_at)
    if used >= THRESHOLDS[0]:
        return Fault(ErrorKind.duplicate, -1)
    if max(own, other) <= _FOREGROUND:
        return Fault(ErrorKind.background, -1)
    return Fault(ErrorKind.both, -1)


def threshold_bits(iou: float | None, area: str, where: str) -> list[int]:
    """Positions among the bits of one threshold, or of all, in one size class.

    Raises:
        ConfigError: There is no such threshold or size.
    """
    if area not in AREAS:
        raise ConfigError(f"{where}, option 'area' must be one of {', '.join(AREAS)}, got {area!r}")
    start = _T * list(AREAS).index(area)
    if iou is None:
        return [start + i for i in range(_T)]
    known = [round(threshold, 2) for threshold in THRESHOLDS]
    if iou not in known:
        raise ConfigError(f"{where}, option 'iou' must be one of {', '.join(map(str, known))}, got {iou!r}")
    return [start + known.index(iou)]
