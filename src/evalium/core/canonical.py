"""Content hashes: the same content gives the same hex digits on every machine and version."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(order="deterministic")


def canonical_json(value: Any) -> bytes:
    """Encode a value as JSON with sorted keys and no blanks.

    Args:
        value: Anything that msgspec can encode.

    Example:
        >>> canonical_json({"b": 1, "a": [1.0, None]})
        b'{"a":[1.0,null],"b":1}'
    """
    return _encoder.encode(value)


def content_hash(value: Any, digits: int = 64) -> str:
    """Hash a value's canonical JSON with sha256.

    Args:
        value: Anything that msgspec can encode.
        digits: Hex digits to keep, at most 64.

    Example:
        >>> content_hash({"a": 1}, 12)
        '015abd7f5cc5'
    """
    return hashlib.sha256(_encoder.encode(value)).hexdigest()[:digits]
