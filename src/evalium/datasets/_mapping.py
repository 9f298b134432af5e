"""From a row to a sample, by the mapping in the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from evalium.core import ConfigError, Data, DataError, Media, Sample, Scalar, content_hash

from ._detect import detect_input, detect_target
from ._field import MISSING, Getter, compile_reference, is_jinja
from ._hash import media_digest, sample_hash
from ._media import read_media
from ._source import Source
from ._values import as_input, as_scalar, as_text, as_texts

Reference = tuple[str, str, Getter]
"""Option it belongs to, the reference as written, and what it compiles to."""

_MEDIA: tuple[tuple[Literal["image", "audio", "attachment"], Literal["image", "audio", "file"]], ...] = (
    ("image", "image"),
    ("audio", "audio"),
    ("attachment", "file"),
)


class RowMapping:
    """A compiled mapping.

    Args:
        data: The plan's section; `input` and `target` may be left out.
        source: A source, for its default mapping.
        fields: The fields that rows have, as far as known.

    Attributes:
        references: Every reference in use.
        attributes: Names of the attributes.
        id_field: The reference that gives the identifier; None numbers the rows.

    Raises:
        ConfigError: The input or target cannot be guessed, or an attribute needs a name.
        TemplateError: An expression does not parse.
    """

    def __init__(self, data: Data, source: Source, fields: Sequence[str]) -> None:
        self.references: list[Reference] = []
        names, target = self._input_and_target(data, source, fields)
        self._input = self._compile_input(names)
        self._target = self._one("data.target", target)
        own_words = data.input is None and names == "input"
        self._choices = self._several("data.choices", data.choices or _own("choices", fields, own_words))
        self._context = self._several("data.context", data.context or _own("context", fields, own_words))
        self._cluster = self._one("data.cluster", data.cluster or _own("cluster", fields, own_words))
        self.id_field = data.id or _own("id", fields, True)
        self._id = self._one("data.id", self.id_field)
        self._attributes = self._compile_attributes(data.attributes)
        self._media = [(k, self._one(f"data.{n}", getattr(data, n))) for n, k in _MEDIA if getattr(data, n)]
        self.attributes = tuple(self._attributes)
        self._empty_is_missing = source.empty_is_missing

    def __call__(self, row: Mapping[str, Any], number: int, folder: Path) -> Sample:
        """Make the sample of a row.

        Args:
            row: The row as read.
            number: Its number within the dataset.
            folder: Where paths of media start.

        Raises:
            DataError: A field that every row needs is missing, or a value does not fit; names the option.
            TemplateError: An expression fails on this row.
        """
        asked = self._input(row)
        target = self._read(self._target, row)
        choices = () if self._choices is None else _choices(self._choices, row)
        context = () if self._context is None else _context(self._context, row)
        media = self._read_media(row, folder) if self._media else ()
        try:
            digest = _digest(asked, target, choices, context, media)
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise DataError(f"data.input or data.target has no JSON form: {error}; use plain Python values") from error
        return Sample(
            id=self.identify(row, number),
            input=asked,
            target=target,
            choices=choices,
            context=context,
            attributes=self._read_attributes(row) if self._attributes else {},
            cluster=None if self._cluster is None else self._read_cluster(row),
            media=media,
            fields=row if type(row) is dict else dict(row),
            hash=digest,
        )

    def identify(self, row: Mapping[str, Any], number: int) -> str:
        """Give the identifier of a row.

        Raises:
            DataError: The row lacks it.
        """
        if self._id is None:
            return str(number)
        value = self._read(self._id, row)
        if value is None or value == "":
            raise DataError(f"data.id: the field {self.id_field!r} is missing or empty; every row needs its own")
        return as_text(value)

    def _read(self, get: Getter | None, row: Mapping[str, Any]) -> Any:
        if get is None:
            return None
        value = get(row)
        return None if value is MISSING or (value == "" and self._empty_is_missing) else value

    def _read_attributes(self, row: Mapping[str, Any]) -> dict[str, Scalar]:
        return {name: as_scalar(self._read(get, row)) for name, get in self._attributes.items()}

    def _read_cluster(self, row: Mapping[str, Any]) -> str | None:
        value = self._read(self._cluster, row)
        return None if value is None or value == "" else as_text(value)

    def _read_media(self, row: Mapping[str, Any], folder: Path) -> tuple[Media, ...]:
        found: list[Media] = []
        for kind, get in self._media:
            try:
                found += read_media(None if get is None else get(row), kind, folder)
            except DataError as error:
                raise DataError(f"data.{'attachment' if kind == 'file' else kind}: {error}") from error
        return tuple(found)

    def _input_and_target(self, data: Data, source: Source, fields: Sequence[str]) -> tuple[Any, str | None]:
        if data.input is not None:
            return data.input, data.target
        if source.default_input is not None:
            return source.default_input, data.target or source.default_target
        return detect_input(fields, source.label), data.target or detect_target(fields, source.label)

    def _compile_input(self, names: str | dict[str, str] | tuple[str, ...]) -> Callable[[Mapping[str, Any]], Any]:
        if isinstance(names, str):
            return _single(names, self._add("data.input", names))
        if isinstance(names, tuple):
            vector = [(name, self._add("data.input", name)) for name in names]
            return lambda row: [_needed(get(row), name) for name, get in vector]
        features = [(key, name, self._add(f"data.input.{key}", name)) for key, name in names.items()]
        return lambda row: {key: _needed(get(row), name) for key, name, get in features}

    def _compile_attributes(self, attributes: tuple[str, ...] | dict[str, str]) -> dict[str, Getter]:
        if not isinstance(attributes, dict):
            nameless = [reference for reference in attributes if is_jinja(reference)]
            if nameless:
                raise ConfigError(f"data.attributes: {nameless[0]!r} needs a name: attributes: {{name: expression}}")
            attributes = {reference: reference for reference in attributes}
        return {name: self._add(f"data.attributes.{name}", r) for name, r in attributes.items()}

    def _several(self, option: str, names: str | tuple[str, ...] | None) -> Getter | list[Getter] | None:
        if names is None or isinstance(names, str):
            return self._one(option, names)
        return [self._add(option, name) for name in names]

    def _one(self, option: str, name: str | None) -> Getter | None:
        return None if name is None else self._add(option, name)

    def _add(self, option: str, reference: str) -> Getter:
        get = compile_reference(reference, option)
        self.references.append((option, reference, get))
        return get


def _own(name: str, fields: Sequence[str], wanted: bool) -> str | None:
    return name if wanted and name in fields else None


def _single(name: str, get: Getter) -> Getter:
    def read(row: Mapping[str, Any]) -> Any:
        value = get(row)
        if type(value) is str:
            return value
        if value is MISSING:
            raise DataError(f"data.input: the row has no field {name!r}")
        try:
            return as_input(value)
        except DataError as error:
            raise DataError(f"data.input: the field {name!r} {error}") from error

    return read


def _needed(value: Any, name: str) -> Any:
    if value is MISSING:
        raise DataError(f"data.input: the row has no field {name!r}")
    return value


def _choices(get: Getter | list[Getter], row: Mapping[str, Any]) -> tuple[str, ...]:
    if not isinstance(get, list):
        return as_texts(get(row), "data.choices", parse=True)
    values = [g(row) for g in get]
    while values and (values[-1] is MISSING or values[-1] is None or values[-1] == ""):
        values.pop()
    return tuple("" if v is MISSING or v is None else as_text(v) for v in values)


def _context(get: Getter | list[Getter], row: Mapping[str, Any]) -> tuple[str, ...]:
    getters = get if isinstance(get, list) else [get]
    return tuple(text for g in getters for text in as_texts(g(row), "data.context"))


def _digest(
    asked: Any, target: Any, choices: tuple[str, ...], context: tuple[str, ...], media: tuple[Media, ...]
) -> str:
    if isinstance(asked, tuple):
        return sample_hash(Sample(id="", input=asked, target=target, choices=choices, context=context, media=media))
    return content_hash((asked, target, choices, context, [media_digest(m) for m in media]), 32)


def with_hash(sample: Sample) -> Sample:
    """Give a sample that user code made its content hash, if it has none.

    Raises:
        DataError: A value has no JSON form.
    """
    return sample if sample.hash else msgspec.structs.replace(sample, hash=sample_hash(sample))
