"""A JSON document that holds a list of objects, or JSON lines under the name .json."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from evalium.core import DataError, did_you_mean

from ._files import DataFile
from ._jsonl import UNREADABLE, JsonLines, reason
from ._lines import read_lines, read_text
from ._source import BadRows, Row, Source

_START = 4096
_raw_list = msgspec.json.Decoder(list[msgspec.Raw]).decode
_raw_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_object = msgspec.json.Decoder(dict[str, Any]).decode


class JsonDocument(Source):
    """Rows of a list inside a JSON file.

    The file is held in memory as text; its rows are decoded one at a time.

    Args:
        file: The file.
        encoding: Its encoding.
        records: Dotted path to the list; None where the file is the list.
    """

    plain = True

    def __init__(self, file: DataFile, encoding: str, records: str | None) -> None:
        self.file, self.encoding, self.records = file, encoding, records
        self.label, self.folder = file.label, file.path.parent
        self.size = file.size

    def rows(self, bad: BadRows) -> Iterator[Row]:
        """Read the list in order."""
        for number, item in enumerate(self._list(read_text(self.file, self.encoding)), 1):
            try:
                row = _object(item)
            except UNREADABLE as error:
                bad.lost(self, number, reason(error, bytes(item)))
                continue
            yield number, -1, row

    def _list(self, text: bytes) -> list[msgspec.Raw]:
        current: bytes | msgspec.Raw = text
        seen: list[str] = []
        for part in self.records.split(".") if self.records else ():
            found = self._object_at(current, text, seen)
            if part not in found:
                raise DataError(f"{self.label}: data.records: no key {part!r}{_at(seen)}.{did_you_mean(part, found)}")
            current = found[part]
            seen.append(part)
        start = memoryview(current)[:_START].tobytes().lstrip()[:1]
        if start == b"{":
            raise DataError(self._needs_records(self._object_at(current, text, seen), seen))
        try:
            return _raw_list(current)
        except UNREADABLE as error:
            raise DataError(self._malformed(error, text)) from error

    def _object_at(self, current: bytes | msgspec.Raw, text: bytes, seen: list[str]) -> dict[str, msgspec.Raw]:
        try:
            return _raw_object(current)
        except msgspec.ValidationError as error:
            raise DataError(f"{self.label}: data.records: {error}{_at(seen)}; name the path to the list") from error
        except UNREADABLE as error:
            raise DataError(self._malformed(error, text)) from error

    def _needs_records(self, found: dict[str, msgspec.Raw], seen: list[str]) -> str:
        lists = [".".join([*seen, key]) for key, value in found.items() if bytes(value).lstrip()[:1] == b"["]
        way = f"set data.records to the list in it: {' or '.join(map(repr, lists))}" if lists else "it holds no list"
        return f"{self.label}: one JSON object{_at(seen)}, not a list of rows; {way}, or set data.format to jsonl"

    def _malformed(self, error: Exception, text: bytes) -> str:
        if isinstance(error, msgspec.ValidationError):
            return f"{self.label}: not a list of rows: {error}"
        position = re.search(r"\(byte (\d+)\)", str(error))
        line = text.count(b"\n", 0, int(position[1])) + 1 if position else text.count(b"\n") + 1
        return f"{self.label}:{line}: {reason(error, text)}"


def open_json(file: DataFile, encoding: str, records: str | None) -> Source:
    """Choose how to read a .json file: as one document, or line by line where it holds JSON lines."""
    if records is None and _holds_lines(file, encoding):
        return JsonLines(file, encoding)
    return JsonDocument(file, encoding, records)


def _holds_lines(file: DataFile, encoding: str) -> bool:
    with file.open() as stream:
        if stream.read(_START).removeprefix(BOM_UTF8).lstrip().startswith(b"["):
            return False
    lines = (line for _, line in read_lines(file, encoding) if not line.isspace())
    first = list(islice(lines, 2))
    if len(first) < 2:
        return False
    try:
        _object(first[0])
    except UNREADABLE:
        return False
    return True


def _at(seen: list[str]) -> str:
    return f" at {'.'.join(seen)!r}" if seen else ""
