from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from evalium.models.sse import SseParser

BOM = b"\xef\xbb\xbf"
PIECES = [b"data: ", b"data:", b"data", b"da", b"event: x", b":", b" ", b"a", "ü".encode(), b"\r", b"\n", b"\r\n", BOM]
STREAMS = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)
CUTS = st.lists(st.integers(0, 200), max_size=8)


def reference(stream: bytes) -> list[bytes]:
    """The WHATWG rules, applied to the whole stream line by line."""
    *lines, _unfinished = re.split(rb"\r\n|\n|\r", stream.removeprefix(BOM))
    events: list[bytes] = []
    data: list[bytes] = []
    for line in lines:
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.removeprefix(b" "))
        if not line and data:
            events.append(b"\n".join(data))
            data = []
    return events


def read(stream: bytes, cuts: list[int]) -> list[bytes]:
    """Feed a stream cut at the given places."""
    parser = SseParser()
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [event for a, b in pairwise(edges) for event in parser.feed(stream[a:b])]


@given(STREAMS, CUTS)
def test_agrees_with_the_rules_however_it_is_cut(stream: bytes, cuts: list[int]) -> None:
    assert read(stream, cuts) == reference(stream)
    assert read(stream, list(range(len(stream)))) == reference(stream)


@given(st.binary(max_size=60), CUTS)
def test_any_bytes_are_survived(stream: bytes, cuts: list[int]) -> None:
    assert read(stream, cuts) == reference(stream)


def test_comments_and_named_events() -> None:
    stream = b": ping\n\nevent: message\ndata: 1\nid: 7\nretry: 10\n\n:\ndata: 2\n\n"
    assert SseParser().feed(stream) == [b"1", b"2"]


def test_multi_line_data_is_joined() -> None:
    assert SseParser().feed(b"data: {\r\ndata: }\r\n\r\n") == [b"{\n}"]


def test_cr_alone_ends_a_line_at_once() -> None:
    assert SseParser().feed(b"data: 1\r\r") == [b"1"]


def test_utf8_cut_inside_a_character() -> None:
    stream = "data: größer\n\n".encode()
    for i in range(len(stream)):
        assert read(stream, [i]) == ["größer".encode()]


def test_unfinished_event_is_dropped() -> None:
    assert SseParser().feed(b"data: 1\n") == []
