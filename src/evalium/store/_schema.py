"""The columns of the two Delta tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

from evalium.core import StoreError, did_you_mean

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["records", "scores"]


class Column(NamedTuple):
    """One column.

    Attributes:
        name: Field of the struct, or `written_at` or `day`.
        type: `string`, `text` (long), `json` (structured, as JSON text), `float64`, `int64`, `int32`, `bool`, `date32`.
        wide: Whether it is left out unless asked for.
        coded: Whether it has few distinct values, so that Arrow tables hold it dictionary-encoded.
    """

    name: str
    type: str
    wide: bool = False
    coded: bool = False


RECORDS: tuple[Column, ...] = (
    Column("run", "string", coded=True),
    Column("sample", "string"),
    Column("epoch", "int32"),
    Column("step", "int32"),
    Column("kind", "string", coded=True),
    Column("trace", "string"),
    Column("role", "string", coded=True),
    Column("model", "string", coded=True),
    Column("status", "string", coded=True),
    Column("key", "string"),
    Column("sample_hash", "string"),
    Column("written_at", "int64"),
    Column("started_at", "float64"),
    Column("latency", "float64"),
    Column("ttft", "float64"),
    Column("itl", "float64"),
    Column("queue_time", "float64"),
    Column("retry_time", "float64"),
    Column("service_time", "float64"),
    Column("input_tokens", "int64"),
    Column("output_tokens", "int64"),
    Column("cached_tokens", "int64"),
    Column("reasoning_tokens", "int64"),
    Column("cost", "float64"),
    Column("attempts", "int32"),
    Column("cached", "bool"),
    Column("finish_reason", "string", coded=True),
    Column("error_kind", "string", coded=True),
    Column("label", "string"),
    Column("attributes", "json", coded=True),
    Column("cluster", "string"),
    Column("probability", "float64"),
    Column("error", "text", wide=True),
    Column("input", "text", wide=True),
    Column("output", "text", wide=True),
    Column("target", "json", wide=True),
    Column("choices", "json", wide=True),
    Column("context", "json", wide=True),
    Column("probabilities", "json", wide=True),
    Column("logprobs", "json", wide=True),
    Column("tool_calls", "json", wide=True),
    Column("data", "json", wide=True),
    Column("day", "date32"),
)

SCORES: tuple[Column, ...] = (
    Column("run", "string", coded=True),
    Column("sample", "string"),
    Column("epoch", "int32"),
    Column("scorer", "string", coded=True),
    Column("signature", "string", coded=True),
    Column("status", "string", coded=True),
    Column("value", "float64"),
    Column("label", "string", coded=True),
    Column("target", "string", coded=True),
    Column("values", "json"),
    Column("cost", "float64"),
    Column("latency", "float64"),
    Column("written_at", "int64"),
    Column("probabilities", "json", wide=True),
    Column("answer", "text", wide=True),
    Column("explanation", "text", wide=True),
    Column("day", "date32"),
)

COLUMNS: dict[Kind, tuple[Column, ...]] = {"records": RECORDS, "scores": SCORES}

UNIQUE: dict[Kind, tuple[str, ...]] = {
    "records": ("run", "sample", "epoch", "step"),
    "scores": ("run", "sample", "epoch", "scorer"),
}
"""What names one row; of several rows about the same thing the one with the highest `written_at` counts."""

RECORD_TEXT = tuple(c.name for c in RECORDS if c.wide)
SCORE_TEXT = tuple(c.name for c in SCORES if c.wide)
"""Columns that are read only when asked for."""


def choose(kind: Kind, names: Iterable[str] | None, text: bool) -> list[Column]:
    """The columns that a reader asked for, in the order of the table.

    Args:
        kind: Which table.
        names: Names; None takes all, wide ones only if `text`.
        text: Whether wide columns are wanted.

    Raises:
        StoreError: There is no such column.
    """
    table = COLUMNS[kind]
    if names is None:
        return [c for c in table if (text or not c.wide) and c.name != "day"]
    known = {c.name: c for c in table}
    asked = dict.fromkeys(names)
    for name in asked:
        if name not in known:
            raise StoreError(f"{kind} have no column {name!r}.{did_you_mean(name, known)}")
    return [known[name] for name in asked]


def lake_schema(kind: Kind) -> pa.Schema:
    """The Arrow schema of a Delta table."""
    return arrow_schema(COLUMNS[kind], coded=False)


def arrow_schema(columns: Iterable[Column], *, coded: bool) -> pa.Schema:
    """The Arrow schema of some columns; `coded` says whether repetitive ones are dictionary-encoded."""
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "text": pa.large_string(),
        "json": pa.large_string(),
        "float64": pa.float64(),
        "int64": pa.int64(),
        "int32": pa.int32(),
        "bool": pa.bool_(),
        "date32": pa.date32(),
    }
    return pa.schema(
        [(c.name, pa.dictionary(pa.int32(), pa.string()) if coded and c.coded else types[c.type]) for c in columns]
    )
