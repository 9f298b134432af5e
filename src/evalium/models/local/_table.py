"""Recorded answers that lie in a file of their own, joined to the samples by id."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import ConfigError, DataError, did_you_mean

Row = dict[str, Any]


def read_table(path: Path, id_field: str) -> dict[str, Row]:
    """Read the rows of a jsonl, json (a list), csv or tsv file, also `.gz`, by their id.

    Args:
        path: The file.
        id_field: Dotted path of the field that holds the sample's id; ids are compared as text.

    Raises:
        ConfigError: There is no such file, or its suffix is unknown.
        DataError: A row cannot be read, has no id or repeats one; the message names file and row.
    """
    if not path.is_file():
        near = did_you_mean(path.name, [p.name for p in path.parent.iterdir()]) if path.parent.is_dir() else ""
        raise ConfigError(f"there is no file of recorded answers {str(path)!r}.{near}")
    rows: dict[str, Row] = {}
    for number, row in _rows(path):
        try:
            key = dig(row, id_field)
        except KeyError:
            raise DataError(f"{path}, row {number}: no field {id_field!r}.{did_you_mean(id_field, row)}") from None
        if str(key) in rows:
            raise DataError(f"{path}, row {number}: the id {key!r} stands there a second time")
        rows[str(key)] = row
    return rows


def dig(row: Any, path: str) -> Any:
    """Follow a dotted path through mappings and lists; a key that holds dots itself is found too.

    Raises:
        KeyError: There is no such field.

    Example:
        >>> dig({"a": {"b": [1, 2]}, "c.d": 3}, "a.b.1"), dig({"a": {"b": [1, 2]}, "c.d": 3}, "c.d")
        (2, 3)
    """
    if isinstance(row, dict) and path in row:
        return row[path]
    head, dot, rest = path.partition(".")
    if isinstance(row, dict) and head in row:
        found = row[head]
    elif isinstance(row, list | tuple) and head.isdecimal() and int(head) < len(row):
        found = row[int(head)]
    else:
        raise KeyError(path)
    return dig(found, rest) if dot else found


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    suffixes = path.suffixes
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else path.suffix
    raw = path.read_bytes()
    try:
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if kind in (".csv", ".tsv"):
        lines = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if kind == ".tsv" else ",")
        yield from enumerate(lines, 2)
    elif kind == ".jsonl":
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield number, _json(line, Row, path, number)
    elif kind == ".json":
        yield from enumerate(_json(text, list[Row], path, 0), 1)
    else:
        raise ConfigError(f"recorded answers are read from .jsonl, .json, .csv or .tsv (also .gz), not {path.name!r}")


def _json(text: str, kind: Any, path: Path, number: int) -> Any:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        where = f"{path}, row {number}" if number else str(path)
        raise DataError(f"{where}: {error}") from error
