"""Images, sounds and files that a row names or carries."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from mimetypes import MimeTypes
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote_to_bytes, urlsplit

from evalium.core import DataError, Media

from ._field import MISSING
from ._files import nearest

Kind = Literal["image", "audio", "file"]

# Without files of the system's own, so that the same name has the same type on every machine.
_types = MimeTypes(filenames=())
for _suffix, _type in {
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".opus": "audio/ogg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".md": "text/markdown",
}.items():
    _types.add_type(_type, _suffix)

_MAGIC = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (4, b"ftypM4A", "audio/mp4"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
)
_LONGEST_PATH = 1024


def read_media(value: Any, kind: Kind, folder: Path) -> Iterator[Media]:
    """Read a field that names or carries media.

    Args:
        value: A path below `folder`, an http(s) URL, a data URL, base64, bytes, a mapping with `bytes` or `path`
            (as Hugging Face stores them), or a list of these. None, "" and an absent field give nothing.
        kind: What it should be.
        folder: Folder of the data file.

    Raises:
        DataError: A file is missing or lies outside the folder, or the content is of another kind.
    """
    if value is MISSING or value is None or value == "":
        return
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from read_media(item, kind, folder)
    elif isinstance(value, (bytes, bytearray)):
        yield _carried(bytes(value), kind, None)
    elif isinstance(value, Mapping):
        if value.get("bytes") is not None:
            yield _carried(bytes(value["bytes"]), kind, value.get("path"))
        else:
            yield from read_media(value.get("path"), kind, folder)
    elif isinstance(value, str):
        yield _from_text(value, kind, folder)
    else:
        raise DataError(f"{type(value).__name__} is no {kind}: give a path, URL, data URL or base64")


def _from_text(text: str, kind: Kind, folder: Path) -> Media:
    if text.startswith(("http://", "https://")):
        guessed = _types.guess_type(urlsplit(text).path)[0]
        fallback = "application/octet-stream" if kind == "file" else f"{kind}/*"
        return Media(kind=kind, mime=guessed or fallback, url=text, name=Path(urlsplit(text).path).name or None)
    if text.startswith("data:"):
        return _from_data_url(text, kind)
    if len(text) <= _LONGEST_PATH and "\0" not in text and (folder / text).is_file():
        return _from_path(folder / text, text, kind, folder)
    content = _base64(text)
    if content is not None and _magic(content):
        return _carried(content, kind, None)
    shown = text if len(text) <= 80 else text[:77] + "..."
    near = nearest(folder / text) if len(text) <= _LONGEST_PATH and "\0" not in text else ""
    raise DataError(f"{shown!r} is neither a file in {folder} nor base64 of a known {kind} type.{near}")


def _from_path(path: Path, text: str, kind: Kind, folder: Path) -> Media:
    resolved = path.resolve()
    if not resolved.is_relative_to(folder.resolve()):
        raise DataError(f"{text!r} lies outside the data's folder; put it below {folder}")
    with resolved.open("rb") as stream:
        start = stream.read(16)
    return Media(kind=kind, mime=_mime(start, resolved.name, kind), path=str(resolved), name=resolved.name)


def _from_data_url(text: str, kind: Kind) -> Media:
    head, comma, body = text[5:].partition(",")
    content = _base64(body) if head.endswith(";base64") else unquote_to_bytes(body)
    if not comma or content is None:
        raise DataError("a data URL reads 'data:<type>;base64,<data>'; this one does not")
    mime = head.partition(";")[0] or "text/plain"
    return Media(kind=kind, mime=_of_kind(mime, kind), data=base64.b64encode(content).decode())


def _carried(content: bytes, kind: Kind, name: str | None) -> Media:
    short = Path(name).name if name else None
    mime = _mime(content[:16], short or "", kind)
    return Media(kind=kind, mime=mime, data=base64.b64encode(content).decode(), name=short)


def _mime(start: bytes, name: str, kind: Kind) -> str:
    return _of_kind(_magic(start) or _types.guess_type(name)[0] or "application/octet-stream", kind)


def _of_kind(mime: str, kind: Kind) -> str:
    if kind != "file" and not mime.startswith(f"{kind}/"):
        raise DataError(f"the content is {mime}, not {kind}; use data.attachment for other files")
    return mime


def _magic(start: bytes) -> str | None:
    return next((mime for at, mark, mime in _MAGIC if start.startswith(mark, at)), None)


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
