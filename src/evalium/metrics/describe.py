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
_CITED = re.compile(r"^Reference:\s*(.+?)(?:\n\n|\Z)", re.DOTALL | re.MULTILINE)
_INTERVAL = re.compile(r"Interval: .+?\.(?:\s|$)", re.DOTALL)


class MetricCard(msgspec.Struct, kw_only=True):
    """One metric as lists and pages show it.

    Attributes:
        name: Registered name.
        what: One line.
        definition: What is computed, in words and formula; what is undefined; which interval.
        not_for: When to take another one, or something beside it.
        unit: Unit of the value.
        low: Least possible value, None when unbounded.
        high: Greatest possible value, None when unbounded.
        higher_is_better: Direction, None where neither is better.
        reads: Kinds of scorer that it reads; empty where it reads the calls themselves.
        scored_by: Scorer that it brings along, empty for none.
        needs: Stored columns that it reads.
        options: Options and their defaults as text; None for one that must be given.
        reference: Paper, standard or implementation that the definition comes from; empty where it is evalium's own,
            which `definition` then holds in full.
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
    what, body = _summary_and_body(kind)
    not_for = _NOT_FOR.search(body)
    own = _NOT_FOR.sub("", body)
    return MetricCard(
        name=name,
        what=what,
        definition=_flowing(*_with_bases(kind, own), _as_registered(factory)),
        not_for=_flowing(not_for[1]) if not_for else "",
        unit=made.unit,
        low=made.low,
        high=made.high,
        higher_is_better=made.higher_is_better,
        reads=tuple(getattr(kind, "fits", ())),
        scored_by=getattr(kind, "scored_by", ""),
        needs=tuple(f"{need.scorer}.{need.column}" if need.scorer else need.column for need in made.needs()),
        options=_options(kind, factory),
        reference=_reference(kind),
        signature=made.signature,
    )


def _summary_and_body(kind: Any) -> tuple[str, str]:
    summary, _, rest = inspect.cleandoc(kind.__doc__ or "").partition("\n")
    return summary.strip(), _SECTION.split(rest)[0].strip()


def _with_bases(kind: Any, own: str) -> list[str]:
    """What it says, and what the bases of its family say of all of them, up to the first that defines what they are.

    The interval is that of the one nearest to it.
    """
    said = [own]
    for base in inspect.getmro(kind)[1:]:
        summary, body = _summary_and_body(base)
        if base is Metric or not summary.startswith("Base"):
            continue
        defines = summary.startswith("Base: ")
        summary = summary.removeprefix("Base: ") if defines else summary.partition(". ")[2]
        text = f"{summary[:1].upper()}{summary[1:]}\n{body}"
        said.append(_INTERVAL.sub("", text) if any("Interval" in other for other in said) else text)
        if defines:
            break
    return said


def _as_registered(factory: Any) -> str:
    """The options that its name stands for."""
    chosen = factory.keywords if isinstance(factory, partial) else {}
    return f"Here {', '.join(f'`{option}: {value}`' for option, value in chosen.items())}." if chosen else ""


def _reference(kind: Any) -> str:
    cited = _CITED.search(inspect.cleandoc(kind.__doc__ or ""))
    return _flowing(cited[1] if cited else "", getattr(kind, "reference", ""))


def _flowing(*texts: str) -> str:
    return " ".join(" ".join(texts).split())


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
