"""Who is best in each metric, and whom the data do not separate from the best."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

from evalium.core import Estimate, quantity
from evalium.metrics import Alignment, Difference, Frame, Metric, StoredRun, align, frame_of, paired
from evalium.stats import holm
from evalium.store import Workspace

from ._data import ModelPart, Standing

OTHERWISE = "measured in another way, so not compared"
FLAT = "neither varies between units, so there is nothing to test with"


class Comparisons:
    """Paired differences of a group's runs, each made once.

    Args:
        store: Where the runs lie.
        runs: The runs by name of their model.
    """

    def __init__(self, store: Workspace, runs: Mapping[str, StoredRun]) -> None:
        self._store, self._runs = store, runs
        self._frames: dict[str, Frame] = {}
        self._aligned: dict[tuple[str, str], Alignment] = {}
        self._found: dict[tuple[str, str, str], dict[str, Difference]] = {}

    @cached_property
    def _metrics(self) -> dict[str, Metric]:
        return {m.key: m for stored in self._runs.values() for m in stored.metrics}

    def difference(self, key: str, a: str, b: str) -> Difference | None:
        """The difference a - b of a metric; None when the runs have too little in common."""
        name = key if key in self._metrics else key.partition("[")[0]
        if name not in self._metrics:
            return None
        pair = self._pair(a, b)
        if pair.a.n == 0:
            return None
        if (name, a, b) not in self._found:
            plan = self._runs[a].plan
            seed = (self._runs[a].row.id, self._runs[b].row.id)
            made = paired(self._metrics[name], pair.a, pair.b, level=plan.level, bootstrap=plan.bootstrap, seed=seed)
            self._found[name, a, b] = made
        return self._found[name, a, b].get(key)

    def _pair(self, a: str, b: str) -> Alignment:
        if (a, b) not in self._aligned:
            self._aligned[a, b] = align(self._frame(a), self._frame(b))
        return self._aligned[a, b]

    def _frame(self, name: str) -> Frame:
        if name not in self._frames:
            self._frames[name] = frame_of(self._store, self._runs[name], keys=True)
        return self._frames[name]


def standings_of(store: Workspace, models: Sequence[ModelPart], runs: Sequence[StoredRun]) -> dict[str, Standing]:
    """Judge every metric that has a direction.

    Each other model is compared with the best on the samples both have, with Holm's correction over these comparisons.

    Args:
        store: Where the runs lie.
        models: The runs' numbers.
        runs: The runs, in the same order.
    """
    comparisons = Comparisons(store, {m.name: stored for m, stored in zip(models, runs, strict=True)})
    keys = dict.fromkeys(key for m in models for key in m.results.overall)
    return {key: _standing(key, models, comparisons) for key in keys}


def _standing(key: str, models: Sequence[ModelPart], comparisons: Comparisons) -> Standing:
    values = {m.name: e for m in models if (e := m.results.overall.get(key)) is not None and e.defined}
    direction = next((e.higher_is_better for e in values.values()), None)
    if direction is None or not values:
        return Standing()
    best = (max if direction else min)(values, key=lambda name: values[name].value)
    rivals = [name for name in values if name != best]
    if not rivals:
        return Standing(best=best)
    alike = [name for name in rivals if values[name].signature == values[best].signature]
    found = {name: comparisons.difference(key, best, name) for name in alike}
    told = {name: d for name, d in found.items() if d is not None and not math.isnan(d.p)}
    adjusted = dict(zip(told, holm([d.p for d in told.values()]), strict=True))
    reasons, level_with = {}, []
    for name in rivals:
        if name not in alike:
            reasons[name] = OTHERWISE
            level_with.append(name)
            continue
        difference, p = told.get(name), adjusted.get(name, math.nan)
        flat = _flat(values[best], values[name])
        separated = not flat and (p < 1 - values[best].level if difference else _disjoint(values[best], values[name]))
        reasons[name] = FLAT if flat else _reason(difference, p, separated, values[name])
        if not separated:
            level_with.append(name)
    return Standing(best=best, level_with=tuple(level_with), by="paired" if told else "intervals", reasons=reasons)


def _disjoint(a: Estimate, b: Estimate) -> bool:
    """Whether two intervals share no value; one without an interval is never separated."""
    return a.low > b.high or b.low > a.high


def _flat(a: Estimate, b: Estimate) -> bool:
    """Whether both intervals have no width, as with times that a whole batch shares: that is no precision."""
    return a.low == a.high and b.low == b.high


def _reason(difference: Difference | None, p: float, separated: bool, other: Estimate) -> str:
    if difference is None:
        return "the intervals do not overlap" if separated else "the intervals overlap, or are not known"
    text = f"difference {difference_text(difference.difference, other)}, {p_text(p)}"
    if separated or math.isnan(difference.mde):
        return text
    seen = _points(difference.mde, other)
    return f"{text}; {difference.n:,} pairs would show a difference of {seen} four times in five"


def difference_text(difference: Estimate, like: Estimate) -> str:
    """A difference in the unit of what was compared; shares in percentage points.

    Example:
        >>> d = Estimate(value=0.021, low=-0.003, high=0.045, level=0.95, n=100, n_clusters=None, n_missing=0,
        ...              method="newcombe", unit="1", signature="difference")
        >>> like = Estimate(value=0.9, low=0.8, high=0.95, level=0.95, n=100, n_clusters=None, n_missing=0,
        ...                 method="wilson", unit="1", signature="accuracy")
        >>> difference_text(d, like)
        '2.1 points [-0.3, 4.5]'
    """
    if math.isnan(difference.low) or math.isnan(difference.high):
        return _points(difference.value, like)
    if like.unit == "1":
        scale, places = (100, 1) if _share(like) else (1, 3)
        ends = f"[{difference.low * scale:.{places}f}, {difference.high * scale:.{places}f}]"
        return f"{_points(difference.value, like)} {ends}"
    return f"{_points(difference.value, like)} [{_points(difference.low, like)}, {_points(difference.high, like)}]"


def p_text(p: float) -> str:
    r"""A p-value as it is printed, with blanks at which no line breaks.

    Example:
        >>> [p_text(p).replace("\u00a0", " ") for p in (0.0001, 0.034, 0.21)]
        ['p < 0.001', 'p = 0.034', 'p = 0.21']
    """
    if p < 0.001:
        return "p\u00a0<\u00a00.001"
    return f"p\u00a0=\u00a0{p:.3f}" if p < 0.1 else f"p\u00a0=\u00a0{p:.2f}"


def _points(value: float, like: Estimate) -> str:
    if like.unit == "1":
        return f"{value * 100:.1f} points" if _share(like) else f"{value:.3f}"
    return quantity(value, like.unit)


def _share(estimate: Estimate) -> bool:
    return 0 <= estimate.value <= 1
