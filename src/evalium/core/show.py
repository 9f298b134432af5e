"""Numbers as people read them: 2.1 s, $0.004, 73.4 % [71.0, 75.7]."""

from __future__ import annotations

import math

from .estimate import Estimate

_Format = tuple[float, int, str, str]
"""Factor, decimal places, what stands before and what after."""


def estimate_text(estimate: Estimate | None) -> str:
    """An estimate in human units with its interval.

    Example:
        >>> e = Estimate(value=0.734, low=0.71, high=0.757, level=0.95, n=1319, n_clusters=None, n_missing=0,
        ...              method="wilson", unit="1", signature="accuracy")
        >>> estimate_text(e)
        '73.4 % [71.0, 75.7]'
    """
    if estimate is None:
        return ""
    if not estimate.defined:
        return f"undefined: {estimate.reason}"
    return f"{value_text(estimate)} {interval_text(estimate)}".rstrip()


def value_text(estimate: Estimate) -> str:
    """The value alone in human units; `"undefined"` when it is.

    Example:
        >>> value_text(Estimate.undefined("no unit has this number", unit="1", signature="accuracy"))
        'undefined'
    """
    return _written(estimate.value, _format_of(estimate)) if estimate.defined else "undefined"


def interval_text(estimate: Estimate) -> str:
    """The interval alone, in the value's unit and places; empty without one, `?` for a missing end.

    Example:
        >>> e = Estimate(value=2.1, low=1.9, high=float("nan"), level=0.95, n=40, n_clusters=None, n_missing=0,
        ...              method="order_statistic", unit="s", signature="latency_p99")
        >>> interval_text(e)
        '[1.90, ?]'
    """
    if not estimate.defined or (math.isnan(estimate.low) and math.isnan(estimate.high)):
        return ""
    scale, places, _, _ = _format_of(estimate)
    ends = ("?" if math.isnan(x) else f"{x * scale:,.{places}f}" for x in (estimate.low, estimate.high))
    return f"[{', '.join(ends)}]"


def quantity(value: float, unit: str, *, share: bool = False) -> str:
    """One number in human units.

    Args:
        value: The number; nan is `"undefined"`.
        unit: As in an estimate.
        share: Whether a number of unit `"1"` is written in percent.

    Example:
        >>> quantity(0.0042, "s"), quantity(2.1, "s"), quantity(0.0042, "USD"), quantity(1234.5, "token")
        ('4.2 ms', '2.10 s', '$0.0042', '1,234 token')
    """
    return "undefined" if math.isnan(value) else _written(value, _scale(value, unit, share))


def difference_text(estimate: Estimate) -> str:
    """A difference in human units with its sign and interval; shares as plain decimals, not percent of percent.

    Example:
        >>> e = Estimate(value=0.0311, low=0.012, high=0.05, level=0.95, n=500, n_clusters=None, n_missing=0,
        ...              method="newcombe", unit="1", signature="difference|accuracy")
        >>> difference_text(e)
        '+0.031 [0.012, 0.050]'
    """
    if not estimate.defined:
        return f"undefined: {estimate.reason}"
    form = _scale(estimate.value, estimate.unit, False)
    scale, places = form[0], form[1]
    sign = "+" if estimate.value > 0 else ""
    if math.isnan(estimate.low) and math.isnan(estimate.high):
        return sign + _written(estimate.value, form)
    ends = ", ".join("?" if math.isnan(x) else f"{x * scale:,.{places}f}" for x in (estimate.low, estimate.high))
    return f"{sign}{_written(estimate.value, form)} [{ends}]"


def is_share(estimate: Estimate) -> bool:
    """Whether an estimate is written in percent: it has no unit and lies, with its interval, within 0 and 1."""
    inside = all(math.isnan(x) or 0 <= x <= 1 for x in (estimate.value, estimate.low, estimate.high))
    return estimate.unit == "1" and inside


def _written(value: float, form: _Format) -> str:
    scale, places, prefix, suffix = form
    return f"{prefix}{value * scale:,.{places}f}{suffix}"


def _format_of(estimate: Estimate) -> _Format:
    return _scale(estimate.value, estimate.unit, is_share(estimate))


def _scale(value: float, unit: str, share: bool) -> _Format:
    size = abs(value)
    if unit == "s":
        if size < 1e-3:
            return 1e6, 0, "", " µs"
        return (1e3, 1 if size < 0.1 else 0, "", " ms") if size < 1 else (1.0, 2, "", " s")
    if unit == "USD":
        places = 2 if size >= 1 or size == 0 or math.isinf(size) else min(8, 1 - math.floor(math.log10(size)))
        return 1.0, places, "$", ""
    if unit == "1":
        return (100.0, 1, "", " %") if share else (1.0, 3, "", "")
    places = next(places for least, places in ((100, 0), (10, 1), (1, 2), (0, 3)) if size >= least)
    return 1.0, places, "", f" {unit}"
