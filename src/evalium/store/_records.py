"""A run's records in whatever form the analysis wants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from evalium.core import MissingExtra, Record

from ._read import Reader
from ._structs import structs
from ._views import connect

if TYPE_CHECKING:
    import duckdb
    import pandas
    import polars
    import pyarrow as pa


class Records:
    """Records of some runs; nothing is read before it is asked for.

    Args:
        reader: Where they lie.
        runs: Ids; None is every run.
    """

    def __init__(self, reader: Reader, runs: Collection[str] | None) -> None:
        self._reader, self._runs = reader, runs

    def arrow(self, columns: Iterable[str] | None = None, *, text: bool = False) -> pa.Table:
        """As an Arrow table.

        Args:
            columns: Columns; None takes all scalar ones.
            text: Whether long columns (input, output, target, ...) come too.

        Raises:
            StoreError: A column does not exist or the lake cannot be read.
        """
        return self._reader.table("records", {"run": self._runs}, columns, text=text, live=True)

    def pandas(self, columns: Iterable[str] | None = None, *, text: bool = False) -> pandas.DataFrame:
        """As a pandas frame; dictionary-encoded columns are categories.

        Raises:
            MissingExtra: pandas is not installed.
        """
        if find_spec("pandas") is None:
            raise MissingExtra("records as a pandas frame", "pandas")
        return self.arrow(columns, text=text).to_pandas()

    def polars(self, columns: Iterable[str] | None = None, *, text: bool = False) -> polars.DataFrame:
        """As a polars frame.

        Raises:
            MissingExtra: polars is not installed.
        """
        if find_spec("polars") is None:
            raise MissingExtra("records as a polars frame", "polars")
        import polars

        return polars.from_arrow(self.arrow(columns, text=text))

    def duckdb(self) -> duckdb.DuckDBPyConnection:
        """As a DuckDB connection with the views `records` and `scores`."""
        return connect(self._reader, self._runs)

    def attribute(self, name: str) -> list[Any]:
        """The value of one attribute for each record, None where a record lacks it, in the order of `arrow()`."""
        return attribute(self.arrow(["attributes"]), name)

    def __iter__(self) -> Iterator[Record]:
        return structs(self.arrow(text=True), Record)

    def __len__(self) -> int:
        return len(self.arrow(["sample"]))


def attribute(table: pa.Table, name: str) -> list[Any]:
    """Read one attribute out of the JSON column `attributes`; each distinct text is parsed once.

    Args:
        table: Records with the column `attributes`.
        name: The attribute.

    Returns:
        A value for each row, None where the row lacks it.

    Example:
        >>> import pyarrow as pa
        >>> rows = pa.table({"attributes": pa.array(['{"lang":"de"}', None, '{"lang":"en"}']).dictionary_encode()})
        >>> attribute(rows, "lang")
        ['de', None, 'en']
    """
    import msgspec

    parse = msgspec.json.Decoder(dict[str, Any]).decode
    values: list[Any] = []
    for chunk in table.column("attributes").chunks:
        known = [parse(text).get(name) for text in chunk.dictionary.to_pylist()]
        values += [None if index is None else known[index] for index in chunk.indices.to_pylist()]
    return values
