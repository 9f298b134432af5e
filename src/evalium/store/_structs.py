"""Rows back to the structs that they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from evalium.core import Record, Score

from ._schema import COLUMNS, Kind

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T", Record, Score)

_STEP = 1024
_decode = msgspec.json.Decoder().decode
_KIND: dict[type[Any], Kind] = {Record: "records", Score: "scores"}


def structs(table: pa.Table, type_: type[T]) -> Iterator[T]:
    """Yield the rows of a table as records or scores; a column that the table lacks has its default.

    Args:
        table: As read from the workspace.
        type_: `Record` or `Score`.

    Raises:
        msgspec.ValidationError: The table lacks a column that has no default.
    """
    structured = {c.name for c in COLUMNS[_KIND[type_]] if c.type == "json"}
    names = [name for name in table.column_names if name in type_.__struct_fields__]
    narrowed = table.select(names)
    for start in range(0, len(narrowed), _STEP):
        for row in narrowed.slice(start, _STEP).to_pylist():
            filled = {name: value for name, value in row.items() if value is not None}
            for name in structured & filled.keys():
                filled[name] = _decode(filled[name])
            yield msgspec.convert(filled, type_)
