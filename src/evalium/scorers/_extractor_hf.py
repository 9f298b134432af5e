"""Vectors from models of transformers: CLIP and its like, DINOv2, ViT."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evalium.core import ConfigError

from ._extractors import Floats, checked, no_texts


class HfExtractor:
    """A model of transformers out of a folder, or out of the local cache of the hub.

    CLIP and its like give their projected embeddings of images and texts. Other vision models give their pooled output,
    or the state of the first token where they have none. Evaluated without dropout, in float32, on the first GPU where
    there is one.
    """

    def __init__(self, name: str, base: Path) -> None:
        folder = (base / name).expanduser()
        self._name = f"hf/{name}"
        self._source = str(folder.resolve()) if folder.is_dir() else name
        if not folder.is_dir() and (name.startswith((".", "/", "~")) or name.count("/") > 1):
            raise ConfigError(f"extractor {self._name!r}: there is no folder {str(folder)!r}")
        self._model = self._load()
        config = self._model.config
        commit = getattr(config, "_commit_hash", None)
        told = _folder_hash(folder) if folder.is_dir() else f"{name}@{commit}"
        self.identity = f"hf|{told}"
        self._images_by = self._processor()
        self._texts_by: Any = None

    def images(self, images: Sequence[Any]) -> Floats:
        """Vectors [n, d]."""
        import torch

        given = self._images_by(images=list(images), return_tensors="pt").to(self._model.device)
        with torch.inference_mode():
            if hasattr(self._model, "get_image_features"):
                found = _tensor(self._model.get_image_features(**given))
            else:
                found = _tensor(self._model(**given))
        return checked(found.float().cpu().numpy(), len(images), self._name)

    def texts(self, texts: Sequence[str]) -> Floats:
        """Vectors [n, d]; text longer than the model's context is cut."""
        if not hasattr(self._model, "get_text_features"):
            raise no_texts(self._name)
        import torch

        if self._texts_by is None:
            self._texts_by = self._tokenizer()
        given = self._texts_by(list(texts), padding=True, truncation=True, return_tensors="pt").to(self._model.device)
        with torch.inference_mode():
            found = _tensor(self._model.get_text_features(**given))
        return checked(found.float().cpu().numpy(), len(texts), self._name)

    def _load(self) -> Any:
        import torch
        from transformers import AutoModel

        try:
            model = AutoModel.from_pretrained(self._source, local_files_only=True, dtype=torch.float32)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"extractor {self._name!r} cannot be loaded: {_first_line(error)}. Give a folder of weights, or "
                f"download it first: hf download {self._name.removeprefix('hf/')}"
            ) from error
        return model.eval().to("cuda" if torch.cuda.is_available() else "cpu")

    def _processor(self) -> Any:
        from transformers import AutoImageProcessor

        try:
            return AutoImageProcessor.from_pretrained(self._source, local_files_only=True)
        except (OSError, ValueError, ImportError) as error:
            raise ConfigError(
                f"extractor {self._name!r} says not how images are resized (preprocessor_config.json): "
                f"{_first_line(error)}"
            ) from error

    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        try:
            tokenizer = AutoTokenizer.from_pretrained(self._source, local_files_only=True)
        except (OSError, ValueError, ImportError) as error:
            raise ConfigError(f"extractor {self._name!r} has no tokenizer for texts: {_first_line(error)}") from error
        longest = getattr(getattr(self._model.config, "text_config", None), "max_position_embeddings", None)
        if longest is not None:
            tokenizer.model_max_length = min(tokenizer.model_max_length, longest)
        return tokenizer


def _tensor(output: Any) -> Any:
    """The vector of each input, whichever way a model hands it out."""
    if not hasattr(output, "last_hidden_state") and not hasattr(output, "pooler_output"):
        return output
    pooled = getattr(output, "pooler_output", None)
    found = output.last_hidden_state[:, 0] if pooled is None else pooled
    return found.flatten(1)


def _folder_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
        digest.update(f"{file.relative_to(folder).as_posix()} {file.stat().st_size}\n".encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:32]


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
