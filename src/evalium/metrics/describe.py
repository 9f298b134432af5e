"""What a metric is, for lists and pages: read off the metric itself, so that it cannot be left stale."""

from __future__ import annotations

import inspect
import re
from dataclasses import MISSING, fields, is_dataclass
from functools import partial
from typing import Any

import msgspec

from evalium.core import EvaliumError

from ._create import ScorerInfo, create
from ._registry import registry
from .base import Metric

KINDS = ("binary", "graded", "label", "probability", "loglikelihood")
DECIDED_BY_PLAN = ("key", "usual", "scorer", "parts", "widths")
"""Fields of a metric that are no options."""
_SECTION = re.compile(r"^(?:Attributes|Args|Example|Examples|Raises|Returns|Reference):", re.MULTILINE)
_NOT_FOR = re.compile(r"When not to use it:\s*(.+?)(?:\n\n|\Z)", re.DOTALL)


class MetricCard(msgspec.Struct, kw_only=True):
    """One metric as lists and pages show it.

    Attributes:
        name: Registered name.
        what: One line.
        definition: What is computed, in words and formula; what is undefined; which interval.
        not_for: When to take another one, where that is said.
        unit: Unit of the value.
        low: Least possible value, None when unbounded.
        high: Greatest possible value, None when unbounded.
        higher_is_better: Direction, None where neither is better.
        reads: Kinds of scorer that it reads; empty where it reads the calls themselves.
        scored_by: Scorer that it brings along, empty for none.
        needs: Stored columns that it reads.
        options: Options and their defaults as text; None for one that must be given.
        reference: Where the definition comes from.
        signature: Its signature with the defaults.
    """

    name: str
    what: str
    definition: str
    not_for: str
    unit: str
    low: float | None
    high: float | None
    higher_is_better: bool | None
    reads: tuple[str, ...]
    scored_by: str
    needs: tuple[str, ...]
    options: dict[str, str | None]
    reference: str
    signature: str


def describe(name: str) -> MetricCard:
    """Say what a registered metric is.

    Raises:
        UnknownName: There is no such metric.

    Example:
        >>> card = describe("latency_p95")
        >>> card.unit, card.higher_is_better, card.needs[0]
        ('s', False, 'latency')
    """
    factory = registry.get(name)
    kind = factory.func if isinstance(factory, partial) else factory
    made = _sample(name, kind)
    text = inspect.cleandoc(kind.__doc__ or "")
    what, _, rest = text.partition("\n")
    body = _SECTION.split(rest)[0].strip()
    not_for = _NOT_FOR.search(body)
    return MetricCard(
        name=name,
        what=what.strip(),
        definition=" ".join(_NOT_FOR.sub("", body).split()),
        not_for=" ".join(not_for[1].split()) if not_for else "",
        unit=made.unit,
        low=made.low,
        high=made.high,
        higher_is_better=made.higher_is_better,
        reads=tuple(getattr(kind, "fits", ())),
        scored_by=getattr(kind, "scored_by", ""),
        needs=tuple(f"{need.scorer}.{need.column}" if need.scorer else need.column for need in made.needs()),
        options=_options(kind, factory),
        reference=getattr(kind, "reference", ""),
        signature=made.signature,
    )


def _sample(name: str, kind: Any) -> Metric:
    """The metric with its defaults, bound to a scorer of each kind that it reads."""
    infos = [ScorerInfo(each, each) for each in dict.fromkeys((*getattr(kind, "fits", ()), *KINDS))]
    options: dict[str, Any] = dict(getattr(kind, "sample", {}))
    try:
        return create({name: options}, infos)[0]
    except EvaliumError as error:
        raise EvaliumError(f"metric {name!r} cannot be made without options; give its class a `sample`") from error


def _options(kind: Any, factory: Any) -> dict[str, str | None]:
    if not is_dataclass(kind):
        return {}
    fixed = factory.keywords if isinstance(factory, partial) else {}
    found: dict[str, str | None] = {}
    for each in fields(kind):
        if each.name in DECIDED_BY_PLAN or each.name in fixed or not each.init:
            continue
        if each.default is not MISSING:
            found[each.name] = repr(each.default)
        else:
            found[each.name] = None if each.default_factory is MISSING else repr(each.default_factory())
    return found
