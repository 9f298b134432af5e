"""Tool calls are matched without order, by name and by the JSON of their arguments."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ToolCall
from evalium.scorers.energy import energy_wh
from evalium.scorers.tool_calls import frozen, tool_calls

from .records import record, scored, value


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


def counts(made: list[Any], wanted: list[Any]) -> tuple[float, ...]:
    score = scored(tool_calls(), record("", wanted, data={"tool_calls": made}))
    values: dict[str, Any] = dict(score.values)
    return tuple(values[name] for name in ("expected", "made", "named", "exact"))


@pytest.mark.parametrize(
    ("made", "wanted", "expected"),
    [
        ([], [], (0, 0, 0, 0)),
        ([call("a")], [], (0, 1, 0, 0)),
        ([], [call("a")], (1, 0, 0, 0)),
        ([call("b"), call("a")], [call("a"), call("b")], (2, 2, 2, 2)),
        ([call("a", x=1)], [call("a", x=2)], (1, 1, 1, 0)),
        ([call("a", x=1), call("a", x=1)], [call("a", x=1)], (1, 2, 1, 1)),
        ([call("a", x=2), call("a", x=1)], [call("a", x=1)], (1, 2, 1, 1)),
        ([call("a", x=1.0, y=[1, {"z": None}])], [call("a", y=[1.0, {"z": None}], x=1)], (1, 1, 1, 1)),
        ([call("a", x=True)], [call("a", x=1)], (1, 1, 1, 0)),
        ([call("a", x=[1, 2])], [call("a", x=[2, 1])], (1, 1, 1, 0)),
        ([{"name": "a", "arguments": '{"x": 1}'}], [call("a", x=1)], (1, 1, 1, 1)),
        ([{"name": "a", "arguments": "{x: 1}"}], [call("a", x=1)], (1, 1, 1, 0)),
        ([{"name": "a", "arguments": "{x: 1}"}], [{"name": "a", "arguments": "{x: 1}"}], (1, 1, 1, 0)),
        ([{"name": "a"}], [{"name": "a", "arguments": ""}], (1, 1, 1, 1)),
        ([call("é𝒳", k="ü")], [call("é𝒳", k="ü")], (1, 1, 1, 1)),
    ],
)
def test_counts(made: list[Any], wanted: list[Any], expected: tuple[float, ...]) -> None:
    assert counts(made, wanted) == expected


names = st.sampled_from(["a", "b", "c"])
some_calls = st.lists(st.builds(lambda n, x: call(n, x=x), names, st.integers(0, 2)), max_size=5)


def best_matching(made: list[Any], wanted: list[Any], same: Any) -> int:
    """The most pairs of any assignment, by trying each."""
    short, long = sorted([made, wanted], key=len)
    return max(
        (sum(map(same, short, chosen)) for chosen in itertools.permutations(long, len(short))),
        default=0,
    )


@given(some_calls, some_calls)
@settings(max_examples=200)
def test_is_the_best_matching(made: list[Any], wanted: list[Any]) -> None:
    expected, given_, named, exact = counts(made, wanted)
    assert (expected, given_) == (len(wanted), len(made))
    assert named == best_matching(made, wanted, lambda a, b: a["name"] == b["name"])
    assert exact == best_matching(made, wanted, lambda a, b: a == b)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2).map(lambda x: round(x, 1)) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


def same_json(a: Any, b: Any) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same_json(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same_json, a, b))
    return (type(a) in (int, float) and type(b) in (int, float) and a == b) or (type(a) is type(b) and a == b)


@given(json_values, json_values)
@settings(max_examples=200)
def test_frozen_is_equal_where_json_is(a: Any, b: Any) -> None:
    assert (frozen(a) == frozen(b)) == same_json(a, b)
    assert frozen(a) == frozen(a)


def test_where_calls_are_found() -> None:
    wanted = [call("a", x=1)]
    asked = (ToolCall(id="1", name="a", arguments='{"x": 1}'),)
    assert value(tool_calls(), None, wanted, tool_calls=asked) == 1.0
    assert value(tool_calls(), '[{"name": "a", "arguments": {"x": 1}}]', wanted) == 1.0
    assert value(tool_calls(), '```json\n{"name": "a", "arguments": {"x": 1}}\n```', wanted) == 1.0
    assert value(tool_calls(), "I would rather not.", wanted) == 0.0
    assert value(tool_calls(), "I would rather not.", []) == 1.0
    assert value(tool_calls(), None, wanted) == "missing"
    assert value(tool_calls(), None, [], finish_reason="stop") == 1.0
    assert value(tool_calls(), "x", None) == "missing"


@pytest.mark.parametrize("target", ["a", 3, [3], [{"arguments": {}}], [{"name": 3}]])
def test_wrong_targets_are_errors(target: Any) -> None:
    assert value(tool_calls(), "", target) == "error"


def test_says_what_differs() -> None:
    score = scored(tool_calls(), record("", [call("a"), call("b")], data={"tool_calls": [call("a"), call("c")]}))
    assert score.explanation == "not called as expected: b; called otherwise: c" and score.value == 0.5


@pytest.mark.parametrize(
    ("data", "expected"),
    [({"energy_wh": 0}, 0.0), ({"energy_wh": 1.5}, 1.5), ({}, "missing"), ({"energy_wh": -1}, "error"),
     ({"energy_wh": float("nan")}, "error"), ({"energy_wh": "1"}, "error"), ({"energy_wh": True}, "error")],
)  # fmt: skip
def test_energy(data: dict[str, Any], expected: float | str) -> None:
    assert value(energy_wh(), "x", data=data) == expected
