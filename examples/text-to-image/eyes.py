"""What can be seen on an image: things by colour and shape, lines of writing, and how sharp it is."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from generator import INK
from PIL import Image
from scenes import COLOURS, Thing
from scipy import ndimage

PALETTE = np.array([(255, 255, 255), INK, *COLOURS.values()], dtype=float)
NEAR = 70.0
"""How far a pixel may be from a colour of the palette to be of it; what is farther is an edge or a smear."""
SMALLEST = 40


@dataclass(frozen=True)
class Seen:
    """What is on an image.

    Attributes:
        things: Colour and shape of each thing.
        middles: Where it is, from the left and from the top.
        lines: Lines of writing.
        smeared: Share of the drawn pixels that are of no clear colour.
    """

    things: tuple[Thing, ...]
    middles: tuple[tuple[float, float], ...]
    lines: int
    smeared: float


@lru_cache(1024)
def look_at(file: Path) -> Seen:
    """What is on the image in a file."""
    with Image.open(file) as image:
        return look(np.asarray(image.convert("RGB")))


def look(pixels: Any) -> Seen:
    """What is on an image [height, width, 3]."""
    colours = clear_colours(pixels)
    drawn = np.linalg.norm(pixels - PALETTE[0], axis=2) > 20
    things, middles = [], []
    for code, colour in enumerate(COLOURS, start=2):
        parts, _ = ndimage.label(colours == code)
        for part, where in enumerate(ndimage.find_objects(parts), start=1):
            mask = parts[where] == part
            if mask.sum() >= SMALLEST:
                things.append((colour, _shape(mask)))
                middles.append(((where[1].start + where[1].stop) / 2, (where[0].start + where[0].stop) / 2))
    _, lines = ndimage.label((colours == 1).sum(axis=1) >= 8)
    smeared = float((drawn & (colours < 0)).sum() / max(drawn.sum(), 1))
    return Seen(tuple(things), tuple(middles), lines, smeared)


def clear_colours(pixels: Any) -> Any:
    """Which colour of the palette each pixel [height, width] is of: 0 white, 1 ink, 2 and up the colours, -1 none."""
    distances = np.linalg.norm(pixels[:, :, None, :] - PALETTE, axis=3)
    return np.where(distances.min(axis=2) < NEAR, distances.argmin(axis=2), -1)


def _shape(mask: Any) -> str:
    """By how much of its box a thing fills: all of it, pi / 4, or a half."""
    filled = mask.mean()
    return "square" if filled > 0.9 else "circle" if filled > 0.66 else "triangle"
