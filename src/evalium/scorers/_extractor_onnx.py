"""Vectors from a model in an ONNX file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evalium.core import ConfigError

from ._extractors import Floats, checked, no_texts


class OnnxExtractor:
    """`onnx/FILE`: one input [batch, 3, height, width], the first output flattened.

    Images are resized to the input's declared height and width (bicubic) and given as numbers from 0 to 1; further
    normalisation belongs into the model.
    """

    def __init__(self, name: str, base: Path) -> None:
        self._name = f"onnx/{name}"
        path = (base / name).expanduser()
        if not path.is_file():
            raise ConfigError(f"extractor {self._name!r}: there is no file {str(path)!r}")
        import onnxruntime

        self.identity = f"onnx|{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}"
        self._session = onnxruntime.InferenceSession(str(path), providers=onnxruntime.get_available_providers())
        self._input = self._session.get_inputs()[0]
        shape = self._input.shape
        if len(shape) != 4 or not all(isinstance(side, int) for side in shape[2:]):
            raise ConfigError(f"extractor {self._name!r}: its input must be [batch, 3, height, width], it is {shape}")
        self._size = (shape[3], shape[2])

    def images(self, images: Sequence[Any]) -> Floats:
        """Vectors [n, d]."""
        from PIL.Image import Resampling

        each = [np.asarray(image.resize(self._size, Resampling.BICUBIC), dtype=np.float32) / 255 for image in images]
        found = self._session.run(None, {self._input.name: np.stack(each).transpose(0, 3, 1, 2)})[0]
        return checked(np.asarray(found).reshape(len(images), -1), len(images), self._name)

    def texts(self, texts: Sequence[str]) -> Floats:
        """It reads images only."""
        raise no_texts(self._name)
