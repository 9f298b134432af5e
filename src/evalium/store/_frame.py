"""Frames: length, checksum, payload. The only thing the journal trusts after a crash."""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Iterator

Buffer = bytes | memoryview | mmap.mmap

HEAD = struct.Struct("<II")
"""Length and crc32 of the payload, both unsigned 32 bit, little endian."""


def frame(payload: bytes) -> bytes:
    """Put length and checksum before a payload.

    Example:
        >>> frame(b"abc").hex()
        '03000000c2412435616263'
    """
    return HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def payloads(data: Buffer) -> Iterator[tuple[memoryview, int]]:
    """Yield each intact payload and the offset at which its frame ends; stop at the first frame that is not intact.

    An empty payload is never written, so that a tail of zeros (what a file system may leave after a power cut) is
    not taken for frames.

    Args:
        data: Frames one after another.

    Example:
        >>> [(bytes(p), end) for p, end in payloads(frame(b"a") + frame(b"bc") + b"torn")]
        [(b'a', 9), (b'bc', 19)]
    """
    view = memoryview(data)
    offset, size, head = 0, len(view), HEAD.size
    while offset + head <= size:
        length, crc = HEAD.unpack_from(view, offset)
        end = offset + head + length
        if length == 0 or end > size:
            return
        payload = view[offset + head : end]
        if zlib.crc32(payload) != crc:
            return
        yield payload, end
        offset = end


def intact_length(data: Buffer) -> int:
    """Bytes from the start that consist of whole, undamaged frames.

    Example:
        >>> intact_length(frame(b"a") + frame(b"bc")[:-1])
        9
    """
    return max((end for _, end in payloads(data)), default=0)
