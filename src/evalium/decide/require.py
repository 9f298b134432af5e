"""Hard constraints on a metric, judged on the end of its interval."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Literal

import msgspec

from evalium.core import ConfigError, Estimate, did_you_mean

Verdict = Literal["pass", "breach", "inconclusive"]

_RULE = re.compile(r"\s*(<=|>=|<|>)\s*\$?\s*([-+]?[\d.,_]*\d(?:[eE][-+]?\d+)?)\s*(\S+)?\s*")
# unit as written: (unit of the estimate, factor)
_UNITS: dict[str, tuple[str, float]] = {
    "s": ("s", 1.0),
    "ms": ("s", 1e-3),
    "us": ("s", 1e-6),
    "min": ("s", 60.0),
    "usd": ("USD", 1.0),
    "$": ("USD", 1.0),
    "cent": ("USD", 0.01),
    "%": ("1", 0.01),
    "token": ("token", 1.0),
    "tokens": ("token", 1.0),
}


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """A bound on a metric.

    Attributes:
        metric: Name of the metric.
        side: `<=` or `>=`.
        limit: The bound, in `unit`.
        unit: Unit of the limit; None takes the metric's.
        text: The rule as written.
    """

    metric: str
    side: Literal["<=", ">="]
    limit: float
    unit: str | None
    text: str


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """A bound and whether a model meets it.

    Attributes:
        metric: Name of the metric.
        rule: The rule as written.
        verdict: `pass` when the whole interval lies on the allowed side, `breach` when none of it does,
            `inconclusive` in between or without a number.
        estimate: What was measured.
        reason: The verdict in words.
    """

    metric: str
    rule: str
    verdict: Verdict
    estimate: Estimate
    reason: str


def parse_bound(metric: str, rule: str) -> Bound:
    """Read a rule such as `"<= 2 s"`, `">= 90 %"` or `"<= $0.01"`.

    Args:
        metric: Name of the metric.
        rule: A comparison, a number and a unit; without a unit the metric's own is meant.

    Raises:
        ConfigError: It is none.

    Example:
        >>> bound = parse_bound("latency_p95", "<= 500 ms")
        >>> bound.side, bound.limit, bound.unit
        ('<=', 0.5, 's')
    """
    found = _RULE.fullmatch(rule)
    if found is None:
        raise ConfigError(f"decide.require.{metric}: {rule!r} is no bound: write it like '<= 2 s' or '>= 90 %'")
    side, number, unit = found.groups()
    if "$" in rule and unit is None:
        unit = "usd"
    known = (None, 1.0) if unit is None else _UNITS.get(unit.lower())
    if known is None:
        raise ConfigError(f"decide.require.{metric}: unknown unit {unit!r}.{did_you_mean(str(unit), _UNITS)}")
    limit = float(number.replace(",", "").replace("_", "")) * known[1]
    return Bound(metric=metric, side="<=" if "<" in side else ">=", limit=limit, unit=known[0], text=rule.strip())


def check_requirements(rules: Mapping[str, str], estimates: Mapping[str, Estimate]) -> list[Requirement]:
    """Judge a model's estimates by a plan's `decide.require`.

    Args:
        rules: Rule by metric name.
        estimates: What was measured, by metric name.

    Raises:
        ConfigError: A rule cannot be read or has another unit than its metric.
    """
    return [_judge(parse_bound(metric, rule), estimates) for metric, rule in rules.items()]


def _judge(bound: Bound, estimates: Mapping[str, Estimate]) -> Requirement:
    estimate = estimates.get(bound.metric)
    if estimate is None:
        reason = "no unit has this number"
        estimate = Estimate.undefined(reason, unit=bound.unit or "1", signature=bound.metric)
    if bound.unit is not None and estimate.defined and bound.unit != estimate.unit:
        raise ConfigError(
            f"decide.require.{bound.metric}: the bound is in {bound.unit!r}, the metric in {estimate.unit!r}"
        )
    verdict, reason = _verdict(bound, estimate)
    return Requirement(metric=bound.metric, rule=bound.text, verdict=verdict, estimate=estimate, reason=reason)


def _verdict(bound: Bound, estimate: Estimate) -> tuple[Verdict, str]:
    if not estimate.defined:
        return "inconclusive", f"no number: {estimate.reason}"
    good, bad = (estimate.high, estimate.low) if bound.side == "<=" else (estimate.low, estimate.high)
    sign = 1 if bound.side == "<=" else -1
    if not math.isnan(good) and sign * good <= sign * bound.limit:
        return "pass", f"the whole {estimate.level:.0%} interval keeps the bound"
    if not math.isnan(bad) and sign * bad > sign * bound.limit:
        return "breach", f"the whole {estimate.level:.0%} interval breaks the bound"
    side = "keeps" if sign * estimate.value <= sign * bound.limit else "breaks"
    return "inconclusive", f"the value {side} the bound, its interval holds both sides: more samples would tell"
