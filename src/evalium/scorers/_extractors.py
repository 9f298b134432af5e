"""What turns images, and for some models texts, into vectors: plug-ins by name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from evalium.core import ConfigError, MissingExtra, ScoreError, did_you_mean, load_object, source_hash

Floats = npt.NDArray[np.float64]
KINDS = ("hf", "torch-fidelity", "torchvision", "onnx")
_NEEDED = {
    "hf": {"torch": "hf", "transformers": "hf", "PIL": "images"},
    "torch-fidelity": {"torch": "hf", "torch_fidelity": "inception", "PIL": "images"},
    "torchvision": {"torch": "hf", "torchvision": "inception", "PIL": "images"},
    "onnx": {"onnxruntime": "onnx", "PIL": "images"},
}


class Extractor(Protocol):
    """A model that gives vectors.

    Attributes:
        identity: Everything that changes its vectors, weights included: what they are cached under.
    """

    @property
    def identity(self) -> str: ...

    def images(self, images: Sequence[Any]) -> Floats:
        """Vectors [n, d] of Pillow images in RGB."""
        ...

    def texts(self, texts: Sequence[str]) -> Floats:
        """Vectors [n, d] of texts, in the space of the images."""
        ...


@lru_cache(4)
def load_extractor(spec: str, base: Path) -> Extractor:
    """Load an extractor; the same one for every scorer that names it.

    Args:
        spec: `hf/FOLDER_OR_NAME` (CLIP, DINOv2, ViT, ... by transformers), `torch-fidelity/LAYER:WEIGHTS` (the
            Inception of FID), `torchvision/MODEL:WEIGHTS`, `onnx/FILE`, or `file.py:name`: a function of a list of
            images, or an object with `images` and `texts`.
        base: Folder that paths start from.

    Raises:
        ConfigError: The name is of no known kind, or it cannot be loaded.
        MissingExtra: What it needs is not installed.
    """
    check_extractor(spec)
    if ".py:" in spec:
        return Own(spec.removeprefix("python/"), base)
    kind, _, name = spec.partition("/")
    if kind == "hf":
        from ._extractor_hf import HfExtractor

        return HfExtractor(name, base)
    if kind == "onnx":
        from ._extractor_onnx import OnnxExtractor

        return OnnxExtractor(name, base)
    from ._extractor_torch import inception_of_fidelity, model_of_torchvision

    return inception_of_fidelity(name, base) if kind == "torch-fidelity" else model_of_torchvision(name, base)


def check_extractor(spec: str) -> None:
    """Refuse a name of no known kind, or one that needs what is not installed, before anything is loaded.

    Raises:
        ConfigError: The name is of no known kind.
        MissingExtra: What it needs is not installed.

    Example:
        >>> check_extractor("onx/model.onnx")
        Traceback (most recent call last):
        ...
        evalium.core.errors.ConfigError: extractor 'onx/model.onnx': expected hf/..., torch-fidelity/...,
        torchvision/..., onnx/... or file.py:name. Did you mean 'onnx'?
    """
    if ".py:" in spec:
        return
    kind, _, name = spec.partition("/")
    if kind not in KINDS or not name:
        *most, last = (f"{known}/..." for known in KINDS)
        raise ConfigError(
            f"extractor {spec!r}: expected {', '.join(most)}, {last} or file.py:name.{did_you_mean(kind, KINDS)}"
        )
    for module, extra in _NEEDED[kind].items():
        if find_spec(module) is None:
            raise MissingExtra(f"the extractor {spec!r}", extra)


class Own:
    """The user's own function or object out of a Python file."""

    def __init__(self, spec: str, base: Path) -> None:
        self._spec = spec
        self.identity = f"{spec}|src:{source_hash(spec, base)}"
        found = load_object(spec, base)
        self._thing = found() if isinstance(found, type) else found

    def images(self, images: Sequence[Any]) -> Floats:
        """Whatever it returns, checked."""
        work = getattr(self._thing, "images", self._thing)
        return checked(work(list(images)), len(images), self._spec)

    def texts(self, texts: Sequence[str]) -> Floats:
        """Of an object that can."""
        work = getattr(self._thing, "texts", None)
        if work is None:
            raise no_texts(self._spec)
        return checked(work(list(texts)), len(texts), self._spec)


def no_texts(spec: str) -> ConfigError:
    """The error of asking a model of images for texts."""
    return ConfigError(f"extractor {spec!r} has no vectors of texts: take a CLIP model, or give embeddings")


def checked(returned: Any, n: int, spec: str) -> Floats:
    """Vectors as floats.

    Raises:
        ScoreError: They are of another shape, or not finite.

    Example:
        >>> checked([[1, 2]], 1, "own").tolist()
        [[1.0, 2.0]]
    """
    found = np.asarray(returned, dtype=np.float64)
    if found.ndim != 2 or len(found) != n or not found.shape[1]:
        raise ScoreError(f"extractor {spec!r} returned shape {found.shape} for {n} inputs: expected [{n}, features]")
    if not np.isfinite(found).all():
        raise ScoreError(f"extractor {spec!r} returned a nan or infinite feature")
    return found
