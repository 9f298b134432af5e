"""From `data.file` to files: globs, suffixes, compression, and the nearest name when there is no such file."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from evalium.core import ConfigError, DataError, did_you_mean

from ._unpack import open_bytes, zip_member

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_PACKINGS = {".gz": "gz", ".zst": "zst", ".zip": "zip"}
_IN_ZIP = (".csv", ".tsv", ".json", ".jsonl", ".ndjson")


class DataFile(msgspec.Struct, frozen=True):
    """One file of a dataset.

    Attributes:
        path: Where it lies.
        label: How messages call it: relative to the plan's folder where it lies below.
        format: csv, tsv, json, jsonl or parquet.
        packing: gz, zst, zip or None.
        member: Name inside a zip archive.
    """

    path: Path
    label: str
    format: str
    packing: str | None = None
    member: str | None = None

    def open(self) -> BinaryIO:
        """Open the content, unpacked.

        Raises:
            DataError: It cannot be read.
        """
        return open_bytes(self.path, self.label, self.packing, self.member)

    def open_small(self) -> BinaryIO:
        """Open an uncompressed file for reading single rows here and there.

        Raises:
            OSError: It cannot be opened.
        """
        return self.path.open("rb", buffering=2**13)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size


def find_files(patterns: str | tuple[str, ...], base: Path, format: str | None = None) -> list[DataFile]:
    """Resolve paths and globs to files, in the order given and sorted inside each glob.

    Args:
        patterns: A path or glob, or several; relative ones start from `base`.
        base: The plan's folder.
        format: Format of all of them, where the suffix does not say it.

    Raises:
        DataError: A file is missing (the nearest name is suggested), empty or a folder, or a glob matches nothing.
        ConfigError: The format cannot be told from the suffix.
    """
    names = (patterns,) if isinstance(patterns, str) else patterns
    if not names:
        raise ConfigError("data.file is an empty list: name at least one file")
    paths = [path for name in names for path in _expand(name, base)]
    if len(paths) == 1 and paths[0].stat().st_size == 0:
        raise DataError(f"{_label(paths[0], base)}: the file is empty")
    return [_describe(path, _label(path, base), format) for path in dict.fromkeys(paths)]


def _expand(name: str, base: Path) -> list[Path]:
    path = base / name
    if path.is_dir():
        inside = sorted({p.suffix for p in path.iterdir() if p.suffix in {*FORMATS, *_PACKINGS}})
        example = f"{name.rstrip('/')}/*{inside[0] if inside else '.jsonl'}"
        raise DataError(f"data.file: {name!r} is a folder: name the files in it, such as {example!r}")
    if path.exists():
        return [path]
    if not glob.has_magic(name):
        raise DataError(f"data.file: there is no file {name!r} in {base.resolve()}.{nearest(path)}")
    found = [Path(p) for p in sorted(glob.glob(str(path), recursive=True)) if not os.path.isdir(p)]
    if not found:
        raise DataError(f"data.file: no file matches {name!r} in {base.resolve()}.{nearest(path)}")
    return found


def nearest(path: Path) -> str:
    """Suggest the nearest existing name for a missing path, as the end of a message."""
    folder = path.parent
    while not folder.is_dir():
        path, folder = folder, folder.parent
    near = did_you_mean(path.name, [p.name for p in folder.iterdir()])
    return near if near.startswith(" Did") else ""


def _label(path: Path, base: Path) -> str:
    absolute, root = path.absolute(), base.absolute()
    return (absolute.relative_to(root) if absolute.is_relative_to(root) else absolute).as_posix()


def _describe(path: Path, label: str, format: str | None) -> DataFile:
    stem, suffix = os.path.splitext(path.name.lower())
    packing = _PACKINGS.get(suffix)
    member = None
    if packing == "zip":
        member = zip_member(path, label, _IN_ZIP)
        stem, suffix = os.path.splitext(member.lower())
    elif packing:
        suffix = os.path.splitext(stem)[1]
    known = format or FORMATS.get(suffix)
    if known is None:
        choices = "csv, tsv, json, jsonl or parquet"
        raise ConfigError(f"data.file: the suffix of {label!r} names no format; set data.format to {choices}")
    if known == "parquet" and packing:
        raise ConfigError(f"data.file: {label!r}: a parquet file is compressed inside already; unpack it")
    return DataFile(path, label, known, packing, member)
