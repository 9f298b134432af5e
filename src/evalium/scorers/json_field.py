"""One field of a JSON output is what was expected."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from evalium.core import ConfigError, Record, ScoreError, Status, Verdict, canonical_json

from ._factory import built_in
from ._json_text import NotJson, read_json
from ._number import Number
from ._target import NO_OUTPUT, NO_TARGET
from .base import ScoreFunction
from .numeric import equal, reader

_ABSENT = object()
_as_number = reader(None, None, ".")


@built_in(kind="binary")
def json_field(
    *,
    path: str,
    compare: Literal["exact", "numeric"] = "exact",
    absolute: float = 0.0,
    relative: float = 0.0,
    fenced: bool = False,
) -> ScoreFunction:
    """Whether a field of the JSON output equals the target.

    Value 1 or 0, higher is better; `unparsed` when the output is no JSON or lacks the field. Where the target is an
    object or array (or JSON text of one) that has the path, the value there is expected; any other target is
    itself the expected value.

    Args:
        path: Keys joined by dots, positions in arrays as numbers from 0 (`items.0.price`); or a JSON Pointer, which
            begins with a slash (`/items/0/price`, RFC 6901) and reaches keys that hold dots.
        compare: `exact`: the same JSON value, 1 and 1.0 being the same number and text being compared as it is;
            `numeric`: the same number, also where either is written as text.
        absolute: Difference that still counts as equal; only with `numeric`.
        relative: The same as a share of the target.
        fenced: Read the output's only ``` block where it has one.

    Raises:
        ConfigError: The path is empty, or a tolerance is negative or given without `numeric`.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output='{"invoice": {"total": "1,200.00 EUR"}}', target=1200)
        >>> json_field(path="invoice.total", compare="numeric").score(record).value
        1.0
    """
    keys = _keys(path)
    for key, tolerance in (("absolute", absolute), ("relative", relative)):
        if not tolerance >= 0 or (tolerance and compare == "exact"):
            way = "must not be negative" if tolerance < 0 else "needs compare: numeric"
            raise ConfigError(f"scorer 'json_field', option {key!r}: {way}, got {tolerance}")

    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        expected = _expected(record.target, keys)
        if expected is None:
            return NO_TARGET
        try:
            value = _at(read_json(record.output, fenced), keys)
        except NotJson as error:
            return Verdict(status=Status.UNPARSED, explanation=str(error))
        if value is _ABSENT:
            return Verdict(status=Status.UNPARSED, explanation=f"the output has no field {path!r}")
        answer = value if isinstance(value, str) else canonical_json(value).decode()
        if compare == "exact":
            return Verdict(value=float(_same(value, expected)), answer=answer)
        number, target = _number(value), _number(expected)
        if target is None:
            raise ScoreError(f"the target {expected!r} is not a number")
        if number is None:
            return Verdict(status=Status.UNPARSED, explanation=f"{path!r} is not a number: {answer[:80]}")
        return Verdict(value=float(equal(number, target, absolute, relative)), answer=answer)

    return score


def _keys(path: str) -> list[str]:
    if not path.strip("./"):
        raise ConfigError(f"scorer 'json_field', option 'path': names no field: {path!r}")
    if path.startswith("/"):
        return [key.replace("~1", "/").replace("~0", "~") for key in path[1:].split("/")]
    return path.split(".")


def _at(value: Any, keys: list[str]) -> Any:
    for key in keys:
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, (list, tuple)) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return _ABSENT
    return value


def _expected(target: Any, keys: list[str]) -> Any:
    if isinstance(target, str) and target.lstrip()[:1] in ("{", "["):
        try:
            target = msgspec.json.decode(target)
        except msgspec.DecodeError:
            return target
    if isinstance(target, (dict, list, tuple)):
        inside = _at(target, keys)
        return target if inside is _ABSENT else inside
    return target


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_same, a, b))
    return bool(a == b)


def _number(value: Any) -> Number | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return value
    return _as_number(value) if isinstance(value, str) else None
