"""From a plan's entries to metrics bound to scorers."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from evalium.core import ConfigError, UnknownName, load_object, source_hash
from evalium.core.registry import check_options

from ._registry import registry
from .base import Metric
from .mean import Mean
from .own import as_metric
from .timing import by_name

Spec = str | Mapping[str, Any]


class ScorerLike(Protocol):
    """What is read of a scorer."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def higher_is_better(self) -> bool | None: ...


@dataclass(frozen=True, slots=True)
class ScorerInfo:
    """What metrics must know of a scorer.

    Attributes:
        name: Name within the plan.
        kind: `binary`, `graded`, `label`, `probability` or `loglikelihood`.
        unit: Unit of its value.
        low: Least possible value, None when unbounded.
        high: Greatest possible value, None when unbounded.
        higher_is_better: Direction.
        judge: Whether it is a model's opinion: what it could not read is missing rather than wrong.
        values: Names of its further numbers, where it declares them.
    """

    name: str
    kind: str = "binary"
    unit: str = "1"
    low: float | None = 0.0
    high: float | None = 1.0
    higher_is_better: bool | None = True
    judge: bool = False
    values: tuple[str, ...] = ()

    @classmethod
    def of(cls, scorer: ScorerLike) -> "ScorerInfo":
        """Read it off a scorer."""
        return cls(
            name=scorer.name,
            kind=scorer.kind,
            unit=scorer.unit,
            low=scorer.low,
            high=scorer.high,
            higher_is_better=scorer.higher_is_better,
            judge=bool(getattr(scorer, "judge", False)),
            values=tuple(getattr(scorer, "values", ())),
        )

    @property
    def unparsed(self) -> str:
        """What an answer counts as that this scorer could not read: wrong where the model failed to answer."""
        return "wrong" if self.kind in {"binary", "label", "labels", "probability"} and not self.judge else "missing"


def create(spec: Spec, scorers: Sequence[ScorerInfo] = (), *, base: Path | None = None) -> list[Metric]:
    """Make the metrics that one entry of a plan's `metrics` asks for.

    Args:
        spec: `"accuracy"` binds to the first scorer of a kind that fits; `"exact.accuracy"` says which; a bare scorer
            name is the mean of its value and `"rouge.precision"` that of a further number it declares;
            `"latency_p99.9"` is any percentile; `file.py:name` an own metric. With options `{name: options}`, where
            the option `name` gives another key in the results.
        scorers: The plan's scorers.
        base: Folder that paths start from; the current one when None.

    Raises:
        UnknownName: Neither a metric nor a scorer has this name.
        ConfigError: No scorer fits, or an option is wrong.

    Example:
        >>> [m.key for m in create("accuracy", [ScorerInfo("rouge_l", "graded"), ScorerInfo("exact")])]
        ['accuracy']
        >>> create({"f_beta": {"beta": 2.0}}, [ScorerInfo("intent", "label")])[0].options["beta"]
        2.0
        >>> create("acuracy")
        Traceback (most recent call last):
        ...
        evalium.core.errors.UnknownName: unknown metric or scorer 'acuracy'. Did you mean 'accuracy'...
    """
    made = _create(spec, scorers, base)
    return [metric.bound(scorers, base) for metric in made]


def _create(spec: Spec, scorers: Sequence[ScorerInfo], base: Path | None) -> list[Metric]:
    name, options = _split(spec)
    key = options.pop("name", name)
    if not isinstance(key, str) or not key:
        raise ConfigError(f"metric {name!r}, option 'name': expected text, got {key!r}")
    by_scorer = {s.name: s for s in scorers}
    if name in by_scorer and not _reads(name, by_scorer[name]):
        return [_make(Mean, by_scorer[name], key, options, f"metric {name!r}")]
    factory = _factory(name, base)
    if factory is not None:
        where = f"metric {name!r}"
        named = options.pop("scorer", None)
        return [_make(factory, _fitting(factory, name, scorers, named), key, options, where)]
    scorer_name, _, metric_name = name.rpartition(".")
    scorer = by_scorer.get(scorer_name)
    if scorer is not None and metric_name in scorer.values:
        return [_make(Mean, scorer, key, {"of": f"values.{metric_name}", **options}, f"metric {name!r}")]
    factory = _factory(metric_name, base) if scorer else None
    if factory is not None:
        return [_make(factory, scorer, key, options, f"metric {name!r}")]
    known = [*registry.names(), *by_scorer, *(f"{s.name}.{value}" for s in scorers for value in s.values)]
    if scorer is not None:
        known += [f"{scorer.name}.{metric}" for metric in registry.names()]
    raise UnknownName("metric or scorer", name, known)


def create_all(specs: Sequence[Spec], scorers: Sequence[ScorerInfo] = (), *, base: Path | None = None) -> list[Metric]:
    """Make the metrics of a plan; the usual ones for its scorers when it names none.

    Raises:
        ConfigError: As in `create`, or two metrics have the same key.

    Example:
        >>> [m.key for m in create_all(["accuracy", "latency_p95"], [ScorerInfo("exact")])]
        ['accuracy', 'latency_p95']
    """
    from ._defaults import defaults

    if not specs:
        return defaults(scorers)
    made = [metric for spec in specs for metric in create(spec, scorers, base=base)]
    seen: set[str] = set()
    for metric in made:
        if metric.key in seen:
            raise ConfigError(
                f"two metrics have the key {metric.key!r}: give one another, as in {{{metric.name}: {{name: other}}}}"
            )
        seen.add(metric.key)
    return made


def _reads(name: str, scorer: ScorerInfo) -> bool:
    """Whether the metric of this name reads the scorer of the same name: then it is meant, not the scorer's mean."""
    if name not in registry:
        return False
    made = _class_of(registry.get(name))
    return bool(getattr(made, "scored_by", "")) and scorer.kind in made.fits


def _split(spec: Spec) -> tuple[str, dict[str, Any]]:
    if isinstance(spec, str):
        return spec, {}
    if len(spec) != 1:
        shown = ", ".join(map(repr, spec)) or "none"
        raise ConfigError(
            f"a metric is a name or one name with its options, as in {{f_beta: {{beta: 2}}}}; got {shown}"
        )
    [(name, options)] = spec.items()
    if options is not None and not isinstance(options, Mapping):
        raise ConfigError(
            f"the options of metric {name!r} are a mapping, as in {{{name}: {{name: other}}}}; got {options!r}"
        )
    return name, dict(options or {})


def _factory(name: str, base: Path | None) -> Any:
    if ".py:" in name:
        path, folder = name.removeprefix("python/"), base or Path()
        code = source_hash(path, folder)
        return as_metric(load_object(path, folder), name.rpartition(":")[2], facts={"code": code})
    if name in registry:
        return registry.get(name)
    return by_name(name)


def split_options(factory: Any, options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options of the metric itself, and those of the scorer that it brings (see `Metric.scored_by`)."""
    made = _class_of(factory)
    scored_by: str = getattr(made, "scored_by", "")
    if not scored_by or not is_dataclass(made):
        return dict(options), {}
    from evalium.scorers import registry as scorer_registry

    theirs = inspect.signature(scorer_registry.get(scored_by)).parameters
    mine = {f.name for f in fields(made)}
    passed = {k: v for k, v in options.items() if k not in mine and k in theirs}
    return {k: v for k, v in options.items() if k not in passed}, passed


def implied_scorers(specs: Sequence[Spec], scorers: Sequence[ScorerInfo], base: Path | None = None) -> list[Spec]:
    """Scorers that metrics of a plan need and that it does not name, with the options that are meant for them.

    Args:
        specs: The plan's metrics.
        scorers: Its scorers.
        base: Folder that paths start from.

    Raises:
        ConfigError: Options for a scorer stand at the metric although the plan has that scorer.

    Example:
        >>> implied_scorers(["accuracy", "latency_p95"], [])
        []
    """
    found: dict[str, Spec] = {}
    for spec in specs:
        name, options = _split(spec)
        named = next((s for s in scorers if s.name == name), None)
        factory = None if named is not None and not _reads(name, named) else _factory(name, base)
        if factory is None and named is None:
            found |= {scorer: scorer for scorer in _scorer_named_by(name, scorers)}
        made = _class_of(factory) if factory is not None else None
        scored_by: str = getattr(made, "scored_by", "")
        if not scored_by:
            continue
        _, passed = split_options(factory, options)
        present = next((s for s in scorers if s.kind in made.fits), None)  # type: ignore[union-attr]
        if present is None:
            found.setdefault(f"{scored_by}{sorted(passed.items())!r}", {scored_by: passed} if passed else scored_by)
        elif passed:
            shown = ", ".join(map(repr, passed))
            raise ConfigError(f"metric {name!r}: give {shown} to the scorer {present.name!r}, which the plan names")
    return list(found.values())


def _scorer_named_by(name: str, scorers: Sequence[ScorerInfo]) -> list[str]:
    """The registered scorer that `exact` or `exact.accuracy` is about, where it is absent and needs no option."""
    from evalium.scorers import registry as scorer_registry

    scorer = name.partition(".")[0]
    if any(s.name == scorer for s in scorers) or scorer not in scorer_registry:
        return []
    parameters = inspect.signature(scorer_registry.get(scorer)).parameters.values()
    return [] if any(p.default is p.empty and p.kind is not p.VAR_KEYWORD for p in parameters) else [scorer]


def lacks_scorer(specs: Sequence[Spec], scorers: Sequence[ScorerInfo], base: Path | None = None) -> bool:
    """Whether a metric reads scorers of a kind of which there is none.

    Example:
        >>> lacks_scorer(["accuracy", "bleu"], [ScorerInfo("bleu", "bleu")]), lacks_scorer(["latency_p95"], [])
        (True, False)
    """
    kinds = {s.kind for s in scorers}
    factories = (_factory(_split(spec)[0], base) for spec in specs)
    read = [getattr(_class_of(factory), "fits", ()) for factory in factories if factory is not None]
    return any(fits and kinds.isdisjoint(fits) for fits in read)


def _class_of(factory: Any) -> Any:
    return factory.func if isinstance(factory, partial) else factory


def _takes_scorer(factory: Any) -> bool:
    made = _class_of(factory)
    return is_dataclass(made) and any(f.name == "scorer" for f in fields(made))


def _fitting(factory: Any, name: str, scorers: Sequence[ScorerInfo], named: Any) -> ScorerInfo | None:
    """The scorer that a bare metric name is bound to."""
    if named is not None:
        found = next((s for s in scorers if s.name == named), None)
        if found is None:
            raise UnknownName("scorer", str(named), [s.name for s in scorers])
        return found
    fits: tuple[str, ...] = getattr(_class_of(factory), "fits", ())
    if not fits or not _takes_scorer(factory):
        return None
    found = next((s for s in scorers if s.kind in fits), None)
    if found is not None:
        return found
    scored_by = _class_of(factory).scored_by
    if scored_by:
        raise ConfigError(f"metric {name!r} needs the scorer {scored_by!r}: add it to the plan's `scorers`")
    have = ", ".join(f"{s.name} ({s.kind})" for s in scorers) or "none"
    raise ConfigError(f"metric {name!r} needs a scorer of kind {' or '.join(fits)}; the plan's scorers: {have}")


def _make(factory: Any, scorer: ScorerInfo | None, key: str, options: dict[str, Any], where: str) -> Metric:
    own, _ = split_options(factory, options)
    filled = check_options(factory, {k: v for k, v in own.items() if k not in {"scorer", "key", "usual"}}, where)
    if scorer is not None and _takes_scorer(factory):
        filled = {**_from_scorer(_class_of(factory), scorer), **filled, "scorer": scorer.name}
    made: Metric = factory(**filled, key=key)
    return made


def _from_scorer(metric: Any, scorer: ScorerInfo) -> dict[str, Any]:
    """Options that the scorer decides unless the plan does."""
    has = {f.name for f in fields(metric)}
    decided: dict[str, Any] = {}
    if "unparsed" in has:
        decided["unparsed"] = scorer.unparsed
    if "by" in has:
        decided["by"] = "label" if scorer.kind in {"label", "probability"} else "value"
    if metric is Mean:
        worst = scorer.high if scorer.higher_is_better is False else scorer.low
        decided |= {"worst": worst or 0.0, "unit": scorer.unit, "low": scorer.low, "high": scorer.high}
        decided["higher_is_better"] = scorer.higher_is_better
        if worst is None:
            decided["unparsed"] = "missing"
    return decided
