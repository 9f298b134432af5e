"""Distances between two sets of images at hand: vectors, or images and an extractor."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from evalium.core import ConfigError, Estimate, Status, UnknownName
from evalium.scorers._extractors import load_extractor
from evalium.scorers._feature_cache import FeatureCache, cache_folder
from evalium.scorers._images import BadImage
from evalium.scorers.image_features import image_features

from ._estimate import estimate
from .base import How
from .column import Floats
from .features import FeatureSets
from .fid import Fid
from .frame import Frame
from .generative_coverage import GenerativeCoverage, GenerativeDensity, GenerativePrecision, GenerativeRecall
from .kid import Kid

DISTANCES: dict[str, type[FeatureSets]] = {
    "fid": Fid,
    "generative_coverage": GenerativeCoverage,
    "generative_density": GenerativeDensity,
    "generative_precision": GenerativePrecision,
    "generative_recall": GenerativeRecall,
    "kid": Kid,
}
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}
_NAME = "it"


def image_distance(
    name: str,
    generated: Any,
    reference: Any,
    *,
    extractor: str = "",
    batch_size: int = 32,
    base: Path = Path(),
    how: How | None = None,
    **options: Any,
) -> Estimate:
    """Compare two sets of images, which need not be of one size.

    Args:
        name: `fid`, `kid`, `generative_precision`, `generative_recall`, `generative_density` or `generative_coverage`.
        generated: [n, d] vectors; or a folder, a list of images (files, bytes, arrays of uint8) or an array of images
            [n, height, width, channels], with an `extractor`.
        reference: The real images, in the same way.
        extractor: As in the scorer `image_features`.
        batch_size: Images that go through the extractor together.
        base: Folder that paths start from.
        how: How the interval is made; None takes 95 %.
        **options: The metric's.

    Returns:
        The estimate; its `n` counts the images of both sets.

    Raises:
        UnknownName: There is no such distance.
        ConfigError: The sets are of another form, or an image cannot be read.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> found = image_distance("fid", rng.normal(size=(80, 4)), rng.normal(size=(60, 4)) + 1)
        >>> found.low < found.value < found.high, found.n
        (True, 140)
    """
    if name not in DISTANCES:
        raise UnknownName("distance of images", name, DISTANCES)
    try:
        metric = DISTANCES[name](scorer=_NAME, **options)
    except TypeError as error:
        raise ConfigError(f"metric {name!r}: {error}") from error
    columns = feature_columns(_NAME, generated, reference, extractor=extractor, batch_size=batch_size, base=base)
    frame = Frame.from_columns(columns)
    if extractor:
        frame.signatures[_NAME] = image_features(extractor=extractor, base=base).signature
    return estimate(metric, frame, how)[name]


def feature_columns(
    scorer: str, generated: Any, reference: Any, *, extractor: str = "", batch_size: int = 32, base: Path = Path()
) -> dict[str, Any]:
    """The vectors of two sets of images as columns: a unit for each image, first the generated ones.

    Args:
        scorer: What their scorer is called.
        generated: As in `image_distance`.
        reference: The same, or None where there is none.
        extractor: As in `image_distance`.
        batch_size: As in `image_distance`.
        base: As in `image_distance`.

    Raises:
        ConfigError: The sets are of another form, or an image cannot be read.

    Example:
        >>> feature_columns("it", [[1.0, 2.0]], [[0.0, 1.0], [1.0, 1.0]])["it.values.real"]
        [None, array([0., 1.]), array([1., 1.])]
    """
    x = _vectors("predictions", generated, extractor, batch_size, base)
    y = _vectors("references", reference, extractor, batch_size, base) if reference is not None else []
    return {
        f"{scorer}.status": [Status.OK] * (len(x) + len(y)),
        f"{scorer}.values.features": [*x, *[None] * len(y)],
        f"{scorer}.values.real": [*[None] * len(x), *y],
    }


def read_images(folder: Path) -> list[Path]:
    """The image files below a folder, in order of their names.

    Raises:
        ConfigError: There are none.
    """
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    if not found:
        raise ConfigError(f"{folder}: no image files ({', '.join(sorted(SUFFIXES))}) in this folder")
    return found


def _vectors(what: str, given: Any, extractor: str, batch_size: int, base: Path) -> list[Floats]:
    if isinstance(given, (str, Path)):
        folder = (base / given).resolve()
        if not folder.is_dir():
            raise ConfigError(f"{what}: there is no folder {str(given)!r}")
        given = read_images(folder)
    if not extractor:
        return _matrix(what, given)
    return list(np.concatenate(list(_extracted(what, given, extractor, batch_size, base))))


def _extracted(what: str, given: Iterable[Any], extractor: str, batch_size: int, base: Path) -> Iterable[Floats]:
    cache = FeatureCache(load_extractor(extractor, base), cache_folder())
    try:
        yield from cache.stream(
            [p.resolve() if isinstance(p, Path) else p for p in given], batch_size=batch_size, base=base
        )
    except BadImage as error:
        raise ConfigError(f"{what}: {error}") from error


def _matrix(what: str, given: Any) -> list[Floats]:
    try:
        table = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"{what}: expected vectors of equal length [n, d]; for images name an 'extractor' ({error})"
        ) from error
    if table.ndim != 2 or not table.shape[1]:
        raise ConfigError(f"{what}: expected vectors [n, d], got shape {table.shape}")
    return list(table)
