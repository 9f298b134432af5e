"""Vectors of what a record holds: numbers as they are, images and texts by an extractor."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from evalium.core import ConfigError, Record, ScoreError, Status, Verdict

from ._extractors import Extractor, Floats, check_extractor, load_extractor
from ._feature_cache import FeatureCache, cache_folder, content_of
from ._images import BadImage


class Embedder:
    """Reads vectors, and makes them where an extractor is named; it is loaded with the first image.

    Args:
        scorer: Name in messages.
        extractor: As in `load_extractor`; empty where records hold vectors.
        base: Folder that paths start from.
    """

    def __init__(self, scorer: str, extractor: str, base: Path) -> None:
        self._scorer, self._spec, self._base = scorer, extractor, base
        if extractor:
            check_extractor(extractor)

    @cached_property
    def _cache(self) -> FeatureCache:
        if not self._spec:
            raise ConfigError(
                f"scorer {self._scorer!r}: to read images and texts name an 'extractor', such as hf/clip-folder; "
                "without one records must hold vectors"
            )
        return FeatureCache(self.extractor, cache_folder())

    @property
    def extractor(self) -> Extractor:
        """The loaded model."""
        return load_extractor(self._spec, self._base)

    def image(self, given: Any) -> Floats:
        """Vector [d] of one image.

        Raises:
            BadImage: It cannot be read.
        """
        vector = as_vector(given)
        return self._cache.of([content_of(given, self._base)])[0] if vector is None else vector

    def texts(self, given: Any) -> Floats:
        """Vectors [c, d] of one or several texts, or of one or several vectors."""
        if isinstance(given, str):
            return self._cache.extractor.texts([given])
        vector = as_vector(given)
        if vector is not None:
            return vector[None]
        each = list(given) if isinstance(given, (Sequence, np.ndarray)) else []
        if each and all(isinstance(one, str) for one in each):
            return self._cache.extractor.texts(each)
        vectors = [as_vector(one) for one in each]
        if not each or any(v is None for v in vectors):
            raise ScoreError(f"scorer {self._scorer!r}: expected text or vectors, got {type(given).__name__}")
        found = [v for v in vectors if v is not None]
        if len({len(v) for v in found}) > 1:
            raise ScoreError(f"scorer {self._scorer!r}: vectors of {len(found[0])} and other numbers")
        return np.stack(found)


def as_vector(given: Any) -> Floats | None:
    """A vector of finite numbers [d], or None where it is something else.

    Raises:
        BadImage: A number is not finite.

    Example:
        >>> as_vector([1, 2]).tolist(), as_vector("a.png"), as_vector([[1], [2]])
        ([1.0, 2.0], None, None)
    """
    if not isinstance(given, (list, tuple, np.ndarray)) or not len(given):
        return None
    if isinstance(given, np.ndarray) and given.dtype.kind in "iuf":
        if given.ndim != 1:
            return None
    elif not all(isinstance(one, (int, float, np.number)) and not isinstance(one, bool) for one in given):
        return None
    vector = np.asarray(given, dtype=np.float64)
    if not np.isfinite(vector).all():
        raise BadImage("the vector has a nan or infinite number")
    return vector


def image_of(record: Record) -> Any:
    """What a record has as its image: `data.image`, or its output as a path or data URL."""
    found = record.data.get("image", record.output)
    return (
        found[0]
        if isinstance(found, (list, tuple)) and len(found) == 1 and isinstance(found[0], (str, dict))
        else found
    )


def unreadable(error: BadImage) -> Verdict:
    """The verdict on an image that cannot be read."""
    return Verdict(status=Status.MISSING, explanation=str(error))
