"""Entries to Arrow, a column at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec

from evalium.core import Record, Score, Status, StoreError

from ._arrays import to_array
from ._schema import Column, Kind, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 256
"""Entries converted at a time: columns of Python objects stay small, and other threads get their turn in between."""

Row = dict[str, Any]
"""Fields of a record or score as the journal has them: those that are at their default are absent."""

_json = msgspec.json.Encoder(order="deterministic").encode


_ABSENT = object()
"""Stands where a row lacks a field; no array takes it, as a field without a default never is absent."""


def _defaults(struct: type[msgspec.Struct]) -> Row:
    plain = {
        field.name: field.default for field in msgspec.structs.fields(struct) if field.default is not msgspec.NODEFAULT
    }
    return {name: value.value if isinstance(value, Status) else value for name, value in plain.items()}


_DEFAULTS: dict[Kind, Row] = {"records": _defaults(Record), "scores": _defaults(Score)}


def tables(entries: Iterable[Row], wanted: Mapping[Kind, Sequence[Column]]) -> dict[Kind, pa.Table]:
    """Turn entries into Arrow tables.

    Structured values become JSON text with sorted keys; numbers in it that are not finite become null.

    Args:
        entries: What a segment holds; consumed a batch at a time, so that it may be larger than memory likes.
        wanted: Columns by kind of row.

    Raises:
        StoreError: A field holds something of another type.
    """
    import pyarrow as pa

    schemas = {kind: arrow_schema(columns, coded=False) for kind, columns in wanted.items()}
    batches: dict[Kind, list[pa.RecordBatch]] = {kind: [] for kind in wanted}
    source = iter(entries)
    while chunk := list(islice(source, BATCH)):
        for kind, columns in wanted.items():
            rows, times = _flatten(kind, chunk)
            if rows:
                batches[kind].append(_batch(kind, columns, schemas[kind], rows, times))
        # Lets an event loop in another thread go on at once instead of after the interpreter's switch interval.
        time.sleep(0)
    return {kind: pa.Table.from_batches(batches[kind], schema=schemas[kind]) for kind in wanted}


def _flatten(kind: Kind, chunk: Sequence[Row]) -> tuple[list[Row], list[int]]:
    if kind == "records":
        kept = [entry for entry in chunk if entry.get("record") is not None]
        return [entry["record"] for entry in kept], [entry["at"] for entry in kept]
    pairs = [(score, entry["at"]) for entry in chunk for score in entry.get("scores", ())]
    return [score for score, _ in pairs], [at for _, at in pairs]


def _batch(
    kind: Kind, columns: Sequence[Column], schema: pa.Schema, rows: list[Row], times: list[int]
) -> pa.RecordBatch:
    import pyarrow as pa

    given = _columns(rows, {column.name for column in columns})
    arrays = []
    for column, type_ in zip(columns, schema.types, strict=True):
        if column.name == "written_at":
            arrays.append(to_array(times, type_))
        elif column.name == "day":
            arrays.append(to_array(_days(kind, rows, times), type_))
        else:
            arrays.append(_array(kind, column, type_, given.get(column.name), len(rows)))
    return pa.record_batch(arrays, schema=schema)


def _columns(rows: list[Row], wanted: set[str]) -> dict[str, list[Any]]:
    """The fields that any of the rows has, with `_ABSENT` where one lacks it."""
    shapes = set(map(tuple, rows))
    names = sorted(wanted.intersection(*shapes) if len(shapes) == 1 else wanted.intersection(set().union(*shapes)))
    if len(shapes) == 1 and len(names) > 1:
        return dict(zip(names, map(list, zip(*map(itemgetter(*names), rows), strict=True)), strict=True))
    return {name: [row.get(name, _ABSENT) for row in rows] for name in names}


def _array(kind: Kind, column: Column, type_: pa.DataType, given: list[Any] | None, count: int) -> pa.Array:
    """One column; `given` is None where every row is at the default."""
    import pyarrow as pa

    default = None if column.type == "json" else _DEFAULTS[kind].get(column.name, _ABSENT)
    if given is None:
        return pa.nulls(count, type_) if default is None else _constant(default, type_, count)
    values = [default if value is _ABSENT else value for value in given] if _ABSENT in given else given
    try:
        if column.coded and values.count(values[0]) == count and isinstance(values[0], str):
            return _constant(values[0], type_, count)
        if column.type == "json":
            values = _texts(values, empty=column.name == "target")
        return to_array(values, type_)
    except (TypeError, OverflowError) as error:
        raise StoreError(
            f"the {column.name!r} of one of {count} {kind} in the journal cannot be stored: {error}"
        ) from error


@lru_cache(128)
def _constant(value: Any, type_: pa.DataType, count: int) -> pa.Array:
    return to_array([value] * count, type_)


def _texts(values: Iterable[Any], *, empty: bool) -> list[str | None]:
    """JSON text; unless `empty` counts, no choices, no attributes and the like are absent rather than "[]" or "{}"."""
    if empty:
        return [None if value is None else _json(value).decode() for value in values]
    return [_json(value).decode() if value else None for value in values]


def _days(kind: Kind, rows: Sequence[Row], times: Sequence[int]) -> list[int]:
    """Days since 1970 of the call's start; of the time of writing where the record does not know it."""
    written = [at // 86_400_000_000_000 for at in times]
    if kind == "scores":
        return written
    started = [row.get("started_at", 0.0) // 86_400 for row in rows]
    return [int(day) if 0 < day < _LAST_DAY else other for day, other in zip(started, written, strict=True)]


_LAST_DAY = (date.max - date(1970, 1, 1)).days
