"""From the plan's data section to a dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import ConfigError, Data, Registry, Sample, load_object

from ._dataset import Dataset
from ._field import MISSING, Getter, compile_reference
from ._files import DataFile, find_files
from ._items import Items
from ._mapping import RowMapping
from ._named import registry
from ._peek import check_references, first_rows
from ._select import Selection
from ._source import BadRows, Fields, Source
from ._values import as_text

_MAPPING = ("input", "target", "choices", "context", "id", "attributes", "cluster", "image", "audio", "attachment")
_PLACES = ("file", "items", "python", "huggingface", "sklearn", "name")


def open(data: Data, base: Path, *, skip_bad_rows: bool = False) -> Dataset:
    r"""Open the dataset that a plan's data section describes.

    The first rows are read at once, so that a wrong mapping is refused before any work is done.

    Args:
        data: The section.
        base: The plan's folder; relative paths start there.
        skip_bad_rows: Leave rows out that cannot be read or mapped, and list them in `Dataset.bad_rows`.

    Raises:
        ConfigError: The section is contradictory, or its input cannot be guessed.
        DataError: A file is missing, empty or damaged, a field does not exist, or the first rows are bad.
        TemplateError: A Jinja expression does not parse.
        MissingExtra: The source needs a library that is not installed.

    Example:
        >>> from pathlib import Path
        >>> size = Path("sums.csv").write_text("question,answer\n1 + 1,2\n2 + 2,4\n")
        >>> dataset = open(Data(file="sums.csv"), Path("."))
        >>> [(s.id, s.input, s.target) for s in dataset], dataset.count()
        ([('1', '1 + 1', '2'), ('2', '2 + 2', '4')], 2)
    """
    place = _check(data)
    if place == "name":
        made = registry.create(data.name or "", data.options, f"data.name {data.name!r}, data.options")
        if isinstance(made, Data):
            return open(_merged(made, data), base, skip_bad_rows=skip_bad_rows)
        sources: list[Source] = [_registered(data, made, base)]
    else:
        sources = _sources(data, base, place)
    bad = BadRows(skip_bad_rows)
    first = first_rows(sources, bad)
    if first.samples:
        _refuse_mapping(data, sources[0].label)
    mapping = None if first.samples else RowMapping(data, sources[0], first.fields)
    stratum = None
    references = list(mapping.references) if mapping else []
    if data.subset is not None and data.subset.by is not None:
        by = _stratum_reference(data, data.subset.by, first.fields)
        get = compile_reference(by, "data.subset.by")
        references.append(("data.subset.by", by, get))
        stratum = _stratum(get)
    check_references(sources, references, first.fields)
    selection = Selection(sources, data, stratum)
    attributes = mapping.attributes if mapping else first.attributes
    return Dataset(_name(data), sources, data, first.fields, attributes, mapping, selection, skip_bad_rows)


def _check(data: Data) -> str:
    places = [place for place in _PLACES if getattr(data, place) is not None]
    if len(places) != 1:
        given = " and ".join(places) or "none of them"
        raise ConfigError(f"data: give exactly one of {', '.join(_PLACES)}; given: {given}")
    place = places[0]
    if place != "file":
        for option in ("format", "columns", "records"):
            if getattr(data, option) is not None:
                raise ConfigError(f"data.{option} goes with data.file only, not with data.{place}")
    if data.options and place in {"file", "items", "sklearn"}:
        raise ConfigError(f"data.options goes with python, huggingface and name, not with data.{place}")
    if data.limit is not None and data.limit < 1:
        raise ConfigError(f"data.limit must be at least 1, not {data.limit}")
    if data.subset is not None and data.subset.n < 1:
        raise ConfigError(f"data.subset.n must be at least 1, not {data.subset.n}")
    return place


def _refuse_mapping(data: Data, label: str) -> None:
    given = [option for option in _MAPPING if getattr(data, option)]
    if given:
        raise ConfigError(f"data.{given[0]}: {label} gives samples, which are not mapped again; leave it out")


def _sources(data: Data, base: Path, place: str) -> list[Source]:
    if place == "file":
        return [_file_source(file, data) for file in find_files(data.file or (), base, data.format)]
    if place == "items":
        return [Items(data.items or (), base)]
    if place == "python":
        from ._python import PythonRows

        return [PythonRows(data.python or "", _call(data, base), base)]
    if place == "sklearn":
        from ._sklearn import SklearnSet

        if data.split is not None:
            raise ConfigError(f"data.split: scikit-learn's {data.sklearn!r} has no splits")
        return [SklearnSet(data.sklearn or "", base)]
    from ._huggingface import HuggingFace

    return [HuggingFace(data.huggingface or "", base, data.split, data.options)]


def _registered(data: Data, made: Any, base: Path) -> Source:
    from ._python import PythonRows

    name, ready = data.name or "", [made]
    return PythonRows(name, lambda: ready.pop() if ready else registry.create(name, data.options), base)


def _file_source(file: DataFile, data: Data) -> Source:
    if data.columns is not None and file.format not in {"csv", "tsv"}:
        raise ConfigError(f"data.columns goes with csv and tsv; {file.label!r} is {file.format}")
    if data.records is not None and file.format != "json":
        raise ConfigError(f"data.records goes with json; {file.label!r} is {file.format}")
    if file.format == "parquet":
        from ._parquet import ParquetFile

        return ParquetFile(file)
    if file.format == "csv":
        from ._csv import CsvFile

        return CsvFile(file, data.encoding, data.columns)
    if file.format == "tsv":
        from ._tsv import TsvFile

        return TsvFile(file, data.encoding, data.columns)
    if file.format == "json":
        from ._json import open_json

        return open_json(file, data.encoding, data.records)
    from ._jsonl import JsonLines

    return JsonLines(file, data.encoding)


def _call(data: Data, base: Path) -> Callable[[], Any]:
    spec = data.python or ""
    found = load_object(spec, base)
    if not callable(found):
        if data.options:
            raise ConfigError(f"data.options: {spec} is no function, so it takes no arguments")
        return lambda: found
    functions = Registry("function", {})
    functions.register(spec, found)
    return lambda: functions.create(spec, data.options, f"data.options: {spec}")


def _merged(made: Data, asked: Data) -> Data:
    """Overlay what the plan says on what a registered dataset says of itself."""
    defaults = Data()
    changes = {
        field: getattr(asked, field)
        for field in Data.__struct_fields__
        if field not in {"name", "options"} and getattr(asked, field) != getattr(defaults, field)
    }
    return msgspec.structs.replace(made, **changes)


def _stratum_reference(data: Data, by: str, fields: list[str]) -> str:
    """Read `subset.by`: a field, else the name of an attribute, else `target`."""
    if by in fields:
        return by
    if isinstance(data.attributes, dict) and by in data.attributes:
        return data.attributes[by]
    return data.target if by == "target" and data.target else by


def _stratum(get: Getter) -> Callable[[Fields | Sample], str]:
    def read(row: Fields | Sample) -> str:
        if isinstance(row, Sample):
            row = {**row.fields, "target": row.target, **row.attributes}
        value = get(row)
        return "" if value is MISSING else as_text(value)

    return read


def _name(data: Data) -> str:
    if isinstance(data.file, tuple):
        more = len(data.file) - 1
        return data.file[0] + (f" and {more} more" if more else "")
    if data.sklearn is not None:
        return f"sklearn/{data.sklearn}"
    if data.huggingface is not None:
        return f"huggingface/{data.huggingface}"
    return data.file or data.python or data.name or "items"
