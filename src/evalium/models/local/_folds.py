"""Folds of a dataset, estimators fitted on them, and what that teaches."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from evalium.core import ConfigError, CrossValidation, DataError, Sample, did_you_mean
from evalium.models.base import Response
from evalium.stats import t_from_moments

from ._estimator import answers, is_regressor, label_of
from ._features import as_matrix, input_of
from ._table import dig

LEVEL = 0.95
Indices = list[int]


def fit_and_predict(
    estimator: Any, config: CrossValidation, names: tuple[str, ...] | None, samples: Sequence[Sample]
) -> tuple[dict[str, Response], dict[str, Any]]:
    """Fit on folds and predict what each fold left out.

    Folds are stratified by the target (classifier) or plain (regressor); with a group field, no group is on both
    sides of a fold. The learning curve fits on nested, stratified shares of each training part and tests on the same
    left-out part.

    Args:
        estimator: Cloned for each fit, so that nothing it learnt earlier is left.
        config: Folds, group, seed, shares.
        names: Declared order of features, or None.
        samples: The dataset.

    Returns:
        The response of each sample by its id, and the findings: `measure` (`"accuracy"`, or `"r2"` of a regressor),
        `folds` (one entry a fold: `train_n`, `test_n`, `train`, `test`, `gap`), `train_<measure>`, `test_<measure>`
        and `gap` (each `value`, `low`, `high`, `level`, `method`), `learning_curve` (`share`, `n`, `train`, `test`,
        `train_sd`, `test_sd` over folds) and `warnings`. The t intervals use the variance of Nadeau and Bengio (2003),
        `sd**2 (1/k + n_test/n_train)`: scores of folds share their training data, and without it the interval is too
        narrow. Numbers that are undefined are None.

    Raises:
        ConfigError: See `split`.
        DataError: A sample has no target or one that cannot be learnt.
    """
    for share in config.learning_curve:
        if not 0 < share <= 1:
            raise ConfigError(f"cross_validation.learning_curve holds {share}, which is no share: 0 < share <= 1")
    inputs = [input_of(sample) for sample in samples]
    targets = _targets(samples, is_regressor(estimator))
    groups = None if config.group is None else [group_of(sample, config.group) for sample in samples]
    found: dict[str, Response] = {}
    rows: list[dict[str, Any]] = []
    curve: dict[float, list[tuple[int, float, float]]] = {share: [] for share in config.learning_curve}
    for number, (train, test) in enumerate(split(targets, groups, config, is_regressor(estimator))):
        data = _Fold(estimator, names, inputs, targets, train, test)
        fitted = data.fit(train)
        for index, response in zip(test, answers(fitted, [inputs[i] for i in test], names), strict=True):
            response.data["fold"] = number
            found[samples[index].id] = response
        train_score, test_score = data.score(fitted, train), data.score(fitted, test)
        rows.append(_row(number, train, test, train_score, test_score))
        order = nested(train, None if is_regressor(estimator) else targets, config.seed + number)
        for share in curve:
            curve[share].append(data.point(share, order, train_score, test_score))
    return found, _findings(rows, curve, "r2" if is_regressor(estimator) else "accuracy", _leaks(samples, groups))


class _Fold:
    """One fold's data and the estimator that is fitted on parts of it."""

    def __init__(
        self,
        estimator: Any,
        names: tuple[str, ...] | None,
        inputs: list[Any],
        targets: list[Any],
        train: Indices,
        test: Indices,
    ) -> None:
        self.estimator, self.names, self.inputs, self.targets = estimator, names, inputs, targets
        self.train, self.test = train, test

    def fit(self, part: Indices) -> Any:
        from sklearn.base import clone

        fresh = clone(self.estimator)
        try:
            return fresh.fit(as_matrix(self._inputs(part), self.names, fresh), [self.targets[i] for i in part])
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{type(fresh).__name__} cannot be fitted on {len(part)} samples: {error}") from error

    def score(self, fitted: Any, part: Indices) -> float:
        from sklearn.metrics import accuracy_score, r2_score

        predicted = fitted.predict(as_matrix(self._inputs(part), self.names, fitted))
        truth = [self.targets[i] for i in part]
        if not is_regressor(fitted):
            return float(accuracy_score(truth, predicted))
        return float(r2_score(truth, predicted)) if len(part) > 1 else math.nan

    def point(self, share: float, order: Indices, train_score: float, test_score: float) -> tuple[int, float, float]:
        if share >= 1.0:
            return len(order), train_score, test_score
        classes = 1 if is_regressor(self.estimator) else len({self.targets[i] for i in order})
        part = order[: max(round(share * len(order)), classes, 2)]
        fitted = self.fit(part)
        return len(part), self.score(fitted, part), self.score(fitted, self.test)

    def _inputs(self, part: Indices) -> list[Any]:
        return [self.inputs[i] for i in part]


def split(
    targets: list[Any], groups: list[str] | None, config: CrossValidation, regression: bool
) -> list[tuple[Indices, Indices]]:
    """Indices of the training and the left-out part of each fold; every index is left out exactly once.

    Args:
        targets: Classes or numbers [n].
        groups: Group of each sample; one is never on both sides.
        config: Folds and seed.
        regression: Whether targets are numbers, which are not stratified.

    Raises:
        ConfigError: Folds below 2, or fewer samples, groups or members of a class than folds.
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    k = config.folds
    units = targets if groups is None else sorted(set(groups))
    if k < 2 or k > len(units):
        what = "samples" if groups is None else f"groups of {config.group!r}"
        raise ConfigError(f"cross_validation.folds is {k}: it must be from 2 to the number of {what}, {len(units)}")
    if not regression:
        rarest, count = min(Counter(targets).items(), key=lambda item: item[1])
        if count < k:
            raise ConfigError(f"cross_validation.folds is {k}, and the class {rarest!r} has only {count} samples")
        if len(set(targets)) < 2:
            raise ConfigError(f"cross-validation needs two classes, and every target is {rarest!r}")
    kind: Any
    if groups is None:
        kind = KFold if regression else StratifiedKFold
    else:
        kind = GroupKFold if regression else StratifiedGroupKFold
    folds = kind(n_splits=k, shuffle=True, random_state=config.seed)
    parts = [(train.tolist(), test.tolist()) for train, test in folds.split(targets, targets, groups)]
    if not all(train and test for train, test in parts):
        raise ConfigError(f"cross_validation.folds is {k}: the groups of {config.group!r} do not fill that many folds")
    return parts


def nested(part: Indices, classes: list[Any] | None, seed: int) -> Indices:
    """Order indices so that every prefix is a random sample, with the classes in their shares and each one early."""
    import numpy as np

    shuffled = [part[i] for i in np.random.default_rng(seed).permutation(len(part))]
    if classes is None:
        return shuffled
    sizes = Counter(classes[i] for i in part)
    met: Counter[Any] = Counter()
    rank: dict[int, float] = {}
    for index in shuffled:
        rank[index] = met[classes[index]] / sizes[classes[index]]
        met[classes[index]] += 1
    return sorted(shuffled, key=rank.__getitem__)


def group_of(sample: Sample, field: str) -> str:
    """The group of a sample: an attribute, a field of its row (dotted), or `cluster`.

    Raises:
        ConfigError: It has none.
    """
    if field in sample.attributes:
        return str(sample.attributes[field])
    try:
        return str(dig(sample.fields, field))
    except KeyError:
        if field == "cluster" and sample.cluster is not None:
            return sample.cluster
        hint = did_you_mean(field, [*sample.attributes, *sample.fields, "cluster"])
        raise ConfigError(f"cross_validation.group: sample {sample.id!r} has no {field!r}.{hint}") from None


def _targets(samples: Sequence[Sample], regression: bool) -> list[Any]:
    found: list[Any] = []
    for sample in samples:
        target = sample.target
        if target is None or isinstance(target, list | tuple | dict):
            raise DataError(f"cross-validation needs one target for each sample; {sample.id!r} has {target!r}")
        try:
            found.append(float(target) if regression else target)
        except (TypeError, ValueError):
            raise DataError(f"the target of sample {sample.id!r} is {target!r}, no number for a regressor") from None
    # Classes of one type stay as they are, for estimators that want numbers.
    one_type = regression or len({type(target) for target in found}) < 2
    return found if one_type else [label_of(target) for target in found]


def _leaks(samples: Sequence[Sample], groups: list[str] | None) -> list[str]:
    clusters = Counter(sample.cluster for sample in samples if sample.cluster is not None)
    shared = sum(1 for size in clusters.values() if size > 1)
    if groups is None and shared:
        return [f"{shared} clusters of several samples may lie in train and test at once: set cross_validation.group"]
    return []


def _row(number: int, train: Indices, test: Indices, train_score: float, test_score: float) -> dict[str, Any]:
    gap = train_score - test_score
    return {
        "fold": number,
        "train_n": len(train),
        "test_n": len(test),
        "train": _number(train_score),
        "test": _number(test_score),
        "gap": _number(gap),
    }


def _findings(
    rows: list[dict[str, Any]],
    curve: dict[float, list[tuple[int, float, float]]],
    measure: str,
    warnings: list[str],
) -> dict[str, Any]:
    ratio = sum(row["test_n"] / row["train_n"] for row in rows) / len(rows)
    points = []
    for share, found in curve.items():
        (train, train_sd), (test, test_sd) = _moments([p[1] for p in found]), _moments([p[2] for p in found])
        n = round(sum(p[0] for p in found) / len(found))
        scores = {"train": train, "test": test, "train_sd": train_sd, "test_sd": test_sd}
        points.append({"share": share, "n": n, **{name: _number(value) for name, value in scores.items()}})
    return {
        "measure": measure,
        "folds": rows,
        f"train_{measure}": _interval([row["train"] for row in rows], ratio),
        f"test_{measure}": _interval([row["test"] for row in rows], ratio),
        "gap": _interval([row["gap"] for row in rows], ratio),
        "learning_curve": points,
        "warnings": warnings,
    }


def _interval(scores: list[float | None], ratio: float) -> dict[str, Any]:
    mean, sd = _moments([math.nan if score is None else score for score in scores])
    folds = len(scores)
    interval = t_from_moments(folds, mean, sd * math.sqrt(1 + folds * ratio), LEVEL) if sd == sd else None
    low, high = (interval.low, interval.high) if interval else (math.nan, math.nan)
    bounds = {"value": _number(mean), "low": _number(low), "high": _number(high)}
    return {**bounds, "level": LEVEL, "method": "t:nadeau_bengio"}


def _moments(values: list[float]) -> tuple[float, float]:
    mean = sum(values) / len(values)
    return mean, math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
