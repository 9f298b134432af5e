"""Vectors from the Inception of FID and from models of torchvision, with weights out of a local file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evalium.core import ConfigError

from ._extractors import Floats, checked, no_texts

LAYERS = ("64", "192", "768", "2048", "logits", "logits_unbiased")


class TorchExtractor:
    """A torch module with its own way to make a batch of Pillow images."""

    def __init__(self, name: str, identity: str, work: Callable[[Sequence[Any]], Any]) -> None:
        self.identity = identity
        self._name, self._work = name, work

    def images(self, images: Sequence[Any]) -> Floats:
        """Vectors [n, d]."""
        import torch

        with torch.inference_mode():
            found = self._work(images)
        return checked(found.flatten(1).float().cpu().numpy(), len(images), self._name)

    def texts(self, texts: Sequence[str]) -> Floats:
        """None of these models reads texts."""
        raise no_texts(self._name)


def inception_of_fidelity(name: str, base: Path) -> TorchExtractor:
    """The Inception that FID is defined by: `torch-fidelity/2048:pt_inception.pth`.

    It resizes to 299 x 299 itself, as TensorFlow 1 did. Layers: 64, 192, 768, 2048 (FID, KID), `logits_unbiased`
    (inception score) and `logits`.

    Raises:
        ConfigError: The layer is unknown, or there is no file of weights.
    """
    spec = f"torch-fidelity/{name}"
    layer, weights = _split(name, base, spec)
    if layer not in LAYERS:
        raise ConfigError(f"extractor {spec!r}: the layer must be one of {', '.join(LAYERS)}, got {layer!r}")
    import torch
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = FeatureExtractorInceptionV3("inception-v3-compat", [layer], feature_extractor_weights_path=str(weights))
    model = model.eval().to(device)

    def work(images: Sequence[Any]) -> Any:
        # Images of one batch may differ in size: each is resized by the network itself.
        each = [torch.from_numpy(np.array(i, dtype=np.uint8)).permute(2, 0, 1)[None].to(device) for i in images]
        return torch.cat([model(one)[0] for one in each])

    return TorchExtractor(spec, f"torch-fidelity|{layer}|{_hash(weights)}", work)


def model_of_torchvision(name: str, base: Path) -> TorchExtractor:
    """A classifier of torchvision without its last layer: `torchvision/resnet18:resnet18.pth`.

    Images are resized and normalised as its default weights declare. Features of torchvision's `inception_v3` are not
    those that FID is defined by: the signature tells them apart.

    Raises:
        ConfigError: There is no such model or file of weights, or they do not fit.
    """
    spec = f"torchvision/{name}"
    kind, weights = _split(name, base, spec)
    import torch
    from torchvision import models

    try:
        declared = models.get_model_weights(kind).DEFAULT.transforms()
        model = models.get_model(kind, weights=None)
        model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    except (ValueError, RuntimeError) as error:
        raise ConfigError(f"extractor {spec!r}: {str(error).partition(chr(10))[0]}") from error
    last = next((part for part in ("fc", "classifier", "head", "heads") if hasattr(model, part)), None)
    if last is None:
        raise ConfigError(
            f"extractor {spec!r}: it has no last layer to take off; write it as a file.py:name of your own"
        )
    setattr(model, last, torch.nn.Identity())
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = model.eval().to(device)
    return TorchExtractor(
        spec,
        f"torchvision|{kind}|{_hash(weights)}",
        lambda images: model(torch.stack([declared(image) for image in images]).to(device)),
    )


def _split(name: str, base: Path, spec: str) -> tuple[str, Path]:
    kind, colon, file = name.partition(":")
    path = (base / file).expanduser()
    if not colon or not path.is_file():
        raise ConfigError(f"extractor {spec!r}: there is no file of weights {file!r}; write it as NAME:WEIGHTS.pth")
    return kind, path


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:32]
