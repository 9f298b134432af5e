"""One door to every metric for data at hand: columns in, an `Estimate` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from evalium.core import ConfigError, Estimate, UnknownName
from evalium.scorers import create as create_scorer
from evalium.scorers import registry as scorer_registry

from ._create import ScorerInfo, create, implied_scorers, split_options
from ._estimate import Prepared, prepare
from ._plain import as_list, attribute_columns
from ._registry import registry
from ._score_columns import score_columns
from .base import How, Metric
from .frame import Frame
from .image_distance import feature_columns

NAME = "it"
"""What the scorer of given predictions is called inside a frame."""


def compute(
    name: str,
    predictions: Any = None,
    references: Any = None,
    *,
    by: Any = None,
    cluster: Any = None,
    weights: Any = None,
    columns: Mapping[str, Any] | None = None,
    level: float = 0.95,
    ci: str | None = "auto",
    bootstrap: int = 2000,
    seed: str = "compute",
    **options: Any,
) -> Estimate | dict[str, Any]:
    """Compute a metric of predictions and references.

    Columns may be lists, numpy arrays, or columns of pandas, polars or Arrow.

    Args:
        name: A metric's name, or a scorer's for the mean of its value.
        predictions: [n] what was answered: texts, labels, numbers, probabilities (of the second class, [n, C] with the
            option `classes`, or mappings of class to probability), or whatever structure the metric scores.
        references: [n] what was expected; several acceptable texts as a list in each row.
        by: Slices: a column, or a mapping of names to columns.
        cluster: [n] key of units that are not independent.
        weights: [n] weight of each unit, such as 1 / its sampling probability.
        columns: Further columns by the names that metrics read, such as `latency` or `clicks`.
        level: Confidence level in (0, 1).
        ci: `auto` for the interval of the statistical contract, None for none.
        bootstrap: Resamples where the interval is a bootstrap.
        seed: Name that the seed is a stable hash of.
        **options: The metric's, and those of the scorer that it brings.

    Returns:
        The estimate. For a metric of several numbers (per class) a mapping by name. With `by` a mapping of each value
        to that; with several slices of each name to such a mapping.

    Raises:
        UnknownName: There is neither a metric nor a scorer of this name.
        ConfigError: An option is wrong, or columns differ in length.

    Example:
        >>> e = compute("accuracy", ["a", "b", "b"], ["a", "b", "a"])
        >>> round(e.value, 4), e.method
        (0.6667, 'wilson')
        >>> parts = compute("exact", ["4", "5"], ["4", "6"], by=["en", "de"], ci=None)
        >>> parts["en"].value, parts["de"].value
        (1.0, 0.0)
    """
    metric, frame = measured(
        name, predictions, references, by=by, cluster=cluster, weights=weights, columns=columns, options=options
    )
    if ci not in ("auto", None):
        raise ConfigError(f"compute {name!r}: ci must be 'auto' or None, got {ci!r}")
    how = How(level=level, bootstrap=bootstrap, seed=(seed,), interval=ci is not None)
    prepared = prepare(metric, frame)
    if by is None:
        whole: Estimate | dict[str, Any] = _shown(metric, prepared.estimate(how))
        return whole
    found = {
        attribute: {
            cut.value: _shown(metric, _of_slice(prepared, frame, cut.index, how, f"{attribute}={cut.value}"))
            for cut in frame.slices(attribute)
        }
        for attribute in frame.attributes
    }
    return found if isinstance(by, Mapping) else next(iter(found.values()))


def measured(
    name: str,
    predictions: Any,
    references: Any,
    *,
    by: Any,
    cluster: Any,
    weights: Any,
    columns: Mapping[str, Any] | None,
    options: Mapping[str, Any],
) -> tuple[Metric, Frame]:
    """The metric, and the frame of what was given; see `compute`."""
    found: dict[str, Any] = {key: as_list(key, column) for key, column in (columns or {}).items()}
    info, options, signature = _score(name, predictions, references, dict(options), found)
    spec = {NAME if info is not None and name not in registry else name: options}
    metric = create(spec, [info] if info is not None else [])[0]
    n = len(next(iter(found.values()), ()))
    found |= attribute_columns(by, n)
    if cluster is not None:
        found["cluster"] = as_list("cluster", cluster)
    frame = Frame.from_columns(found)
    if weights is not None:
        from dataclasses import replace

        frame = replace(frame, weights=_weights(weights, frame.n))
    if signature:
        frame.signatures[NAME] = signature
    return metric, frame


def _score(
    name: str, predictions: Any, references: Any, options: dict[str, Any], found: dict[str, Any]
) -> tuple[ScorerInfo | None, dict[str, Any], str]:
    """Put predictions and references into columns as the metric reads them.

    Returns:
        What scored them, the options that are left for the metric, and the signature of the scores.
    """
    if predictions is None:
        predictions = _fields(name, found)
    if predictions is None:
        return None, options, ""
    if name in registry:
        factory = registry.get(name)
        if "features" in getattr(getattr(factory, "func", factory), "fits", ()):
            own, passed = split_options(factory, options)
            found |= feature_columns(NAME, predictions, references, **passed)
            signature = create_scorer({"image_features": passed} if passed else "image_features").signature
            return ScorerInfo(NAME, "features", values=("features", "real")), own, signature
        brought = implied_scorers([{name: options}], [])
        if brought:
            own, _ = split_options(factory, options)
            reads = getattr(getattr(factory, "func", factory), "reads", Metric.reads)
            info, signature = _scored(brought[0], predictions, references, found, reads)
            return info, own, signature
        fits: tuple[str, ...] = getattr(getattr(factory, "func", factory), "fits", ())
        if not fits:
            raise ConfigError(f"metric {name!r} reads no predictions; give its columns by `columns`")
        return _plain(fits, predictions, references, options, found), options, ""
    if name in scorer_registry:
        info, signature = _scored({name: options} if options else name, predictions, references, found, ("value",))
        return info, {}, signature
    raise UnknownName("metric or scorer", name, [*registry.names(), *scorer_registry.names()])


def _fields(name: str, found: dict[str, Any]) -> list[dict[str, Any] | None] | None:
    """Columns as the structure that a metric's scorer reads, where it reads one: clicks and impressions, say."""
    factory = registry.get(name) if name in registry else None
    scored_by: str = getattr(getattr(factory, "func", factory), "scored_by", "")
    if not scored_by or not found or not create_scorer(scored_by).reads.startswith("data."):
        return None
    rows = [
        {key: value for key, value in zip(found, row, strict=True) if value is not None}
        for row in zip(*found.values(), strict=True)
    ]
    found.clear()
    return [row or None for row in rows]


def _scored(
    spec: Any, predictions: Any, references: Any, found: dict[str, Any], reads: tuple[str, ...]
) -> tuple[ScorerInfo, str]:
    from dataclasses import replace

    scorer = create_scorer(spec)
    given = as_list("predictions", predictions)
    # some scorers look at the answer alone
    expected = [None] * len(given) if references is None else as_list("references", references)
    found |= score_columns(scorer, NAME, given, expected, reads)
    return replace(ScorerInfo.of(scorer), name=NAME), scorer.signature


def _plain(
    fits: Sequence[str], predictions: Any, references: Any, options: dict[str, Any], found: dict[str, Any]
) -> ScorerInfo:
    """Predictions that need no scoring: labels, probabilities, numbers. Options that are about them are taken out."""
    from ._plain import label_columns, number_columns, probability_columns, value_columns

    if "graded" in fits and "label" in fits and references is None:
        found |= value_columns(NAME, predictions)
        return ScorerInfo(NAME, "graded", low=None, high=None)
    if "label" in fits:
        found |= label_columns(NAME, predictions, references)
        return ScorerInfo(NAME, "label")
    if "probability" in fits:
        classes = options.pop("classes", None)
        found |= probability_columns(NAME, predictions, references, classes)
        return ScorerInfo(NAME, "probability")
    if "number" in fits:
        found |= number_columns(NAME, predictions, references)
        return ScorerInfo(NAME, "number", low=None, high=None)
    found |= value_columns(NAME, predictions)
    return ScorerInfo(NAME, fits[0])


def _weights(weights: Any, n: int) -> Any:
    column = np.asarray(as_list("weights", weights), dtype=np.float64)
    if len(column) != n:
        raise ConfigError(f"weights: {len(column)} of them for {n} units")
    if not (column >= 0).all() or not np.isfinite(column).all():
        raise ConfigError("weights must be finite and not negative")
    return column


def _of_slice(prepared: Prepared, frame: Frame, index: Any, how: How, where: str) -> dict[str, Estimate]:
    units = prepared.units.take(index)
    return prepared.estimate(how, where, units)


def _shown(metric: Metric, estimates: dict[str, Estimate]) -> Any:
    if list(estimates) == [metric.key]:
        return estimates[metric.key]
    return {key[len(metric.key) + 1 : -1]: estimate for key, estimate in estimates.items()}
