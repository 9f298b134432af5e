"""The small datasets that come with scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from evalium.core import MissingExtra, UnknownName

from ._source import BadRows, Row, Source

LOADERS = ("breast_cancer", "diabetes", "digits", "iris", "wine")
"""Those that need no download and have one target; `diabetes` is a regression."""


class SklearnSet(Source):
    """Rows of a built-in scikit-learn dataset: one field a feature, and `target`.

    The target is the name of the class as text, or a number for a regression. The input is a mapping of all features
    unless the plan says otherwise.

    Args:
        name: One of `LOADERS`.
        folder: Where paths of media would start.

    Raises:
        UnknownName: There is no such dataset.
        MissingExtra: scikit-learn is not installed.
    """

    def __init__(self, name: str, folder: Path) -> None:
        if name not in LOADERS:
            raise UnknownName("scikit-learn dataset", name, LOADERS)
        self.name, self.folder, self.size = name, folder, 0
        self.label = f"sklearn/{name}"
        self.default_input = {feature: feature for feature in self._data["features"]}
        self.default_target = "target"

    def rows(self, bad: BadRows) -> Iterator[Row]:
        """Give the rows in order."""
        features = self._data["features"]
        for number, (values, target) in enumerate(zip(self._data["rows"], self._data["targets"], strict=True), 1):
            yield number, -1, {**dict(zip(features, values, strict=True)), "target": target}

    def known_count(self) -> int | None:
        """Number of rows."""
        return len(self._data["targets"])

    @cached_property
    def _data(self) -> dict[str, list[Any]]:
        try:
            import sklearn.datasets as library
        except ImportError as error:
            raise MissingExtra(f"data.sklearn: {self.name}", "sklearn") from error
        bunch = getattr(library, f"load_{self.name}")()
        targets = bunch.target.tolist()
        if "target_names" in bunch:
            names = [str(name) for name in bunch.target_names]
            targets = [names[t] for t in targets]
        return {"features": list(bunch.feature_names), "rows": bunch.data.tolist(), "targets": targets}
