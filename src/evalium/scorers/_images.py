"""Images as they are given: files, bytes of files, or numbers."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evalium.core import MissingExtra

_BY_VALUE = {"1", "L", "P", "I", "I;16", "F"}


class BadImage(Exception):
    """The image cannot be read; the text says which and why."""


def read_image(given: Any, where: str, *, indexed: bool = False) -> npt.NDArray[Any]:
    """Read an image as an array [height, width] or [height, width, channels].

    Args:
        given: Path of a file, a mapping with such a `path`, the bytes of a file, rows of numbers or an array.
        where: What to call it in messages.
        indexed: Keep the numbers of a palette, which a mask means as classes; a colour image otherwise becomes RGB.

    Raises:
        BadImage: The file is missing, damaged, too large, or the numbers are no image.
        MissingExtra: A file is given and Pillow is not installed.

    Example:
        >>> read_image([[0, 1], [1, 0]], "mask").shape
        (2, 2)
        >>> read_image([[0, 1], [1]], "mask")
        Traceback (most recent call last):
        ...
        evalium.scorers._images.BadImage: mask: rows of unequal length or no numbers
    """
    if isinstance(given, Mapping):
        given = given.get("path")
    if isinstance(given, (str, Path, bytes, bytearray)):
        return _file(given, where, indexed)
    try:
        image = np.asarray(given)
    except ValueError as error:
        raise BadImage(f"{where}: rows of unequal length or no numbers") from error
    if image.dtype.kind not in "buif":
        raise BadImage(f"{where}: rows of unequal length or no numbers")
    if image.ndim not in (2, 3) or not image.size:
        raise BadImage(f"{where}: expected [height, width] or [height, width, channels], got shape {image.shape}")
    if not np.isfinite(image).all():
        raise BadImage(f"{where}: a pixel is not finite")
    if image.dtype == np.bool_:
        return image.astype(np.uint8)
    # As many bits as numbers are stored in say nothing of how far they reach, but for those that images are made of.
    return image.astype(np.int64) if image.dtype.kind in "iu" and image.dtype.itemsize > 2 else image


def _file(given: str | Path | bytes | bytearray, where: str, indexed: bool) -> npt.NDArray[Any]:
    if find_spec("PIL") is None:
        raise MissingExtra("reading image files", "images")
    from PIL import Image

    in_memory = isinstance(given, (bytes, bytearray))
    shown = where if in_memory else f"{where} {str(given)[:200]!r}"
    try:
        with warnings.catch_warnings():
            # A picture that would fill the memory is as unreadable as a damaged one.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(given) if isinstance(given, (bytes, bytearray)) else given) as image:
                keep = image.mode in (_BY_VALUE if indexed else _BY_VALUE - {"P"})
                return np.asarray(image if keep else image.convert("RGB"))
    except FileNotFoundError as error:
        raise BadImage(f"{shown}: there is no such file") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadImage(f"{shown}: too large to open: {error}") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise BadImage(f"{shown}: cannot be read as an image: {error}") from error
