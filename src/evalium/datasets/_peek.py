"""A look at the first rows: which fields there are, and whether the mapping names ones that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec

from evalium.core import DataError, Sample

from ._field import MISSING, explain_missing, is_jinja
from ._mapping import Reference
from ._source import BadRows, Fields, Source

_ENOUGH = 100
_MOST = 1000


class FirstRows(msgspec.Struct, frozen=True):
    """What the first hundred rows show.

    Attributes:
        fields: Fields in the order they turn up.
        attributes: Attributes of rows that are samples already.
        samples: Whether all rows are.
    """

    fields: list[str]
    attributes: list[str]
    samples: bool


def first_rows(sources: Sequence[Source], bad: BadRows) -> FirstRows:
    """Look at the first hundred rows.

    Raises:
        DataError: There is no usable row.
    """
    fields: dict[str, None] = {}
    attributes: dict[str, None] = {}
    read = samples = 0
    for row in _first(sources, bad, _ENOUGH):
        read += 1
        if isinstance(row, Sample):
            samples += 1
            fields.update(dict.fromkeys(row.fields))
            attributes.update(dict.fromkeys(row.attributes))
        else:
            fields.update(dict.fromkeys(row))
    if not read:
        first = bad.rows[0] if bad.rows else None
        why = f"; the first of {len(bad.rows)} bad ones, {first.file}:{first.line}: {first.reason}" if first else ""
        raise DataError(f"{', '.join(s.label for s in sources[:3])}: no usable row{why}")
    return FirstRows(list(fields), list(attributes), samples == read)


def check_references(sources: Sequence[Source], references: Sequence[Reference], fields: Sequence[str]) -> None:
    """Refuse a reference that none of the first thousand rows can satisfy.

    Jinja expressions are not checked here: they say themselves what they lack.

    Raises:
        DataError: Names the option, the missing field and the nearest one.
    """
    open_ = [r for r in references if not is_jinja(r[1])]
    example: Mapping[str, Any] = {}
    for row in _first(sources, BadRows(skip=True), _MOST):
        if not isinstance(row, Sample):
            example = example or row
            open_ = [(option, name, get) for option, name, get in open_ if get(row) is MISSING]
        if not open_:
            return
    if open_ and example:
        option, name, _ = open_[0]
        raise DataError(f"{option}: {sources[0].label}: {explain_missing(name, example, fields)}")


def _first(sources: Sequence[Source], bad: BadRows, most: int) -> Iterator[Fields | Sample]:
    rows = chain.from_iterable(source.rows(bad) for source in sources)
    for count, (_, _, row) in enumerate(rows, 1):
        yield row
        if count == most:
            return
