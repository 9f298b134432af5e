"""The content hash of a sample: what makes two samples the same question."""

from __future__ import annotations

import base64
import hashlib
import os
from functools import lru_cache
from typing import Any

import msgspec

from evalium.core import DataError, Media, MediaPart, Sample, content_hash


def sample_hash(sample: Sample) -> str:
    """Hash a sample's content: input, target, choices, context and media.

    The identifier, attributes, cluster and fields do not count, nor where the media lie: a local file counts by its
    bytes, a URL by its text. Types count: the text `"1"` is not the number 1.

    Args:
        sample: The sample; its own `hash` is not looked at.

    Returns:
        32 hex digits.

    Raises:
        DataError: A file of its media cannot be read, or a value has no JSON form.

    Example:
        >>> one = Sample(id="1", input="2 + 2", target="4")
        >>> sample_hash(one), sample_hash(one) == sample_hash(Sample(id="x", input="2 + 2", target=4))
        ('90f601bb92de82596db4bb16e897c977', False)
    """
    media = [media_digest(m) for m in sample.media]
    asked = _messages(sample.input) if isinstance(sample.input, tuple) else sample.input
    try:
        return content_hash((asked, sample.target, sample.choices, sample.context, media), 32)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise DataError(f"a value has no JSON form: {error}; use plain Python values") from error


def media_digest(media: Media) -> list[str]:
    """Say what a piece of media is: its kind and the sha256 of its bytes, or its URL."""
    if media.url is not None:
        return [media.kind, media.url]
    if media.blob is not None:
        return [media.kind, media.blob]
    if media.data is not None:
        return [media.kind, hashlib.sha256(base64.b64decode(media.data)).hexdigest()]
    return [media.kind, file_digest(media.path or "")]


def file_digest(path: str) -> str:
    """Hash a file's bytes; a file seen lately and not changed since is not read again.

    Raises:
        DataError: It cannot be read.
    """
    try:
        state = os.stat(path)
        return _file_digest(path, state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise DataError(f"media {path!r} cannot be read: {error.strerror}") from error


@lru_cache(maxsize=4096)
def _file_digest(path: str, size: int, modified: int) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _messages(messages: tuple[Any, ...]) -> list[Any]:
    plain: list[Any] = []
    for message in messages:
        if isinstance(message.content, tuple):
            parts = [media_digest(p.media) if isinstance(p, MediaPart) else p.text for p in message.content]
            plain.append([msgspec.structs.replace(message, content=""), parts])
        else:
            plain.append(message)
    return plain
