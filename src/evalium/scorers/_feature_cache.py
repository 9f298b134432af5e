"""Vectors of images: made in batches, kept by the content of the image."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import os
import secrets
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evalium.core import MissingExtra

from ._extractors import Extractor, Floats
from ._images import BadImage


class FeatureCache:
    """Vectors of one extractor as `.npy` files named by the sha256 of the image.

    Args:
        extractor: Whose vectors.
        folder: Where they are kept; None keeps none.

    Example:
        >>> import tempfile
        >>> class Mean:
        ...     identity = "mean"
        ...     def images(self, images): return np.array([[np.asarray(i).mean()] for i in images])
        ...     def texts(self, texts): return np.zeros((len(texts), 1))
        >>> from PIL import Image
        >>> made = io.BytesIO(); Image.new("RGB", (4, 4), (9, 9, 9)).save(made, "PNG")
        >>> cache = FeatureCache(Mean(), Path(tempfile.mkdtemp()))
        >>> [batch.tolist() for batch in cache.stream([made.getvalue()] * 3, batch_size=2)]
        [[[9.0], [9.0]], [[9.0]]]
    """

    def __init__(self, extractor: Extractor, folder: Path | None) -> None:
        self.extractor = extractor
        own = hashlib.sha256(extractor.identity.encode()).hexdigest()[:16]
        self._folder = None if folder is None else folder / own

    def of(self, contents: Sequence[bytes]) -> Floats:
        """Vectors [n, d] of images given as the bytes of their files; only new images reach the extractor.

        Raises:
            BadImage: One cannot be decoded.
        """
        names = [hashlib.sha256(content).hexdigest() for content in contents]
        found = {name: vector for name in dict.fromkeys(names) if (vector := self._read(name)) is not None}
        fresh = {name: content for name, content in zip(names, contents, strict=True) if name not in found}
        if fresh:
            made = self.extractor.images([decode(content) for content in fresh.values()])
            for name, vector in zip(fresh, made, strict=True):
                found[name] = vector
                self._write(name, vector)
        return np.stack([found[name] for name in names])

    def stream(self, images: Iterable[Any], *, batch_size: int = 32, base: Path = Path()) -> Iterator[Floats]:
        """Vectors [b, d] of images, batch by batch, in constant memory.

        Raises:
            BadImage: An image cannot be read.
        """
        waiting = iter(images)
        while batch := [content_of(given, base) for given in islice(waiting, batch_size)]:
            yield self.of(batch)

    def _path(self, name: str) -> Path | None:
        return None if self._folder is None else self._folder / name[:2] / f"{name}.npy"

    def _read(self, name: str) -> Floats | None:
        path = self._path(name)
        if path is None or not path.is_file():
            return None
        try:
            vector = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            # Torn or foreign: made again and replaced.
            return None
        return np.asarray(vector, dtype=np.float64) if vector.ndim == 1 else None

    def _write(self, name: str, vector: Floats) -> None:
        path = self._path(name)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        nascent = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
        with nascent.open("wb") as file:
            np.save(file, vector)
        os.replace(nascent, path)


def cache_folder() -> Path | None:
    """Where features are kept: in the workspace (EVALIUM_HOME or `.evalium`), where there is one."""
    root = Path(os.environ.get("EVALIUM_HOME") or ".evalium")
    return root / "features" if root.is_dir() else None


def content_of(given: Any, base: Path) -> bytes:
    """The bytes of an image file: given as such, as a path, a data URL, or a mapping with `path`, `data` or `bytes`.

    An array of uint8, [height, width] or [height, width, 3 or 4], is made a PNG file.

    Raises:
        BadImage: There is no such file, or it is something else.
        MissingExtra: It is an array, and Pillow is not installed.

    Example:
        >>> content_of("data:image/png;base64,aGk=", Path("."))
        b'hi'
    """
    if isinstance(given, (bytes, bytearray)):
        return bytes(given)
    if isinstance(given, Mapping):
        inside = next((given[key] for key in ("bytes", "path", "data") if given.get(key) is not None), None)
        if inside is not None:
            named = given.get("bytes") is None and given.get("path") is None
            return content_of(f"data:;base64,{inside}" if named and isinstance(inside, str) else inside, base)
    if isinstance(given, str) and given.startswith("data:"):
        try:
            return base64.b64decode(given.partition(",")[2], validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadImage(f"image {given[:40]!r}...: no base64") from error
    if isinstance(given, (str, Path)):
        try:
            return (base / given).read_bytes()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise BadImage(f"image {str(given)[:200]!r}: {why}") from error
    if isinstance(given, np.ndarray):
        return _png(given)
    raise BadImage(f"image: expected a path, a data URL, bytes or an array, got {type(given).__name__}")


def _png(pixels: npt.NDArray[Any]) -> bytes:
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)):
        raise BadImage(
            f"image: an array must be of uint8 and [height, width] or [height, width, 3 or 4], got {pixels.dtype} of "
            f"shape {pixels.shape}"
        )
    file = io.BytesIO()
    _pillow().fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def decode(content: bytes) -> Any:
    """A Pillow image in RGB.

    Raises:
        BadImage: The bytes are no image, or one too large.
        MissingExtra: Pillow is not installed.
    """
    Image = _pillow()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as image:
                return image.convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadImage(f"image: too large to open: {error}") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise BadImage(f"image: cannot be read: {error}") from error


def _pillow() -> Any:
    if find_spec("PIL") is None:
        raise MissingExtra("reading image files", "images")
    from PIL import Image

    return Image
