"""What a model had to say besides its answers, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from evalium.core import Estimate, estimate_text

_DRAWN = frozenset({"learning_curve", "folds", "measure"})


def findings_text(findings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and text of each finding; the learning curve is left to its chart.

    Example:
        >>> gap = {"value": 0.03, "low": 0.01, "high": 0.05, "level": 0.95, "method": "t"}
        >>> findings_text({"measure": "accuracy", "gap": gap, "learning_curve": []})
        [('gap', '3.0 % [1.0, 5.0]')]
    """
    found = []
    for name, value in findings.items():
        if name in _DRAWN or value in (None, [], {}):
            continue
        found.append((name.replace("_", " "), _text(value)))
    folds = findings.get("folds")
    if isinstance(folds, list) and folds:
        scores = ", ".join("undefined" if f.get("test") is None else f"{f['test']:.3f}" for f in folds)
        found.append((f"{findings.get('measure', 'score')} of each fold", scores))
    return found


def _text(value: Any) -> str:
    if isinstance(value, Mapping) and {"value", "low", "high"} <= set(value):
        return estimate_text(_estimate(value))
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _estimate(found: Mapping[str, Any]) -> Estimate:
    value, low, high = (math.nan if found[k] is None else float(found[k]) for k in ("value", "low", "high"))
    return Estimate(
        value=value,
        low=low,
        high=high,
        level=float(found.get("level") or 0.95),
        n=0,
        n_clusters=None,
        n_missing=0,
        method=str(found.get("method", "")),
        unit="1",
        signature="finding",
        reason="it cannot be computed on these folds",
    )
