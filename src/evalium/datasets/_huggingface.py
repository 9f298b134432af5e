"""Datasets of the Hugging Face `datasets` library: by hub name, local path, or saved to disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evalium.core import ConfigError, DataError, MissingExtra, did_you_mean

from ._source import BadRows, Row, Source


class HuggingFace(Source):
    """Rows of one split, streamed.

    Images and sounds are handed on as they are stored, not decoded.

    Args:
        name: Name on the hub, a folder or file, or a folder written by `save_to_disk`; local ones win.
        base: The plan's folder.
        split: Split to read; None where there is only one.
        options: Further arguments of `load_dataset`, such as `name` (the configuration) or `revision`.

    Raises:
        MissingExtra: The library is not installed.
    """

    splits_itself = True

    def __init__(self, name: str, base: Path, split: str | None, options: dict[str, Any]) -> None:
        # Read when the library is first imported; evalium sends nothing that was not asked for.
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        try:
            import datasets
        except ImportError as error:
            raise MissingExtra(f"data.huggingface: {name}", "datasets") from error
        self._library: Any = datasets
        self.name, self.split, self.options = name, split, options
        self.label = f"huggingface/{name}"
        local = base / name
        self.local = local if local.exists() else None
        self.folder = base if self.local is None else local if local.is_dir() else local.parent
        self._opened: Any = None

    def rows(self, bad: BadRows) -> Iterator[Row]:
        """Read the split in order."""
        number = 0
        try:
            for number, row in enumerate(self._dataset(), 1):
                yield number, -1, row
        except (self._library.exceptions.DatasetsError, OSError, ValueError) as error:
            raise DataError(f"{self.label}: after row {number}: {error}") from error

    def known_count(self) -> int | None:
        """Number of rows, where the library knows it."""
        dataset = self._dataset()
        if hasattr(dataset, "num_rows"):
            return int(dataset.num_rows)
        splits = getattr(dataset.info, "splits", None) or {}
        info = splits.get(str(dataset.split))
        return int(info.num_examples) if info is not None and info.num_examples else None

    def _dataset(self) -> Any:
        if self._opened is None:
            try:
                self._opened = self._undecoded(self._one_split(self._load()))
            except (self._library.exceptions.DatasetsError, OSError, ValueError, TypeError) as error:
                raise DataError(f"data.huggingface: {self.name!r} cannot be loaded: {error}") from error
        return self._opened

    def _load(self) -> Any:
        if self.local is not None and self.local.is_dir():
            if any((self.local / name).exists() for name in ("state.json", "dataset_dict.json")):
                return self._library.load_from_disk(str(self.local))
        if self.local is not None and self.local.is_file():
            suffix = self.local.suffix.lstrip(".")
            kind = {"jsonl": "json", "tsv": "csv"}.get(suffix, suffix)
            return self._library.load_dataset(kind, data_files=str(self.local), streaming=True, **self.options)
        return self._library.load_dataset(str(self.local or self.name), streaming=True, **self.options)

    def _one_split(self, loaded: Any) -> Any:
        if not isinstance(loaded, dict):
            if self.split is not None and str(loaded.split) not in {self.split, "None"}:
                raise ConfigError(f"data.split: {self.name!r} has only the split {str(loaded.split)!r}")
            return loaded
        if self.split is None and len(loaded) == 1:
            return next(iter(loaded.values()))
        if self.split is None:
            raise ConfigError(f"data.split: {self.name!r} has several splits: set one of {', '.join(sorted(loaded))}")
        if self.split not in loaded:
            raise ConfigError(
                f"data.split: {self.name!r} has no split {self.split!r}.{did_you_mean(self.split, loaded)}"
            )
        return loaded[self.split]

    def _undecoded(self, dataset: Any) -> Any:
        for field, feature in (dataset.features or {}).items():
            if type(feature).__name__ in {"Image", "Audio"}:
                dataset = dataset.cast_column(field, type(feature)(decode=False))
        return dataset
