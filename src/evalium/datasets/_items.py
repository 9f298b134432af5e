"""Samples written into the plan itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evalium.core import Sample

from ._source import BadRows, Row, Source


class Items(Source):
    """Rows given as a list; a bare text is a row with the one field `input`.

    Args:
        items: Mappings, texts or samples.
        folder: Where paths of media start.
    """

    label = "data.items"
    size = 0

    def __init__(self, items: tuple[Any, ...], folder: Path) -> None:
        self.items, self.folder = items, folder

    def rows(self, bad: BadRows) -> Iterator[Row]:
        """Give the items in order."""
        for number, item in enumerate(self.items, 1):
            if isinstance(item, (Mapping, Sample)):
                yield number, -1, item
            elif isinstance(item, str):
                yield number, -1, {"input": item}
            else:
                bad.lost(self, number, f"{type(item).__name__} {item!r}: write a text, a mapping or a sample")

    def known_count(self) -> int | None:
        """Number of items."""
        return len(self.items)
