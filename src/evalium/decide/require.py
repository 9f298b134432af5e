"""Hard constraints on a metric, judged on the end of its interval."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from evalium.core import ConfigError, Estimate, did_you_mean
from evalium.stats import clopper_pearson

Verdict = Literal["pass", "breach", "inconclusive"]

Again = Callable[[str, float], Estimate | None]
"""Measures a metric, by key, once more with a two-sided interval of another level."""

_RULE = re.compile(
    r"\s*(<=|>=|<|>)\s*\$?\s*([-+]?[\d.,_]*\d(?:[eE][-+]?\d+)?)\s*((?!at\b)\S+)?(?:\s+at\s+([\d.]+)\s*%)?\s*"
)
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
        level: One-sided confidence that the bound is kept, in (0.5, 1); None takes the two-sided interval as it is.
    """

    metric: str
    side: Literal["<=", ">="]
    limit: float
    unit: str | None
    text: str
    level: float | None = None


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


def parse_bound(metric: str, rule: str, where: str = "") -> Bound:
    """Read a rule such as `"<= 2 s"`, `">= 90 %"`, `"<= $0.01"` or `"<= 1 % at 99 %"`.

    Args:
        metric: Name of the metric.
        rule: A comparison, a number and a unit; without a unit the metric's own is meant. `at 99 %` asks that the
            bound be kept with this one-sided confidence.
        where: Where the rule stands, for messages; `decide.require` when empty.

    Raises:
        ConfigError: It is none.

    Example:
        >>> bound = parse_bound("latency_p95", "<= 500 ms at 99 %")
        >>> bound.side, bound.limit, bound.unit, bound.level
        ('<=', 0.5, 's', 0.99)
    """
    where = where or f"decide.require.{metric}"
    found = _RULE.fullmatch(rule)
    if found is None:
        raise ConfigError(f"{where}: {rule!r} is no bound: write it like '<= 2 s', '>= 90 %' or '<= 1 % at 99 %'")
    side, number, unit, level = found.groups()
    if "$" in rule and unit is None:
        unit = "usd"
    known = (None, 1.0) if unit is None else _UNITS.get(unit.lower())
    if known is None:
        raise ConfigError(f"{where}: unknown unit {unit!r}.{did_you_mean(str(unit), _UNITS)}")
    if level is not None and not 50 < float(level) < 100:
        raise ConfigError(f"{where}: the level must lie between 50 % and 100 %, got {level} %")
    return Bound(
        metric=metric,
        side="<=" if "<" in side else ">=",
        limit=float(number.replace(",", "").replace("_", "")) * known[1],
        unit=known[0],
        text=rule.strip(),
        level=None if level is None else float(level) / 100,
    )


def check_requirements(
    rules: Mapping[str, str], estimates: Mapping[str, Estimate], again: Again | None = None
) -> list[Requirement]:
    """Judge a model's estimates by a plan's `decide.require`.

    Args:
        rules: Rule by metric name.
        estimates: What was measured, by metric name.
        again: Measures at another level; without it a rule with a level is judged only where its bound follows from
            the estimate itself, as that of a share of independent units does.

    Raises:
        ConfigError: A rule cannot be read or has another unit than its metric.
    """
    return [judge(parse_bound(metric, rule), estimates, again) for metric, rule in rules.items()]


def judge(bound: Bound, estimates: Mapping[str, Estimate], again: Again | None = None, where: str = "") -> Requirement:
    """Judge one bound; see `check_requirements`."""
    estimate = estimates.get(bound.metric)
    if estimate is None:
        reason = "no unit has this number"
        estimate = Estimate.undefined(reason, unit=bound.unit or "1", signature=bound.metric)
    if bound.unit is not None and estimate.defined and bound.unit != estimate.unit:
        where = where or f"decide.require.{bound.metric}"
        raise ConfigError(f"{where}: the bound is in {bound.unit!r}, the metric in {estimate.unit!r}")
    if bound.level is not None and estimate.defined:
        estimate = _one_sided(bound, bound.level, estimate, again)
    verdict, reason = _verdict(bound, estimate)
    return Requirement(metric=bound.metric, rule=bound.text, verdict=verdict, estimate=estimate, reason=reason)


def _one_sided(bound: Bound, level: float, estimate: Estimate, again: Again | None) -> Estimate:
    """The estimate with an interval each end of which holds at this one-sided level.

    A share of independent units gets its exact (Clopper-Pearson) bounds: a gate for safety must not promise more than
    it keeps. Everything else is measured again with a two-sided interval that leaves 1 - level on each side.
    """
    both = 2 * level - 1
    if estimate.method == "wilson":
        exact = clopper_pearson(round(estimate.value * estimate.n), estimate.n, both)
        method, low, high = "clopper_pearson:one_sided", exact.low, exact.high
        return msgspec.structs.replace(estimate, low=low, high=high, level=both, method=method)
    found = again(bound.metric, both) if again is not None else None
    if found is None:
        return msgspec.structs.replace(estimate, low=math.nan, high=math.nan, level=both, method="none")
    return found


def _verdict(bound: Bound, estimate: Estimate) -> tuple[Verdict, str]:
    if not estimate.defined:
        return "inconclusive", f"no number: {estimate.reason}"
    good, bad = (estimate.high, estimate.low) if bound.side == "<=" else (estimate.low, estimate.high)
    sign = 1 if bound.side == "<=" else -1
    what = (
        f"the whole {_percent(estimate.level)} interval" if bound.level is None else f"its {_percent(bound.level)} end"
    )
    if not math.isnan(good) and sign * good <= sign * bound.limit:
        return "pass", f"{what} keeps the bound"
    if not math.isnan(bad) and sign * bad > sign * bound.limit:
        return "breach", f"{what} breaks the bound"
    side = "keeps" if sign * estimate.value <= sign * bound.limit else "breaks"
    return "inconclusive", f"the value {side} the bound, its interval holds both sides: more samples would tell"


def _percent(level: float) -> str:
    return f"{100 * level:.4g}%"
