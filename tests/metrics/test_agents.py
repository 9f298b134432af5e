"""Agents and conversations: metrics of what their scorers say, by hand and end to end."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import Estimate, Record, Score, Status
from evalium.metrics import Frame, Metric, estimate, paired
from evalium.metrics.completion import CostPerSuccess, TaskCompletionRate, TimePerSuccess
from evalium.metrics.conversation import ConversationScore, TurnScore
from evalium.metrics.tool_calls import ArgumentExactness, ToolCallF1, ToolCallPrecision, ToolCallRecall
from evalium.metrics.trajectory import RecoveryRate, Steps, TrajectoryMatch, TrajectoryPrecision, TrajectoryRecall
from evalium.scorers import Scorer, score_now
from evalium.scorers.conversation import conversation
from evalium.scorers.tool_calls import tool_calls
from evalium.scorers.trajectory import trajectory


def one(metric: Metric, frame: Frame) -> Estimate:
    return estimate(metric, frame)[metric.key]


def frame_of(scorer: Scorer, data: list[dict[str, Any]], targets: list[Any], **columns: Any) -> Frame:
    """Score records and put what came out into a frame, as a run does."""
    scores = []
    for i, (one_data, target) in enumerate(zip(data, targets, strict=True)):
        about = Record(
            key="", run="", sample=str(i), sample_hash="", model="m", status=Status.OK, output="-", data=one_data,
            target=target,
        )  # fmt: skip
        scored = score_now(scorer, about)
        assert isinstance(scored, Score)
        scores.append(scored)
    found: dict[str, Any] = {"it.value": [s.value for s in scores], "it.status": [s.status for s in scores]}
    for name in scorer.values:
        found[f"it.values.{name}"] = [s.values.get(name) for s in scores]
    return Frame.from_columns({**found, **columns})


def calls(*names: str) -> list[dict[str, Any]]:
    return [{"name": name[0], "arguments": {"x": name[1:]}} for name in names]


MADE = [calls("a1", "b2"), calls("a9"), [], calls("c1"), []]
WANTED = [calls("a1", "b3"), calls("a9", "d1"), calls("a1"), [], []]


def test_tool_calls_by_hand() -> None:
    frame = frame_of(tool_calls(), [{"tool_calls": m} for m in MADE], WANTED)
    # made 2+1+0+1+0 = 4, wanted 2+2+1+0+0 = 5, same name 2+1 = 3, same arguments 1+1 = 2
    assert one(ToolCallPrecision(scorer="it"), frame).value == 2 / 4
    assert one(ToolCallRecall(scorer="it"), frame).value == 2 / 5
    assert one(ToolCallF1(scorer="it"), frame).value == pytest.approx(2 * 0.5 * 0.4 / 0.9)
    assert one(ToolCallPrecision(scorer="it", match="name"), frame).value == 3 / 4
    assert one(ToolCallRecall(scorer="it", match="name"), frame).value == 3 / 5
    assert one(ArgumentExactness(scorer="it"), frame).value == 2 / 3


def test_tool_calls_without_any() -> None:
    frame = frame_of(tool_calls(), [{"tool_calls": []}] * 3, [[]] * 3)
    for metric, why in (
        (ToolCallPrecision(scorer="it"), "no tool was called"),
        (ToolCallRecall(scorer="it"), "no tool call was expected"),
        (ToolCallF1(scorer="it"), "no tool call was made or expected"),
        (ArgumentExactness(scorer="it"), "no expected tool was called"),
    ):
        found = one(metric, frame)
        assert math.isnan(found.value) and found.reason == why and found.n == 3


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=2, max_size=20))
@settings(max_examples=200)
def test_f1_is_the_harmonic_mean(rows: list[tuple[int, int, int]]) -> None:
    made, expected, hits = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    hits = np.minimum(hits, np.minimum(made, expected))
    frame = Frame.from_columns(
        {"t.value": np.zeros(len(rows)), "t.values.made": made, "t.values.expected": expected, "t.values.exact": hits}
    )
    p, r = one(ToolCallPrecision(scorer="t"), frame).value, one(ToolCallRecall(scorer="t"), frame).value
    if p > 0 and r > 0:
        assert one(ToolCallF1(scorer="t"), frame).value == pytest.approx(2 * p * r / (p + r))


STEPS: list[list[Any]] = [["a", "b"], ["a", "x", "b"], ["b", "a"], ["a"], []]


def test_trajectories_by_hand() -> None:
    frame = frame_of(trajectory(), [{"trajectory": s} for s in STEPS], [["a", "b"]] * 5)
    shares = {"exact": 1 / 5, "in_order": 2 / 5, "any_order": 3 / 5, "subset": 4 / 5}
    for mode, share in shares.items():
        found = one(TrajectoryMatch(scorer="it", mode=mode), frame)  # type: ignore[arg-type]
        assert found.value == pytest.approx(share) and found.method == "wilson"
    assert one(Steps(scorer="it"), frame).value == pytest.approx(8 / 5)
    precision = one(TrajectoryPrecision(scorer="it"), frame)
    assert precision.value == pytest.approx((1 + 2 / 3 + 1 + 1) / 4) and precision.n_missing == 1
    assert one(TrajectoryRecall(scorer="it"), frame).value == pytest.approx((1 + 1 + 1 + 0.5 + 0) / 5)


def test_recovery_by_hand() -> None:
    failed = {"name": "a", "error": "timeout"}
    steps = [[failed, "a"], [failed], ["a"], ["a", failed, "a"], [failed]]
    success = [True, False, False, True, None]
    data = [{"trajectory": s, **({} if ok is None else {"success": ok})} for s, ok in zip(steps, success, strict=True)]
    frame = frame_of(trajectory(), data, [["a"]] * 5, **{"done.value": [1, 1, 0, 0, 1]})
    found = one(RecoveryRate(scorer="it"), frame)
    assert found.value == pytest.approx(2 / 3) and found.n_missing == 1
    assert one(RecoveryRate(scorer="it", success="done"), frame).value == pytest.approx(3 / 4)
    never = one(RecoveryRate(scorer="it"), frame.take(np.array([2])))
    assert math.isnan(never.value) and never.reason == "no trace has a failed step"


def test_completion_by_hand() -> None:
    columns = {"it.value": [1, 0, 1, 0.5, None], "it.status": ["ok", "ok", "ok", "ok", "unparsed"]}
    frame = Frame.from_columns({**columns, "cost": [1, 2, 3, 4, 5], "latency": [1, 1, 1, 1, None]})
    assert one(TaskCompletionRate(scorer="it"), frame).value == 2 / 5
    assert one(TaskCompletionRate(scorer="it", threshold=0.5), frame).value == 3 / 5
    assert one(TaskCompletionRate(scorer="it", unparsed="missing"), frame).value == 2 / 4
    assert one(CostPerSuccess(scorer="it"), frame).value == 15 / 2
    spent = one(TimePerSuccess(scorer="it"), frame)
    assert spent.value == 4 / 2 and spent.n_missing == 1 and spent.unit == "s"
    none = one(CostPerSuccess(scorer="it"), frame.take(np.array([1, 3])))
    assert math.isnan(none.value) and none.reason == "no unit is a success"


def test_conversations_as_records() -> None:
    turns = [[1, 0, 1, 1], [0.5], [None, 0, 1]]
    frame = frame_of(conversation(), [{"turns": t} for t in turns], [None] * 3)
    assert one(TurnScore(scorer="it"), frame).value == pytest.approx(4.5 / 7)
    assert one(ConversationScore(scorer="it"), frame).value == pytest.approx((0.75 + 0.5 + 0.5) / 3)


def test_turns_as_records() -> None:
    frame = Frame.from_columns({"it.value": [1, 0, 1, 1, 0.5, 0, 1], "cluster": list("aaaabcc")})
    for of, expected in (("mean", (0.75 + 0.5 + 0.5) / 3), ("min", 0.5 / 3), ("max", 2.5 / 3)):
        found = one(ConversationScore(scorer="it", of=of), frame)  # type: ignore[arg-type]
        assert found.value == pytest.approx(expected) and found.n_clusters == 3


def test_two_agents_are_compared_on_the_same_tasks() -> None:
    rng = np.random.default_rng(3)
    cost = rng.gamma(2, 1, 200)
    a = Frame.from_columns({"it.value": (rng.random(200) < 0.8).astype(float), "cost": cost})
    b = Frame.from_columns({"it.value": (rng.random(200) < 0.5).astype(float), "cost": cost})
    found = paired(CostPerSuccess(scorer="it"), a, b)["cost_per_success"]
    assert found.difference.high < 0 and found.p < 0.01
