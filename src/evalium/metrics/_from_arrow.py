"""A frame from stored records and scores, joined on (sample, epoch), without Python objects for scalar columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from evalium.core import DataError, Status
from evalium.store import hashes, to_numpy

from ._grouping import independent_or_codes, inverse_probability
from ._keys import unit_keys
from .column import Category, Codes, Floats, Probabilities, Ragged, as_text, recode
from .frame import ATTRIBUTE, STATUS_CODE, Frame, StatusCodes

if TYPE_CHECKING:
    import pyarrow as pa

Positions = npt.NDArray[np.int64]
Load = Callable[[], "pa.Table"]

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
    return from_loaders(lambda: records, {name: partial(_itself, table) for name, table in scores.items()}, keys=keys)


def _itself(table: pa.Table) -> pa.Table:
    return table


def from_loaders(records: Load, scores: Mapping[str, Load], *, keys: bool = False) -> Frame:
    """Build a frame as `from_arrow` does of tables that are loaded when needed, so that one is in memory at a time."""
    units = _units(records())
    if "sample" not in units.column_names:
        raise DataError(f"records need the column 'sample'; got {', '.join(units.column_names)}")
    samples = _Samples.of(units, "records")
    weights = _floats(units["probability"]) if "probability" in units.column_names else None
    frame = Frame(
        n=len(units),
        numbers={name: _floats(units[name]) for name in RECORD_NUMBERS if name in units.column_names},
        categories=dict(_attributes(units)),
        status=_statuses(units, Status.OK),
        clusters=_clusters(units, samples),
        weights=inverse_probability(weights),
        keys=unit_keys(units) if keys else None,
    )
    del units
    for scorer, load in scores.items():
        table = load()
        _add_scores(frame, scorer, table, samples.rows_in(_Samples.of(table, f"scores of {scorer!r}")))
        del table
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


@dataclass(frozen=True, slots=True)
class _Samples:
    """Which sample and epoch each row is about.

    Attributes:
        codes: [n] the same number where the sample is the same: its text's hash.
        keys: [n] the same for sample and epoch; `codes` itself where each sample has one epoch.
    """

    codes: Positions
    keys: Positions

    @classmethod
    def of(cls, table: pa.Table, what: str) -> _Samples:
        """Read a table's columns.

        Raises:
            DataError: Two rows are about the same sample and epoch.
        """
        codes = hashes(_decoded(table["sample"]))
        epochs = _epochs(table)
        keys = codes
        if epochs.any():
            keys = (codes.view(np.uint64) ^ (epochs.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15))).view(np.int64)
        ordered = np.sort(keys)
        twice = np.flatnonzero(ordered[1:] == ordered[:-1])
        if len(twice):
            row = int(np.argmax(keys == ordered[twice[0]]))
            sample = table["sample"][row].as_py()
            raise DataError(f"{what}: sample {sample!r}, epoch {int(epochs[row])} occurs more than once")
        return cls(codes, keys)

    @property
    def repeated(self) -> bool:
        """Whether a sample may have several epochs."""
        return self.keys is not self.codes

    def rows_in(self, other: _Samples) -> Positions:
        """[n] row of each sample and epoch in another table, -1 where it is not there."""
        if np.array_equal(other.keys, self.keys):
            return np.arange(len(self.keys))
        if not len(other.keys):
            return np.full(len(self.keys), -1, dtype=np.int64)
        order = np.argsort(other.keys)
        at = np.minimum(np.searchsorted(other.keys, self.keys, sorter=order), len(order) - 1)
        rows: Positions = np.where(other.keys[order[at]] == self.keys, order[at], -1)
        return rows


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
        numbers, several = _mapping_numbers(table["values"])
        for name, single in numbers.items():
            frame.numbers[f"{scorer}.values.{name}"] = np.append(single, np.nan)[rows]
        for name, lists in several.items():
            frame.ragged[f"{scorer}.values.{name}"] = Ragged.of([*lists, None]).take(rows)
    if "probabilities" in names and table["probabilities"].null_count < len(table):
        encoded = Probabilities.encode(_mappings(table["probabilities"]))
        padded = np.concatenate([encoded.values, np.full((1, len(encoded.classes)), np.nan)])
        frame.probabilities[scorer] = Probabilities(padded[rows], encoded.classes)
    if "signature" in names:
        found = sorted(filter(None, _codes(table["signature"])[1]))
        frame.signatures[scorer] = " & ".join(found)


def _clusters(units: pa.Table, samples: _Samples) -> Codes | None:
    declared = "cluster" in units.column_names and units["cluster"].null_count < len(units)
    if not declared and not samples.repeated:
        return None
    own = np.unique(samples.codes, return_inverse=True)[1].astype(np.int32)
    return independent_or_codes(_codes(units["cluster"])[0], own) if declared else independent_or_codes(own)


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


def _mappings(column: pa.ChunkedArray) -> list[dict[str, Any] | None]:
    return [msgspec.json.decode(text) if isinstance(text, str) else None for text in column.to_pylist()]


def _mapping_numbers(column: pa.ChunkedArray) -> tuple[dict[str, Floats], dict[str, list[list[float] | None]]]:
    """One column for each name in mappings of name to number, and one for each of name to several numbers."""
    numbers: dict[str, Floats] = {}
    several: dict[str, list[list[float] | None]] = {}
    for i, row in enumerate(_mappings(column)):
        for name, value in (row or {}).items():
            if isinstance(value, list):
                several.setdefault(name, [None] * len(column))[i] = value
                continue
            if name not in numbers:
                numbers[name] = np.full(len(column), np.nan)
            numbers[name][i] = value
    return numbers, several
