"""A metric made of metrics: one number for what people decide by, with an interval that knows how its parts move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from evalium.core import ConfigError

from ._formula import Formula
from .base import Columns, Metric, Need, SumMetric, WeightedMetric
from .column import Floats, Ragged
from .frame import Frame
from .rows import as_rows

if TYPE_CHECKING:
    from ._create import ScorerInfo


@dataclass(frozen=True, kw_only=True)
class Composite(WeightedMetric):
    """A formula over other metrics, such as `0.5 * sentiment + 0.3 * resolved - 0.2 * escalated`.

    Each metric in it is computed on the units that have its number. Interval: bootstrap of units, the same resamples
    for every part, so that parts that move together are taken as such. Numbers of different units are not added
    unless they are normalised. Undefined where a part is.

    When not to use it: where a bad part must not be made up for by a good one; state that as a requirement.

    Attributes:
        formula: Numbers, names of metrics, `+ - * /`, parentheses, `min`, `max`.
        of: Metrics by the names they have in the formula, where those are not their own: `{fast: latency_p95}`.
        normalise: Worst and best value by name: the number is mapped to 0 at the worst and 1 at the best, and held
            there beyond them.
        higher_is_better: Direction of the result.
        low: Least possible value, None when unknown.
        high: Greatest possible value, None when unknown.
        parts: The metrics, in the order of the formula; `bound` makes them.
        widths: How many columns each has.

    Example:
        >>> from evalium.metrics import Frame, ScorerInfo, create, estimate
        >>> frame = Frame.from_columns({"right.value": [1, 0, 1, 1], "latency": [1.0, 2.0, 1.0, 4.0]})
        >>> spec = {"composite": {"name": "worth", "formula": "0.8 * right + 0.2 * latency_mean",
        ...                       "normalise": {"latency_mean": [10, 0]}}}
        >>> metric = create(spec, [ScorerInfo("right")])[0]
        >>> round(estimate(metric, frame)["worth"].value, 4)
        0.76
    """

    formula: str
    of: Mapping[str, Any] = field(default_factory=dict)
    normalise: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    higher_is_better: bool | None = True
    low: float | None = None
    high: float | None = None
    parts: tuple[Metric, ...] = field(default=(), compare=False)
    widths: tuple[int, ...] = field(default=(), compare=False)

    name = "composite"
    sample: ClassVar[Mapping[str, Any]] = {"formula": "0.8 * binary + 0.2 * graded"}

    @cached_property
    def _read(self) -> Formula:
        return Formula(self.formula)

    @property
    def unit(self) -> str:
        """The unit that the formula comes to."""
        names = self._read.names
        given = {n: "1" if n in self.normalise else part.unit for n, part in zip(names, self.parts, strict=False)}
        return self._read.unit(given) if self.parts else "1"

    @property
    def options(self) -> dict[str, Any]:
        """Without the parts, which `of` and the formula name."""
        return {key: value for key, value in super().options.items() if key not in {"parts", "widths"}}

    @property
    def signature(self) -> str:
        """The formula, the normalisation, and the signature of each part."""
        scales = ",".join(f"{name}:{worst:g}..{best:g}" for name, (worst, best) in sorted(self.normalise.items()))
        inner = ";".join(f"{n}=[{p.signature}]" for n, p in zip(self._read.names, self.parts, strict=False))
        return f"composite|formula:{self.formula}|normalise:{scales or '-'}|parts:{inner}|v:{self.version}"

    def bound(self, scorers: Sequence[ScorerInfo], base: Path | None) -> Composite:
        """Make its parts, and check names, scales and units.

        Raises:
            ConfigError: A part cannot be part of a formula, a scale is empty, or units do not fit.
        """
        from ._create import create

        known = self._read.names
        for name in (*self.of, *self.normalise):
            if name not in known:
                raise ConfigError(f"metric {self.key!r}: {name!r} does not occur in the formula {self.formula!r}")
        for name, (worst, best) in self.normalise.items():
            if worst == best:
                raise ConfigError(f"metric {self.key!r}: normalise[{name!r}] has the same worst and best value {best}")
        parts = []
        for name in known:
            part = create(self.of.get(name, name), scorers, base=base)[0]
            if not isinstance(part, (SumMetric, WeightedMetric)):
                raise ConfigError(f"metric {self.key!r}: {name!r} is a number of the run as a whole, not of its units")
            parts.append(part)
        empty = Frame(n=0, status=np.zeros(0, dtype=np.int8))
        made = replace(self, parts=tuple(parts), widths=tuple(len(_columns(part, empty)[0]) for part in parts))
        made._read.unit({n: "1" if n in self.normalise else p.unit for n, p in zip(known, parts, strict=True)})
        return made

    def needs(self) -> tuple[Need, ...]:
        """What its parts read."""
        return tuple(dict.fromkeys(need for part in self.parts for need in part.needs()))

    def columns(self, frame: Frame) -> Columns:
        """Rows or columns of every part one after another, each after a column of which units have its number."""
        found: list[Any] = []
        anywhere = np.zeros(frame.n, dtype=bool)
        for part in self.parts:
            columns, valid = _columns(part, frame)
            found += [valid.astype(np.float64), *columns]
            anywhere |= valid
        return (np.where(anywhere, 1.0, np.nan), *found)

    def value(self, columns: Columns, weights: Floats) -> Floats:
        """The formula over the values of the parts."""
        numbers = {name: self._scaled(name, value) for name, value in self._values(columns, weights)}
        return self._read.value(numbers)

    def _values(self, columns: Columns, weights: Floats) -> Iterator[tuple[str, Floats]]:
        at = 1
        for name, part, width in zip(self._read.names, self.parts, self.widths, strict=True):
            valid, own = columns[at], columns[at + 1 : at + 1 + width]
            at += 1 + width
            yield name, _value(part, own, weights * valid)

    def _scaled(self, name: str, value: Floats) -> Floats:
        if name not in self.normalise:
            return value
        worst, best = self.normalise[name]
        scaled: Floats = np.clip((value - worst) / (best - worst), 0.0, 1.0)
        return scaled

    def reason(self, columns: Columns) -> str:
        """Which part is undefined."""
        ones = np.ones(len(columns[0]))
        lacking = [name for name, value in self._values(columns, ones) if np.isnan(value).any()]
        return f"{self.key} is undefined: {', '.join(lacking) or 'the formula'} has no value here"


def _columns(part: Metric, frame: Frame) -> tuple[list[Any], Any]:
    if isinstance(part, SumMetric):
        rows = as_rows(part.rows(frame))
        valid = rows.valid
        return [np.where(valid[:, None], rows.dense().table, 0.0)], valid
    assert isinstance(part, WeightedMetric)
    columns = part.columns(frame)
    valid = np.ones(frame.n, dtype=bool)
    for column in columns:
        if not isinstance(column, Ragged):
            valid &= ~np.isnan(column) if column.ndim == 1 else ~np.isnan(column).any(axis=1)
    return [c if isinstance(c, Ragged) else np.nan_to_num(c) for c in columns], valid


def _value(part: Metric, columns: Columns, weights: Floats) -> Floats:
    if isinstance(part, SumMetric):
        return part.value(weights @ columns[0])
    assert isinstance(part, WeightedMetric)
    return part.value(columns, weights)
