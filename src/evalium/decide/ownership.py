"""What a model costs in operation over time, and from which traffic on another one is cheaper."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalium.core import ConfigError
from evalium.core.config import Config

Floats = npt.NDArray[np.float64]


class Ownership(Config, frozen=True, kw_only=True):
    """What a model costs in operation, beyond the price of a call.

    Attributes:
        calls_per_month: Traffic in the first month.
        months: How long it is counted.
        growth: Growth of the traffic from month to month; 0.05 is 5 % a month.
        setup: USD once, by model; `"*"` for all that are not named.
        fixed: USD a month for machines, licences and operations, by model; `"*"` for all that are not named.
        review_share: Share of the calls that a person looks at.
        review_cost: USD for one such look.
        errors: Metric that says how often a call goes wrong: a share, of right or of wrong answers by its direction, or
            one in USD a call, such as `expected_cost`; None leaves errors out.
        error_cost: USD that one wrong call costs, where `errors` is a share.
    """

    calls_per_month: float
    months: int = 12
    growth: float = 0.0
    setup: dict[str, float] = {}
    fixed: dict[str, float] = {}
    review_share: float = 0.0
    review_cost: float = 0.0
    errors: str | None = None
    error_cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs of one model in USD.

    Attributes:
        setup: Once.
        fixed: All months together, without what depends on the traffic.
        calls: Of all calls at the model's price.
        review: Of people who look at calls.
        errors: Of calls that went wrong.
        total: All of them.
        draws: [B] totals on joint draws of the price of a call and of the error rate.
        per_call: What one more call costs: price, review and errors.
        per_call_draws: [B] of it.
    """

    setup: float
    fixed: float
    calls: float
    review: float
    errors: float
    total: float
    draws: Floats
    per_call: float
    per_call_draws: Floats


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where two models cost the same.

    Attributes:
        cheap_below: Model that is cheaper below it.
        cheap_above: Model that is cheaper above it.
        value: Where they cost the same; nan when one of them is cheaper at any value.
        low: Lower end of its interval over the draws; 0 where in enough draws the second is always cheaper.
        high: Upper end; infinite where in enough draws the first is.
    """

    cheap_below: int
    cheap_above: int
    value: float
    low: float
    high: float


def check_ownership(plan: Ownership) -> None:
    """Refuse costs and traffic that make no sense.

    Raises:
        ConfigError: Names the field.
    """
    numbers = {
        "calls_per_month": plan.calls_per_month,
        "review_share": plan.review_share,
        "review_cost": plan.review_cost,
        "error_cost": plan.error_cost,
        **{f"setup.{name}": cost for name, cost in plan.setup.items()},
        **{f"fixed.{name}": cost for name, cost in plan.fixed.items()},
    }
    for name, number in numbers.items():
        if not (math.isfinite(number) and number >= 0):
            raise ConfigError(f"decide.ownership.{name} must be a number of at least 0, got {number!r}")
    if plan.months < 1:
        raise ConfigError(f"decide.ownership.months must be at least 1, got {plan.months!r}")
    if not plan.growth > -1:
        raise ConfigError(f"decide.ownership.growth is the growth a month, above -1, got {plan.growth!r}")
    if plan.review_share > 1:
        raise ConfigError(f"decide.ownership.review_share is a share of the calls in [0, 1], got {plan.review_share!r}")


def total_calls(plan: Ownership) -> float:
    """Calls over all months, with the growth of the traffic.

    Example:
        >>> round(total_calls(Ownership(calls_per_month=100, months=3, growth=0.1)), 6)
        331.0
    """
    return plan.calls_per_month * growth_factor(plan)


def growth_factor(plan: Ownership) -> float:
    """Calls over all months for each call in the first."""
    return float(sum((1 + plan.growth) ** month for month in range(plan.months)))


def costs_of(plan: Ownership, model: str, price: float, prices: Floats, wrong: float, wrongs: Floats) -> Costs:
    """Costs of one model over the plan's months.

    Args:
        plan: Traffic and costs.
        model: Name of the model, for its own setup and fixed costs.
        price: USD of one call.
        prices: [B] draws of it.
        wrong: USD that errors cost for each call.
        wrongs: [B] draws of it, of the same resamples.

    Example:
        >>> plan = Ownership(calls_per_month=1000, months=12, fixed={"*": 50}, review_share=0.1, review_cost=0.5)
        >>> costs = costs_of(plan, "m", 0.01, np.array([0.01]), 0.0, np.array([0.0]))
        >>> costs.fixed, round(costs.calls, 6), round(costs.review, 6), round(costs.total, 6)
        (600.0, 120.0, 600.0, 1320.0)
    """
    calls = total_calls(plan)
    setup, fixed = _own(plan.setup, model), _own(plan.fixed, model) * plan.months
    review = plan.review_share * plan.review_cost
    per_call, drawn = price + review + wrong, prices + review + wrongs
    return Costs(
        setup=setup,
        fixed=fixed,
        calls=calls * price,
        review=calls * review,
        errors=calls * wrong,
        total=setup + fixed + calls * per_call,
        draws=setup + fixed + calls * drawn,
        per_call=per_call,
        per_call_draws=drawn,
    )


def _own(costs: dict[str, float], model: str) -> float:
    return float(costs.get(model, costs.get("*", 0.0)))


def traffic_break_even(plan: Ownership, first: Costs, second: Costs, level: float = 0.95) -> BreakEven:
    """Calls in the first month at which two models cost the same over all months.

    Below it the model with the lower setup and fixed costs is cheaper, above it the one with the cheaper call.
    Undefined where one model is cheaper in both.

    Args:
        plan: Months and growth.
        first: Costs of model 0.
        second: Costs of model 1.
        level: Confidence level.

    Example:
        >>> plan = Ownership(calls_per_month=1, months=1, setup={"own": 100.0})
        >>> zero = np.zeros(1)
        >>> own, api = (costs_of(plan, n, p, zero + p, 0.0, zero) for n, p in (("own", 0.001), ("api", 0.011)))
        >>> found = traffic_break_even(plan, api, own)
        >>> round(found.value), found.cheap_below
        (10000, 0)
    """
    standing = (first.setup + first.fixed) - (second.setup + second.fixed)
    below = 0 if standing <= 0 else 1
    sign = 1.0 if below == 0 else -1.0
    factor = growth_factor(plan)
    dearer = factor * sign * np.append(first.per_call_draws - second.per_call_draws, first.per_call - second.per_call)
    # The gap in standing costs over what each call of the model with the lower ones costs more.
    return _break_even(below, abs(standing), dearer, level)


def error_break_even(
    first: tuple[float, float], second: tuple[float, float], draws: tuple[Floats, Floats], level: float = 0.95
) -> BreakEven:
    """USD that one wrong call must cost for two models to cost the same for each call.

    Below it the cheaper model is the better buy, above it the one that errs less. Undefined where one model is both.

    Args:
        first: USD of a call, and share of wrong calls, of model 0.
        second: Of model 1.
        draws: [B] draws of the difference of the prices and of the error rates, first minus second.
        level: Confidence level.

    Example:
        >>> none = np.zeros(0)
        >>> found = error_break_even((0.020, 0.10), (0.005, 0.13), (none, none))
        >>> round(found.value, 6), found.cheap_below
        (0.5, 1)
    """
    price, wrong = first[0] - second[0], first[1] - second[1]
    below = 0 if price <= 0 else 1
    sign = 1.0 if below == 0 else -1.0
    prices, wrongs = -sign * np.append(draws[0], price), sign * np.append(draws[1], wrong)
    return _break_even(below, prices, wrongs, level)


def _break_even(below: int, gap: Floats | float, rate: Floats, level: float) -> BreakEven:
    """Gap / rate, the last entry being the value; infinite where the rate is not above 0."""
    gaps = np.broadcast_to(np.asarray(gap, dtype=np.float64), rate.shape)
    where = np.full(rate.shape, math.inf)
    np.divide(gaps, rate, out=where, where=rate > 0)
    where = np.where(gaps < 0, 0.0, where)
    tail, drawn, low, high = (1 - level) / 2, where[:-1], math.nan, math.nan
    if len(drawn):
        low, high = (float(x) for x in np.quantile(drawn, [tail, 1 - tail], method="inverted_cdf"))
    value = float(where[-1])
    return BreakEven(below, 1 - below, math.nan if math.isinf(value) else value, low, high)
