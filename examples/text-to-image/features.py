"""Vectors of images and texts: what FID, KID and CLIPScore are made of here.

They stand in for Inception and CLIP, which are `torch-fidelity/2048:WEIGHTS` and `hf/FOLDER` in a plan.
"""

from collections import Counter
from typing import Any

import numpy as np
from eyes import PALETTE, clear_colours, look
from scenes import COLOURS, SHAPES, read

GRID = 8
USUAL = 400
"""Pixels of a thing."""


class Layout:
    """Which colours lie where: shares of the palette, and of no clear colour, in each of 8 x 8 fields; 448 numbers."""

    def images(self, images: list[Any]) -> Any:
        """Vectors [n, 448]."""
        return np.stack([layout(np.asarray(image)) for image in images])


def layout(pixels: Any) -> Any:
    """The vector of one image."""
    colours = clear_colours(pixels)
    side = len(colours) // GRID
    fields = colours[: GRID * side, : GRID * side].reshape(GRID, side, GRID, side)
    each = [(fields == code).mean(axis=(1, 3)) for code in range(-1, len(PALETTE))]
    return np.stack(each, axis=2).ravel()


class Joint:
    """How much there is of each colour, of each shape and of writing, in an image or in a text; 8 numbers.

    A bag of words, as CLIP's embeddings largely are (Yuksekgonul et al. 2023): which thing has which colour, and what
    is where, makes no difference, and twice as much of everything is the same direction.
    """

    def images(self, images: list[Any]) -> Any:
        """Vectors [n, 8]: colours by their area."""
        return np.stack([self._image(np.asarray(image)) for image in images])

    def _image(self, pixels: Any) -> Any:
        seen, colours = look(pixels), clear_colours(pixels)
        areas = [(colours == code).sum() / USUAL for code in range(2, len(PALETTE))]
        shapes = Counter(shape for _, shape in seen.things)
        return np.array([*areas, *(shapes[shape] for shape in SHAPES), seen.lines], dtype=float)

    def texts(self, texts: list[str]) -> Any:
        """Vectors [n, 8], in the space of the images."""
        return np.stack([self._text(text) for text in texts])

    def _text(self, text: str) -> Any:
        said = read(text)
        words = Counter(word for thing in said.things for word in thing)
        return np.array([*(words[word] for word in (*COLOURS, *SHAPES)), said.lines], dtype=float)
