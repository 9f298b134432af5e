"""What a metric is about, so that tables and charts stand in an order that people expect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evalium.core import Estimate

KINDS = ("Quality", "Speed", "Cost and tokens", "Failures")
_RATES = frozenset({"error_rate", "timeout_rate", "refused_rate", "truncated_rate", "unparsed_rate", "missing_rate"})


def kind_of(key: str, unit: str) -> str:
    """One of `KINDS`.

    Example:
        >>> kind_of("accuracy", "1"), kind_of("latency_p95", "s"), kind_of("error_rate", "1")
        ('Quality', 'Speed', 'Failures')
    """
    if key in _RATES:
        return "Failures"
    if unit == "s" or (unit.endswith("/s") and not unit.startswith("USD")):
        return "Speed"
    return "Cost and tokens" if unit.startswith(("USD", "token")) else "Quality"


def by_kind(estimates: Iterable[Mapping[str, Estimate]]) -> dict[str, list[str]]:
    """Keys of metrics by kind, in the order in which they come; kinds without any are left out."""
    units = {key: e.unit for found in estimates for key, e in found.items()}
    kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for key, unit in units.items():
        kinds[kind_of(key, unit)].append(key)
    return {kind: keys for kind, keys in kinds.items() if keys}
