"""Entries to Arrow, a column at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from evalium.core import Score, Status

from ._entry import Entry
from ._schema import Column, Kind, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 512
"""Entries converted at a time: columns of Python objects stay small, and other threads get their turn in between."""

_json = msgspec.json.Encoder(order="deterministic").encode
_STATUS = {status: status.value for status in Status}


def tables(entries: Iterable[Entry], wanted: Mapping[Kind, Sequence[Column]]) -> dict[Kind, pa.Table]:
    """Turn entries into Arrow tables.

    Structured values become JSON text with sorted keys; numbers in it that are not finite become null.

    Args:
        entries: What a segment holds; consumed a batch at a time, so that it may be larger than memory likes.
        wanted: Columns by kind of row.
    """
    import pyarrow as pa

    schemas = {kind: arrow_schema(columns, coded=False) for kind, columns in wanted.items()}
    batches: dict[Kind, list[pa.RecordBatch]] = {kind: [] for kind in wanted}
    source = iter(entries)
    while chunk := list(islice(source, BATCH)):
        for kind, columns in wanted.items():
            rows, times = _flatten(kind, chunk)
            if rows:
                arrays = [_array(column, schemas[kind].field(column.name).type, rows, times) for column in columns]
                batches[kind].append(pa.record_batch(arrays, schema=schemas[kind]))
        # Lets an event loop in another thread go on at once instead of after the interpreter's switch interval.
        time.sleep(0)
    return {kind: pa.Table.from_batches(batches[kind], schema=schemas[kind]) for kind in wanted}


def _flatten(kind: Kind, chunk: Sequence[Entry]) -> tuple[list[Any], list[int]]:
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
        return pa.array(_days(rows, times), pa.int32()).cast(type_)
    values: list[Any] = list(map(attrgetter(column.name), rows))
    if values.count(None) == len(values):
        return pa.nulls(len(values), type_)
    if column.name == "status":
        values = [_STATUS[status] for status in values]
    elif column.name == "target" and column.type == "json":
        values = [None if value is None else _json(value).decode() for value in values]
    elif column.type == "json":
        # No choices, no attributes and the like are absent rather than "[]" or "{}".
        values = [_json(value).decode() if value else None for value in values]
    return pa.array(values, type_)


def _days(rows: Sequence[Any], times: Sequence[int]) -> Any:
    """Days since 1970 of the call's start; of the time of writing where the record does not know it."""
    import numpy as np

    written = np.array(times) // 86_400_000_000_000
    if isinstance(rows[0], Score):
        return written
    started = np.floor(np.array([row.started_at for row in rows]) / 86_400)
    believable = (started > 0) & (started < _LAST_DAY)
    return np.where(believable, np.where(believable, started, 0).astype(np.int64), written)


_LAST_DAY = (date.max - date(1970, 1, 1)).days
