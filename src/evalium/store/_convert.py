"""Entries to Arrow, a column at a time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from evalium.core import Record, Score

from ._entry import Entry
from ._schema import Column, Kind, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 2048
"""Entries converted at a time: columns of Python objects stay small, and other threads get their turn in between."""

_json = msgspec.json.Encoder(order="deterministic")


def tables(kind: Kind, entries: Iterable[Entry], columns: Sequence[Column]) -> pa.Table:
    """Turn entries into an Arrow table with the given columns.

    Structured values become JSON text with sorted keys; numbers in it that are not finite become null.

    Args:
        kind: Whether the records or the scores are wanted.
        entries: What a segment holds.
        columns: Columns of that kind.
    """
    import pyarrow as pa

    schema = arrow_schema(columns, coded=False)
    source = iter(entries)
    batches = []
    while chunk := list(islice(source, BATCH)):
        rows, times = _flatten(kind, chunk)
        arrays = [_array(column, schema.field(column.name).type, rows, times) for column in columns]
        batches.append(pa.record_batch(arrays, schema=schema))
        # Lets an event loop in another thread go on at once instead of after the interpreter's switch interval.
        time.sleep(0)
    return pa.Table.from_batches(batches, schema=schema)


def _flatten(kind: Kind, chunk: list[Entry]) -> tuple[list[Any], list[int]]:
    if kind == "records":
        kept = [entry for entry in chunk if entry.record is not None]
        return [entry.record for entry in kept], [entry.at for entry in kept]
    pairs = [(score, entry.at) for entry in chunk for score in entry.scores]
    return [score for score, _ in pairs], [at for _, at in pairs]


def _array(column: Column, type_: pa.DataType, rows: list[Any], times: list[int]) -> pa.Array:
    import pyarrow as pa

    if column.name == "written_at":
        return pa.array(times, type_)
    if column.name == "day":
        return pa.array(_days(rows, times), type_)
    values: Iterator[Any] = map(attrgetter(column.name), rows)
    if column.name == "status":
        return pa.array([status.value for status in values], type_)
    if column.type == "json":
        return pa.array(_json_texts(values), type_)
    return pa.array(list(values), type_)


def _json_texts(values: Iterable[Any]) -> list[str | None]:
    encode: Callable[[Any], bytes] = _json.encode
    texts: list[str | None] = []
    for value in values:
        # What equals its default, such as no choices or no attributes, is absent rather than "()" or "{}".
        empty = value is None or (isinstance(value, (tuple, dict)) and not value)
        texts.append(None if empty else encode(value).decode())
    return texts


def _days(rows: Sequence[Record | Score], times: Sequence[int]) -> list[int]:
    """Days since 1970 of the call's start; of the time of writing where the record does not know it."""
    days = []
    for row, at in zip(rows, times, strict=True):
        started = row.started_at if isinstance(row, Record) else 0.0
        believable = math.isfinite(started) and 0 < started < _LAST_DAY * 86_400
        days.append(int(started // 86_400) if believable else at // 86_400_000_000_000)
    return days


_LAST_DAY = (date.max - date(1970, 1, 1)).days
