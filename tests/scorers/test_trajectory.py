"""Trajectories and conversations."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.scorers.conversation import conversation
from evalium.scorers.trajectory import trajectory

from .records import record, scored, value

MODES = ("exact", "in_order", "any_order", "subset")


def matches(taken: list[Any], wanted: list[Any], **options: Any) -> dict[str, Any]:
    return dict(scored(trajectory(**options), record("", wanted, data={"trajectory": taken})).values)


@pytest.mark.parametrize(
    ("taken", "wanted", "expected"),
    [
        ("ab", "ab", (1, 1, 1, 1)),
        ("axb", "ab", (0, 1, 1, 0)),
        ("ba", "ab", (0, 0, 1, 1)),
        ("a", "ab", (0, 0, 0, 1)),
        ("aab", "ab", (0, 1, 1, 0)),
        ("ab", "aab", (0, 0, 0, 1)),
        ("c", "ab", (0, 0, 0, 0)),
        ("", "ab", (0, 0, 0, 1)),
        ("ab", "", (0, 1, 1, 0)),
        ("", "", (1, 1, 1, 1)),
    ],
)
def test_modes(taken: str, wanted: str, expected: tuple[int, ...]) -> None:
    found = matches(list(taken), list(wanted))
    assert tuple(found[mode] for mode in MODES) == expected
    assert ("precision" in found, "recall" in found) == (bool(taken), bool(wanted))


@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), max_size=4))
@settings(max_examples=200)
def test_modes_are_what_they_say(taken: list[str], wanted: list[str]) -> None:
    found = matches(taken, wanted)
    assert found["in_order"] == any(list(c) == wanted for c in itertools.combinations(taken, len(wanted)))
    assert found["any_order"] == all(taken.count(s) >= wanted.count(s) for s in "abc")
    assert found["subset"] == all(taken.count(s) <= wanted.count(s) for s in "abc")
    assert found["exact"] <= min(found["in_order"], found["subset"]) and found["in_order"] <= found["any_order"]
    assert found["steps"] == len(taken)


def test_steps_are_compared_by_name_or_as_calls() -> None:
    taken = [{"name": "a", "arguments": {"x": 1}}, {"name": "b", "error": "no such page"}]
    wanted = [{"name": "a", "arguments": {"x": 2}}, "b"]
    assert matches(taken, wanted)["exact"] == 1.0
    assert matches(taken, wanted, compare="call")["recall"] == 0.5
    assert matches(taken, wanted)["failed_steps"] == 1.0


def test_success_is_the_records() -> None:
    data = {"trajectory": ["a"], "success": True}
    assert scored(trajectory(), record("", ["a"], data=data)).values["success"] == 1.0
    assert "success" not in matches(["a"], ["a"])


def test_where_steps_are_found() -> None:
    assert value(trajectory(), '["a", "b"]', ["a", "b"]) == 1.0
    assert value(trajectory(), "first a, then b", ["a", "b"]) == "unparsed"
    assert value(trajectory(), None, ["a"]) == "missing"
    assert value(trajectory(), '["a"]', None) == "missing"
    assert value(trajectory(), '{"a": 1}', ["a"]) == "error"
    assert value(trajectory(), "[1]", ["a"]) == "error"
    assert value(trajectory(), '["a"]', "a") == "error"


@pytest.mark.parametrize(
    ("aggregate", "expected"), [("mean", 2.0), ("min", 0.5), ("max", 4.5), ("first", 1.0), ("last", 0.5)]
)
def test_conversations(aggregate: Any, expected: float) -> None:
    turns = [{"score": 1}, {"role": "user"}, 4.5, None, {"score": 2.0}, 0.5]
    score = scored(conversation(aggregate=aggregate), record("", data={"turns": turns}))
    assert score.value == expected
    assert score.values == {"total": 8.0, "turns": 4.0, "turn": [1.0, 4.5, 2.0, 0.5]}


@pytest.mark.parametrize(
    ("turns", "expected"),
    [([], "missing"), ([None], "missing"), (["good"], "error"), ([float("nan")], "error"), ("x", "error"), ([1], 1.0)],
)
def test_conversations_without_numbers(turns: Any, expected: float | str) -> None:
    assert value(conversation(), "", data={"turns": turns}) == expected
