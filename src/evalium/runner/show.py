"""Numbers as people read them: 2.1 s, $0.004, 73.4 % [71.0, 75.7]."""

from __future__ import annotations

import math

from evalium.core import Estimate


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
    scale, places, prefix, suffix = _format_of(estimate)
    value = f"{prefix}{estimate.value * scale:,.{places}f}{suffix}"
    if math.isnan(estimate.low) and math.isnan(estimate.high):
        return value
    ends = ", ".join("?" if math.isnan(x) else f"{x * scale:,.{places}f}" for x in (estimate.low, estimate.high))
    return f"{value} [{ends}]"


def quantity(value: float, unit: str, *, share: bool = False) -> str:
    """One number in human units.

    Example:
        >>> quantity(0.0042, "s"), quantity(2.1, "s"), quantity(0.0042, "USD"), quantity(1234.5, "token")
        ('4.2 ms', '2.10 s', '$0.0042', '1,234 token')
    """
    if math.isnan(value):
        return "undefined"
    scale, places, prefix, suffix = _scale(value, unit, share)
    return f"{prefix}{value * scale:,.{places}f}{suffix}"


def _format_of(estimate: Estimate) -> tuple[float, int, str, str]:
    return _scale(estimate.value, estimate.unit, _is_share(estimate))


def _is_share(estimate: Estimate) -> bool:
    inside = all(math.isnan(x) or 0 <= x <= 1 for x in (estimate.value, estimate.low, estimate.high))
    return estimate.unit == "1" and inside


def _scale(value: float, unit: str, share: bool) -> tuple[float, int, str, str]:
    size = abs(value)
    if unit == "s":
        if size < 1e-3:
            return 1e6, 0, "", " µs"
        return (1e3, 1 if size < 0.1 else 0, "", " ms") if size < 1 else (1.0, 2, "", " s")
    if unit == "USD":
        places = 2 if size >= 1 or size == 0 else min(8, 1 - math.floor(math.log10(size)))
        return 1.0, places, "$", ""
    if unit == "1":
        return (100.0, 1, "", " %") if share else (1.0, 3, "", "")
    return 1.0, 0 if size >= 100 else 1, "", f" {unit}"
