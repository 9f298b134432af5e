"""References to a part of a row: a field, a dotted path, or a Jinja expression."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, Final

from evalium.core import TemplateError, did_you_mean


class _Missing(Enum):
    MISSING = "missing"


MISSING: Final = _Missing.MISSING
"""What a reference gives for a row that lacks the field."""

Getter = Callable[[Mapping[str, Any]], Any]


def is_jinja(reference: str) -> bool:
    """Whether a reference is a Jinja expression rather than a name."""
    return "{{" in reference or "{%" in reference


def compile_reference(reference: str, where: str) -> Getter:
    """Turn a reference into a function of the row.

    A name that holds dots means the field of exactly that name where the row has it, and a path otherwise; numbers in
    a path index into lists. A reference that is one `{{ expression }}` keeps the value's type, other Jinja gives
    text. Jinja runs in a sandbox and sees the fields by name, and the whole row as `row`.

    Args:
        reference: Name, dotted path or Jinja.
        where: Name of the option in messages, such as `"data.input"`.

    Returns:
        A function that gives the value, or `MISSING`. It raises TemplateError where the expression fails.

    Raises:
        TemplateError: The Jinja does not parse.

    Example:
        >>> row = {"a.b": 1, "outputs": [{"text": "x"}], "n": 2}
        >>> [compile_reference(r, "data.input")(row) for r in ("a.b", "outputs.0.text", "{{ n + 1 }}", "n={{ n }}")]
        [1, 'x', 3, 'n=2']
    """
    if is_jinja(reference):
        return _compile_jinja(reference, where)
    if "." in reference:
        parts = reference.split(".")
        return lambda row: row[reference] if reference in row else _walk(row, parts)
    return lambda row: row.get(reference, MISSING)


def explain_missing(reference: str, row: Mapping[str, Any], fields: Iterable[str]) -> str:
    """Say which step of a reference a row lacks, and the nearest name that it has."""
    if "." not in reference:
        return f"there is no field {reference!r}.{did_you_mean(reference, fields)}"
    current: Any = row
    parts = reference.split(".")
    for depth, part in enumerate(parts):
        below = _step(current, part)
        if below is MISSING:
            path = ".".join(parts[:depth])
            if not depth:
                return f"there is no field {reference!r}.{did_you_mean(part, fields)}"
            if isinstance(current, Mapping):
                return f"{path!r} holds no {part!r}.{did_you_mean(part, map(str, current))}"
            return f"{path!r} holds no {part!r}: it is {type(current).__name__}"
        current = below
    return f"the field {reference!r} is missing"


def _walk(row: Any, parts: Sequence[str]) -> Any:
    for part in parts:
        row = _step(row, part)
        if row is MISSING:
            return MISSING
    return row


def _step(value: Any, part: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(part, MISSING)
    if isinstance(value, (list, tuple)) and part.isdecimal() and int(part) < len(value):
        return value[int(part)]
    return MISSING


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)


def _compile_jinja(reference: str, where: str) -> Getter:
    import jinja2

    text = reference.strip()
    inner = text[2:-2]
    alone = text.startswith("{{") and text.endswith("}}") and not any(mark in inner for mark in ("{{", "}}", "{%"))
    try:
        if alone:
            run = _environment().compile_expression(inner.strip().strip("-"), undefined_to_none=False)
        else:
            run = _environment().from_string(reference).render
    except jinja2.TemplateError as error:
        raise TemplateError(f"{where}: {reference!r} is not a Jinja expression: {error}") from error

    def get(row: Mapping[str, Any]) -> Any:
        try:
            value = run({"row": row, **row})
            if isinstance(value, jinja2.Undefined):
                str(value)  # a strict undefined says what is missing by raising
            return _settled(value)
        except jinja2.UndefinedError as error:
            name = str(error).split("'")[1] if "'" in str(error) else ""
            hint = did_you_mean(name, map(str, row)) if "is undefined" in str(error) else ""
            raise TemplateError(f"{where}: {reference!r}: {error}.{hint}") from error
        except Exception as error:  # an expression over foreign data may fail in any way
            raise TemplateError(f"{where}: {reference!r}: {type(error).__name__}: {error}") from error

    return get


def _settled(value: Any) -> Any:
    """Make a value plain that only exists inside Jinja: a lazy filter's generator, a marked-up text."""
    if isinstance(value, str):
        return value if type(value) is str else str(value)
    if isinstance(value, (bytes, Mapping)) or not isinstance(value, Iterable):
        return value
    return [_settled(item) for item in value]
