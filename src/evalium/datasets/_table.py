"""What csv and tsv share: named columns and rows of as many cells."""

from __future__ import annotations

from evalium.core import DataError

from ._files import DataFile
from ._lines import is_utf8
from ._source import Source


class Table(Source):
    """A text table; cells stay text, an empty one stands for no value.

    Args:
        file: The file.
        encoding: Its encoding.
        columns: Names of the columns; None takes them from the first line.
    """

    by_line = True
    plain = True
    empty_is_missing = True

    def __init__(self, file: DataFile, encoding: str, columns: tuple[str, ...] | None) -> None:
        self.file, self.encoding, self.columns = file, encoding, columns
        self.label, self.folder = file.label, file.path.parent
        self.seekable = file.packing is None and is_utf8(encoding)
        self.size = file.size
        self.header: list[str] = []

    def take_header(self, cells: list[str]) -> list[str]:
        """Name the columns after the first line; a nameless one is called after its position.

        Raises:
            DataError: Two columns have the same name.
        """
        names = [cell or f"column_{i}" for i, cell in enumerate(cells, 1)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DataError(f"{self.label}:1: the header names {twice[0]!r} twice; rename one, or set data.columns")
        return names

    def wrong_width(self, cells: list[str]) -> str:
        """Say that a row has too many or too few cells."""
        origin = "data.columns names" if self.columns else "the header has"
        return f"{len(cells)} cells, but {origin} {len(self.header)}"
