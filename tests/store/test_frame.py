"""Frames survive every truncation and corruption as a true prefix."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evalium.store._frame import frame, intact_length, payloads

contents = st.lists(st.binary(min_size=1, max_size=40), max_size=8)


@given(contents)
def test_every_payload_comes_back(written: list[bytes]) -> None:
    data = b"".join(map(frame, written))
    assert [bytes(p) for p, _ in payloads(data)] == written
    assert intact_length(data) == len(data)


@given(contents, st.data())
def test_a_torn_tail_costs_only_the_frame_it_tears(written: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(map(frame, written))
    cut = data.draw(st.integers(0, len(whole)))
    read = [bytes(p) for p, _ in payloads(whole[:cut])]
    ends = [len(b"".join(map(frame, written[: n + 1]))) for n in range(len(written))]
    assert read == written[: sum(end <= cut for end in ends)]


@given(contents, st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), min_size=1, max_size=4))
def test_damage_never_yields_a_payload_that_was_not_written(written: list[bytes], flips: list[tuple[int, int]]) -> None:
    damaged = bytearray(b"".join(map(frame, written)))
    for place, mask in flips:
        if damaged:
            damaged[place % len(damaged)] ^= mask
    read = [bytes(p) for p, _ in payloads(bytes(damaged))]
    assert read == written[: len(read)]


@given(contents, st.integers(1, 100))
def test_zeros_after_a_power_cut_are_no_frames(written: list[bytes], zeros: int) -> None:
    data = b"".join(map(frame, written))
    assert intact_length(data + bytes(zeros)) == len(data)
