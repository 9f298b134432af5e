"""Precision, recall and F1 of tool calls, and how often the arguments are right."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ._scored import scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame

Match = Literal["call", "name"]


@dataclass(frozen=True, kw_only=True)
class ToolCallRatio(SumMetric):
    """Base: a ratio of counts of calls over all units, so that a unit with many calls counts for more.

    Interval: delta method on the units; CR1 where units are clustered.

    Attributes:
        scorer: A `tool_calls` scorer.
    """

    scorer: str = ""

    interval = "ratio"
    fits = ("tool_calls",)
    scored_by = "tool_calls"

    def needs(self) -> tuple[Need, ...]:
        """The counts."""
        return (Need("values", self.scorer),)

    def count(self, frame: Frame, name: str) -> Floats:
        """One of the scorer's counts."""
        return scored_values(frame, self.scorer, f"values.{name}", "missing")


@dataclass(frozen=True, kw_only=True)
class MatchedCalls(ToolCallRatio):
    """Base of precision, recall and F1.

    Attributes:
        scorer: A `tool_calls` scorer.
        match: Whether a call is right by name and arguments (`call`) or by `name` alone.
    """

    match: Match = "call"

    def rows(self, frame: Frame) -> Floats:
        """Numerator, denominator."""
        hits = self.count(frame, "exact" if self.match == "call" else "named")
        return np.stack(self.parts(hits, self.count(frame, "made"), self.count(frame, "expected")), axis=1)

    @abstractmethod
    def parts(self, hits: Floats, made: Floats, expected: Floats) -> tuple[Floats, Floats]:
        """Numerator and denominator [n]."""


@dataclass(frozen=True, kw_only=True)
class ToolCallPrecision(MatchedCalls):
    """Share of the tool calls made that were expected, in [0, 1], higher is better.

    Matched calls / made calls. Undefined where none was made.

    When not to use it: alone: an agent that calls little can score high; read `tool_call_recall` beside it.

    Example:
        >>> from evalium.metrics import compute
        >>> made = [[{"name": "find", "arguments": {"x": 1}}, {"name": "stop"}], []]
        >>> wanted = [[{"name": "find", "arguments": {"x": 1}}], [{"name": "stop"}]]
        >>> from evalium.metrics._score_columns import score_columns
        >>> from evalium.scorers.tool_calls import tool_calls
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns(score_columns(tool_calls(), "it", made, wanted))
        >>> estimate(ToolCallPrecision(scorer="it"), frame)["tool_call_precision"].value
        0.5
    """

    name = "tool_call_precision"
    reference = "precision and recall, van Rijsbergen 1979, Information Retrieval, chapter 7, of tool calls"

    def parts(self, hits: Floats, made: Floats, expected: Floats) -> tuple[Floats, Floats]:
        """Hits, made."""
        return hits, made

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return "no tool was called"


@dataclass(frozen=True, kw_only=True)
class ToolCallRecall(MatchedCalls):
    """Share of the expected tool calls that were made, in [0, 1], higher is better.

    Matched calls / expected calls. Undefined where none was expected.

    When not to use it: alone: needless calls cost nothing; read `tool_call_precision` beside it.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> counts = {"expected": [2, 1], "made": [1, 4], "named": [1, 1], "exact": [1, 0]}
        >>> frame = Frame.from_columns({"t.value": [1, 0], **{f"t.values.{k}": v for k, v in counts.items()}})
        >>> round(estimate(ToolCallRecall(scorer="t"), frame)["tool_call_recall"].value, 4)
        0.3333
        >>> round(estimate(ToolCallRecall(scorer="t", match="name"), frame)["tool_call_recall"].value, 4)
        0.6667
    """

    name = "tool_call_recall"
    reference = "precision and recall, van Rijsbergen 1979, Information Retrieval, chapter 7, of tool calls"

    def parts(self, hits: Floats, made: Floats, expected: Floats) -> tuple[Floats, Floats]:
        """Hits, expected."""
        return hits, expected

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return "no tool call was expected"


@dataclass(frozen=True, kw_only=True)
class ToolCallF1(MatchedCalls):
    """Harmonic mean of the precision and recall of tool calls, in [0, 1], higher is better.

    2 matched / (made + expected) over all units. Undefined where no call was made or expected.

    When not to use it: where a wrong call does harm that no right one makes good, or where the order counts: take
    `trajectory_match`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> counts = {"expected": [2, 1], "made": [1, 4], "named": [1, 1], "exact": [1, 0]}
        >>> frame = Frame.from_columns({"t.value": [1, 0], **{f"t.values.{k}": v for k, v in counts.items()}})
        >>> estimate(ToolCallF1(scorer="t"), frame)["tool_call_f1"].value
        0.25
    """

    name = "tool_call_f1"
    reference = "precision and recall, van Rijsbergen 1979, Information Retrieval, chapter 7, of tool calls"

    def parts(self, hits: Floats, made: Floats, expected: Floats) -> tuple[Floats, Floats]:
        """2 hits, made + expected."""
        return 2 * hits, made + expected

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return "no tool call was made or expected"


@dataclass(frozen=True, kw_only=True)
class ArgumentExactness(ToolCallRatio):
    """Share of the calls to the right tool whose arguments are all right, in [0, 1], higher is better.

    Calls with equal name and arguments / calls with the right name. Equality is JSON's. Undefined where no right tool
    was called.

    When not to use it: alone: it says nothing of tools that were not called (`tool_call_recall`); nor where an argument
    may be worded freely.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> counts = {"expected": [2, 1], "made": [1, 4], "named": [1, 1], "exact": [1, 0]}
        >>> frame = Frame.from_columns({"t.value": [1, 0], **{f"t.values.{k}": v for k, v in counts.items()}})
        >>> estimate(ArgumentExactness(scorer="t"), frame)["argument_exactness"].value
        0.5
    """

    name = "argument_exactness"

    def rows(self, frame: Frame) -> Floats:
        """Exact, named."""
        return np.stack([self.count(frame, "exact"), self.count(frame, "named")], axis=1)

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return "no expected tool was called"
