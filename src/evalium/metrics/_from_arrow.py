"""A frame from stored records and scores, joined on (sample, epoch), without Python objects for scalar columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from evalium.core import DataError, Status
from evalium.store import to_numpy

from ._grouping import independent_or_codes, inverse_probability
from ._keys import unit_keys
from .column import Category, Codes, Floats, Probabilities, as_text, recode
from .frame import ATTRIBUTE, STATUS_CODE, Frame, StatusCodes

if TYPE_CHECKING:
    import pyarrow as pa

Positions = npt.NDArray[np.int64]

RECORD_NUMBERS = (
    "latency", "ttft", "itl", "queue_time", "retry_time", "service_time", "input_tokens", "output_tokens",
    "cached_tokens", "reasoning_tokens", "cost", "started_at", "attempts", "cached",
)  # fmt: skip
SCORE_NUMBERS = ("value", "cost", "latency")


def from_arrow(records: pa.Table, scores: Mapping[str, pa.Table], *, keys: bool = False) -> Frame:
    """Build a frame from stored records and the scores of each scorer.

    Steps of a trace and calls that are not the subject's (judges, simulated users) are no units and are left out. Units
    without a score row have the score status `missing`. Without a declared cluster, repeats (epochs) of one sample form
    a cluster.

    Args:
        records: Rows of the record table, any columns of it; `sample` at least. Attributes are JSON text.
        scores: Rows of the score table by scorer, each (sample, epoch) once.
        keys: Whether to keep each unit's identity across runs, for pairing; needs `sample_hash`.

    Raises:
        DataError: A record column is missing, or a (sample, epoch) occurs twice.

    Example:
        >>> import pyarrow as pa
        >>> records = pa.table({"sample": ["1", "2"], "status": ["ok", "timeout"], "latency": [0.5, None]})
        >>> frame = from_arrow(records, {"exact": pa.table({"sample": ["1"], "status": ["ok"], "value": [1.0]})})
        >>> frame.number("exact.value").tolist(), frame.scored("exact").tolist()
        ([1.0, nan], [0, 6])
    """
    units = _units(records)
    if "sample" not in units.column_names:
        raise DataError(f"records need the column 'sample'; got {', '.join(units.column_names)}")
    joins = _Joins(units, scores)
    numbers = {name: _floats(units[name]) for name in RECORD_NUMBERS if name in units.column_names}
    weights = _floats(units["probability"]) if "probability" in units.column_names else None
    frame = Frame(
        n=len(units),
        numbers=numbers,
        categories=dict(_attributes(units)),
        status=_statuses(units, Status.OK),
        clusters=_clusters(units, joins),
        weights=inverse_probability(weights),
        keys=unit_keys(units) if keys else None,
    )
    for scorer, table in scores.items():
        _add_scores(frame, scorer, table, joins.rows_of(scorer))
    return frame


def _units(records: pa.Table) -> pa.Table:
    import pyarrow as pa

    keep = np.ones(len(records), dtype=bool)
    for column, kept in (("kind", ("call", "trace")), ("role", ("subject",))):
        if column in records.column_names:
            codes, values = _codes(records[column])
            keep &= np.array([*(value in kept for value in values), False])[codes]
    if keep.all():
        return records
    # `pyarrow.array` would import pandas wherever it is installed, which costs half a second
    bits = pa.py_buffer(np.packbits(keep, bitorder="little"))
    return records.filter(pa.Array.from_buffers(pa.bool_(), len(keep), [None, bits]))


class _Joins:
    """Where the score of each unit lies: samples coded once over all tables, then a direct table lookup."""

    def __init__(self, units: pa.Table, scores: Mapping[str, pa.Table]) -> None:
        import pyarrow as pa

        tables = [units, *scores.values()]
        text = pa.chunked_array(
            [chunk.cast(pa.large_string()) for t in tables for chunk in _decoded(t["sample"]).chunks], pa.large_string()
        )
        codes = _codes(text)[0]
        epochs = [_epochs(table) for table in tables]
        ends = np.cumsum([len(table) for table in tables])
        width = 1 + max((int(e.max(initial=0)) for e in epochs), default=0)
        samples = np.split(codes, ends[:-1])
        self.samples = samples[0]
        self.repeated = width > 1
        self._size = (int(codes.max(initial=-1)) + 1) * width
        self._keys = [s.astype(np.int64) * width + e for s, e in zip(samples, epochs, strict=True)]
        self._position = {name: i + 1 for i, name in enumerate(scores)}
        _refuse_repeats(self._keys[0], self._size, units, "records")
        for name, table in scores.items():
            _refuse_repeats(self._keys[self._position[name]], self._size, table, f"scores of {name!r}")

    def rows_of(self, scorer: str) -> Positions:
        """[n] row of the scorer's table for each unit, -1 where there is none."""
        keys = self._keys[self._position[scorer]]
        if len(keys) == len(self._keys[0]) and np.array_equal(keys, self._keys[0]):
            return np.arange(len(keys))
        table = np.full(self._size, -1, dtype=np.int64)
        table[keys] = np.arange(len(keys))
        found: Positions = table[self._keys[0]]
        return found


def _refuse_repeats(keys: Positions, size: int, table: pa.Table, what: str) -> None:
    counts = np.bincount(keys, minlength=size)
    if len(keys) and counts.max() > 1:
        row = int(np.argmax(counts[keys] > 1))
        epoch = int(_epochs(table)[row])
        raise DataError(f"{what}: sample {table['sample'][row].as_py()!r}, epoch {epoch} occurs more than once")


def _epochs(table: pa.Table) -> Positions:
    if "epoch" not in table.column_names:
        return np.zeros(len(table), dtype=np.int64)
    return _floats(table["epoch"]).astype(np.int64)


def _add_scores(frame: Frame, scorer: str, table: pa.Table, rows: Positions) -> None:
    # Row -1 is the last of each column, which is a blank one appended for it.
    names = set(table.column_names)
    for name in SCORE_NUMBERS:
        if name in names:
            frame.numbers[f"{scorer}.{name}"] = np.append(_floats(table[name]), np.nan)[rows]
    classes = [name for name in ("label", "target") if name in names and table[name].null_count < len(table)]
    for name, column in zip(classes, _together([table[name] for name in classes]), strict=True):
        codes = np.append(column.codes, np.int32(-1))[rows]
        frame.categories[f"{scorer}.{name}"] = Category(codes, column.values)
    status = np.append(_statuses(table, Status.OK), np.int8(STATUS_CODE[Status.MISSING]))[rows]
    frame.score_status[scorer] = status
    if "values" in names:
        for name, numbers in _mapping_numbers(table["values"]).items():
            frame.numbers[f"{scorer}.values.{name}"] = np.append(numbers, np.nan)[rows]
    if "probabilities" in names and table["probabilities"].null_count < len(table):
        encoded = Probabilities.encode(_mappings(table["probabilities"]))
        padded = np.concatenate([encoded.values, np.full((1, len(encoded.classes)), np.nan)])
        frame.probabilities[scorer] = Probabilities(padded[rows], encoded.classes)
    if "signature" in names:
        found = sorted(filter(None, _codes(table["signature"])[1]))
        frame.signatures[scorer] = " & ".join(found)


def _clusters(units: pa.Table, joins: _Joins) -> Codes | None:
    if "cluster" in units.column_names and units["cluster"].null_count < len(units):
        return independent_or_codes(_codes(units["cluster"])[0], joins.samples)
    return independent_or_codes(joins.samples) if joins.repeated else None


def _attributes(units: pa.Table) -> Iterator[tuple[str, Category]]:
    """One category for each attribute; each distinct JSON text is read once."""
    if "attributes" not in units.column_names:
        return
    codes, texts = _codes(units["attributes"])
    rows: list[dict[str, Any]] = [msgspec.json.decode(text) if text else {} for text in texts]
    for name in sorted({name for row in rows for name in row}):
        yield ATTRIBUTE + name, recode([codes], [as_text(row.get(name)) for row in rows])[0]


def _statuses(table: pa.Table, default: Status) -> StatusCodes:
    if "status" not in table.column_names:
        return np.full(len(table), STATUS_CODE[default], dtype=np.int8)
    codes, texts = _codes(table["status"])
    known = [STATUS_CODE[Status(text)] if text else STATUS_CODE[Status.MISSING] for text in texts]
    return np.array([*known, STATUS_CODE[Status.MISSING]], dtype=np.int8)[codes]


def _together(columns: list[pa.ChunkedArray]) -> list[Category]:
    """Categories of several columns over one list of values."""
    if not columns:
        return []
    parts = [_codes(column) for column in columns]
    texts: list[str | None] = []
    shifted = []
    for codes, values in parts:
        shifted.append(np.where(codes >= 0, codes + len(texts), -1).astype(np.int32))
        texts.extend(values)
    return recode(shifted, texts)


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _codes(column: pa.ChunkedArray) -> tuple[Codes, list[str | None]]:
    """Codes [n] (-1 where null) and the distinct values as text."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    else:
        column = column.dictionary_encode()
    if column.num_chunks == 0:
        return np.zeros(0, dtype=np.int32), []
    parts = [to_numpy(chunk.indices, -1) for chunk in column.chunks]
    values = [as_text(v) for v in column.chunk(column.num_chunks - 1).dictionary.to_pylist()]
    return np.concatenate(parts).astype(np.int32), values


def _floats(column: pa.ChunkedArray) -> Floats:
    import pyarrow as pa

    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    return to_numpy(column.cast(pa.float64()), np.nan)


def _mappings(column: pa.ChunkedArray) -> list[dict[str, float] | None]:
    return [msgspec.json.decode(text) if isinstance(text, str) else None for text in column.to_pylist()]


def _mapping_numbers(column: pa.ChunkedArray) -> dict[str, Floats]:
    """One column for each name in mappings of name to number."""
    found: dict[str, Floats] = {}
    for i, row in enumerate(_mappings(column)):
        for name, value in (row or {}).items():
            if name not in found:
                found[name] = np.full(len(column), np.nan)
            found[name][i] = value
    return found
