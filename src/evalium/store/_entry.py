"""What a journal frame holds: the segment's header, or an outcome with its scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from evalium.core import Record, Score, StoreError

FORMAT = 1
"""Version of the journal's format; a segment with a higher one is left alone."""


class Header(msgspec.Struct, tag="header", kw_only=True):
    """First frame of every segment.

    Attributes:
        segment: Id of the segment, and of the Delta transaction that seals it.
        run: Id of the run whose entries the segment holds.
        writer: Id of the writer.
        created_at: Unix time in nanoseconds.
        evalium: Version that wrote it.
        format: Version of the format.
    """

    segment: str
    run: str
    writer: str
    created_at: int
    evalium: str
    format: int = FORMAT


class Entry(msgspec.Struct, tag="entry", omit_defaults=True, gc=False):
    """A record and its scores in one frame, so that both are there or neither.

    Attributes:
        at: Unix time in nanoseconds at which it was written, strictly increasing within a writer; the later entry
            about the same thing wins.
        record: The call; None when only scores are added.
        scores: Verdicts on that record, or on earlier ones.
    """

    at: int
    record: Record | None = None
    scores: list[Score] = []


def _plain(value: Any) -> Any:
    """What numpy and torch scalars and arrays, and paths, are as plain data."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "__fspath__"):
        return str(value)
    raise StoreError(
        f"a value of type {type(value).__name__} cannot be stored ({value!r:.80}): "
        "models, solvers and scorers must return text, numbers, booleans, None, lists or mappings of these"
    )


_encoder = msgspec.msgpack.Encoder(enc_hook=_plain)
_decoder: msgspec.msgpack.Decoder[Header | Entry] = msgspec.msgpack.Decoder(Header | Entry)

_plain_decoder: msgspec.msgpack.Decoder[dict[str, Any]] = msgspec.msgpack.Decoder(dict[str, Any])
_TAGS = ("entry", "header")


def encode(thing: Header | Entry) -> bytes:
    """Encode as msgpack; text that is not valid Unicode and integers beyond 64 bits are made storable.

    Raises:
        StoreError: A value is of a type that cannot be stored.
    """
    try:
        return _encoder.encode(thing)
    except (UnicodeEncodeError, OverflowError):
        return _encoder.encode(_storable(thing))


def decode(payload: bytes | memoryview) -> Header | Entry:
    """Decode a payload.

    Raises:
        msgspec.DecodeError: It is not one that `encode` made.
    """
    return _decoder.decode(payload)


def decode_plain(payload: bytes | memoryview) -> dict[str, Any]:
    """Decode a payload without making structs of it; fields at their default are absent.

    Raises:
        msgspec.DecodeError: It is not one that `encode` made.
    """
    thing = _plain_decoder.decode(payload)
    if thing.get("type") not in _TAGS:
        raise msgspec.ValidationError(f"neither a header nor an entry: {thing!r:.80}")
    return thing


def _storable(value: Any) -> Any:
    """A copy in which lone surrogates are U+FFFD and integers beyond 64 bits are text."""
    if isinstance(value, str) and type(value) is str:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -(2**63) <= value < 2**64 else str(value)
    if isinstance(value, msgspec.Struct):
        changed = {name: _storable(getattr(value, name)) for name in value.__struct_fields__}
        return type(value)(**changed)
    if isinstance(value, Mapping):
        return {_storable(key): _storable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_storable(each) for each in value)
    return value
