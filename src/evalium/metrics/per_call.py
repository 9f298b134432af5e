"""Tokens and money: means a call and totals."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, NamedTuple

import numpy as np

from .base import Factory, IntervalRule, Need, SumMetric
from .column import Floats
from .frame import Frame
from .timing import flag_cached

JUDGE = "judge_cost"


class Amount(NamedTuple):
    """What is counted.

    Attributes:
        column: Column of the record, or `judge_cost` for what scoring cost.
        unit: Its unit.
        factor: What the mean is multiplied by.
        total: Whether the sum is meant instead of the mean.
    """

    column: str
    unit: str
    factor: float = 1.0
    total: bool = False


AMOUNTS: Mapping[str, Amount] = {
    "input_tokens": Amount("input_tokens", "token"),
    "output_tokens": Amount("output_tokens", "token"),
    "cached_tokens": Amount("cached_tokens", "token"),
    "reasoning_tokens": Amount("reasoning_tokens", "token"),
    "input_tokens_total": Amount("input_tokens", "token", total=True),
    "output_tokens_total": Amount("output_tokens", "token", total=True),
    "cached_tokens_total": Amount("cached_tokens", "token", total=True),
    "reasoning_tokens_total": Amount("reasoning_tokens", "token", total=True),
    "attempts": Amount("attempts", "request"),
    "cost_per_call": Amount("cost", "USD"),
    "cost_per_1000": Amount("cost", "USD", factor=1000.0),
    "cost_total": Amount("cost", "USD", total=True),
    "judge_cost": Amount(JUDGE, "USD"),
    "judge_cost_total": Amount(JUDGE, "USD", total=True),
}


@dataclass(frozen=True, kw_only=True)
class AmountMean(SumMetric):
    """Mean amount a call: tokens as the provider reported them, USD by the price table; lower is better.

    Summed amounts / calls; `cost_per_1000` is a thousand times that. `cached_tokens` are part of the input tokens,
    `reasoning_tokens` of the output tokens; `attempts` are requests sent, the successful one included; `judge_cost` is
    what scoring cost. Over calls that report it. An answer from the response cache keeps the amounts of its original
    call (flag `includes_cached`). Interval: t, flagged where skewed; CR1 where units are clustered.

    When not to use it: for tokens of models with different tokenizers: take `cost_per_call`. For a bill take the total:
    a mean of calls of very different size belongs to none of them.

    Attributes:
        amount: Name in `AMOUNTS`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"cost": [0.001, 0.003]})
        >>> estimate(AmountMean(amount="cost_per_1000"), frame)["cost_per_1000"].value
        2.0
    """

    amount: str = "cost_per_call"

    interval: ClassVar[IntervalRule] = "mean"
    high = None
    higher_is_better = False

    @property
    def name(self) -> str:
        """The amount's name."""
        return self.amount

    @property
    def unit(self) -> str:
        """The amount's unit."""
        return AMOUNTS[self.amount].unit

    @property
    def options(self) -> dict[str, object]:
        """None: the name says it all."""
        return {}

    def needs(self) -> tuple[Need, ...]:
        """The column, and whether it comes from the cache."""
        column = AMOUNTS[self.amount].column
        return (Need("cost", "*"),) if column == JUDGE else (Need(column), Need("cached"))

    def source(self) -> str:
        """The column."""
        return f"amounts|{AMOUNTS[self.amount].column}"

    def rows(self, frame: Frame) -> Floats:
        """The amount."""
        return amounts(frame, AMOUNTS[self.amount].column)

    def finish(self, ratio: Floats) -> Floats:
        """Per call, or per thousand calls."""
        return ratio * AMOUNTS[self.amount].factor

    def flags(self, frame: Frame) -> tuple[str, ...]:
        """Whether cached answers are among them."""
        return () if AMOUNTS[self.amount].column == JUDGE else flag_cached(frame)


@dataclass(frozen=True, kw_only=True)
class AmountTotal(AmountMean):
    """Total amount over the calls that report it: tokens, or USD; lower is better.

    Sum of the amounts, which are those of the mean (`cost_per_call`, `input_tokens`, ...). With sampled records the
    total of all, by inverse probability. The interval is that of the mean times the number of calls: what as many calls
    of the same kind would come to.

    When not to use it: between runs of different size: take the mean a call.

    Attributes:
        amount: Name in `AMOUNTS`.

    Example:
        >>> from evalium.metrics import Frame, estimate
        >>> frame = Frame.from_columns({"output_tokens": [10, 30]})
        >>> estimate(AmountTotal(amount="output_tokens_total"), frame)["output_tokens_total"].value
        40.0
    """

    amount: str = "cost_total"

    interval = "total"

    def value(self, sums: Floats) -> Floats:
        """The sum; nan where nothing was counted."""
        return np.where(sums[..., 1] > 0, sums[..., 0], np.nan)


def amounts(frame: Frame, column: str) -> Floats:
    """Amounts [n] of a record column, or of what all scorers together cost."""
    if column != JUDGE:
        return frame.number(column)
    costs = [frame.number(f"{scorer}.cost") for scorer in frame.score_status]
    if not costs:
        return np.full(frame.n, np.nan)
    known = ~np.isnan(costs).all(axis=0)
    return np.where(known, np.nansum(costs, axis=0), np.nan)


def by_name(name: str) -> Factory | None:
    """The factory of a name in `AMOUNTS`, or None."""
    if name not in AMOUNTS:
        return None
    return partial(AmountTotal if AMOUNTS[name].total else AmountMean, amount=name)


def __getattr__(name: str) -> Factory:
    factory = by_name(name)
    if factory is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return factory
