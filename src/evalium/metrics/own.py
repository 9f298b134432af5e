"""Metrics of a user's own: a function of the frame, or a class with rows and a formula."""

from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from typing import Any, TypeVar

from evalium.core import ConfigError

from ._registry import registry
from .base import IntervalRule, Metric, Returned, SumMetric, WeightedMetric
from .frame import Frame

T = TypeVar("T")


def metric(
    *,
    name: str,
    unit: str = "1",
    low: float | None = None,
    high: float | None = None,
    higher_is_better: bool | None = True,
    interval: IntervalRule | None = None,
    version: int = 1,
) -> Callable[[T], T]:
    """Register a metric under a name.

    Over a function of the frame: what it returns for each unit (nan where a unit has none) is averaged. Over a class:
    `rows(frame)` and `value(sums)`, or `columns(frame)` and `value(columns, weights)`; annotated fields are options. A
    class that says by `needs()` which stored columns it reads is spared the loading of all others.

    Args:
        name: Name in plans and results.
        unit: Unit of the value.
        low: Least possible value.
        high: Greatest possible value.
        higher_is_better: Direction.
        interval: How the interval is made; None takes `mean` for a function and `bootstrap` for a class with `value`.
        version: Raise it when the same data would give another value.

    Raises:
        ConfigError: It is neither, or the name is built in.

    Example:
        >>> import numpy as np
        >>> from evalium.metrics import Frame, create, estimate
        >>> @metric(name="slow_share")
        ... def slow_share(frame):
        ...     latency = frame.number("latency")  # nan where a call failed, and nan it must stay
        ...     return np.where(np.isnan(latency), np.nan, latency > 2)
        >>> frame = Frame.from_columns({"latency": [1, 3, 4, 1]})
        >>> estimate(create("slow_share")[0], frame)["slow_share"].value
        0.5
    """
    facts = {"unit": unit, "low": low, "high": high, "higher_is_better": higher_is_better, "version": version}

    def register(thing: T) -> T:
        registry.register(name, as_metric(thing, name, interval, facts))
        return thing

    return register


def as_metric(
    thing: Any, name: str, interval: IntervalRule | None = None, facts: dict[str, Any] | None = None
) -> type[Metric]:
    """Turn a function or a class into a metric class.

    Raises:
        ConfigError: It has neither rows nor columns.
    """
    if isinstance(thing, type) and issubclass(thing, Metric):
        return thing
    body: dict[str, Any] = {"__doc__": thing.__doc__, "name": name, "__module__": __name__}
    body |= {"low": None, "high": None, "reads_any": not hasattr(thing, "needs")} | (facts or {})
    if isinstance(thing, type):
        base = _base_of(thing, name)
        if base is SumMetric:
            own_value = getattr(thing, "value", None) is not None
            body["interval"] = interval or ("bootstrap" if own_value else "mean")
        options = thing if is_dataclass(thing) else dataclass(frozen=True, kw_only=True)(_copy(thing))
        return _finished(name, (options, base), body)
    if not callable(thing):
        raise ConfigError(f"metric {name!r}: expected a function of the frame or a class, got {type(thing).__name__}")

    def rows(self: Metric, frame: Frame) -> Returned:
        returned: Returned = thing(frame)
        return returned

    return _finished(name, (SumMetric,), body | {"rows": rows, "interval": interval or "mean"})


def _base_of(thing: type, name: str) -> type[Metric]:
    if hasattr(thing, "rows"):
        return SumMetric
    if hasattr(thing, "columns") and hasattr(thing, "value"):
        return WeightedMetric
    raise ConfigError(f"metric {name!r}: the class needs rows(frame), or columns(frame) and value(columns, weights)")


def _copy(thing: type) -> type:
    """A class of the same body: making it a dataclass leaves the user's own class as it is."""
    return type(
        thing.__name__, thing.__bases__, {k: v for k, v in vars(thing).items() if k not in {"__dict__", "__weakref__"}}
    )


def _finished(name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type[Metric]:
    made: type[Metric] = dataclass(frozen=True, kw_only=True)(type(name, bases, body))
    return made
