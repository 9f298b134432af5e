"""What a constant answer would get: the number that an imbalanced data set gives away."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ._class_probabilities import class_probabilities
from ._estimate import prepare
from ._scored import scored_classes
from .base import How, Metric
from .column import Category, Floats, Probabilities
from .frame import Frame
from .results import Results

CONSTANT_WOULD_PASS = "constant_would_pass"
MOST_CONSTANTS = 20
_OF_CLASSES = {"label", "probability"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantAnswer:
    """The best constant answer, by one metric.

    Attributes:
        value: What it gets; nan where the metric is undefined for every constant answer.
        answer: The class that it always answers; empty where it is the class frequencies as probabilities.
    """

    value: float
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """How far a number flatters the model.

    Attributes:
        key: Key of the number.
        value: The model's.
        constant: The best constant answer's.
        answer: What that always answers.
        skill: Share of the way from the constant answer to a perfect one that the model has come; negative when worse.
        misleading: How good the number looks, less its skill: 0 is honest, 1 is a perfect score of a useless model.
        flags: `constant_would_pass` where the model is not above the constant answer, `not_told_apart` where its
            interval reaches it.
    """

    key: str
    value: float
    constant: float
    answer: str
    skill: float
    misleading: float
    flags: tuple[str, ...]


def constant_baseline(metric: Metric, frame: Frame) -> dict[str, ConstantAnswer]:
    """The value of the best constant answer, by output of the metric as in its estimates.

    Tried are each of the 20 most frequent classes, and for metrics of probabilities the class frequencies. Empty for a
    metric that reads no classes, and for one without a direction.

    Args:
        metric: A classification metric.
        frame: The units that it was measured on.

    Example:
        >>> from evalium.metrics import ScorerInfo, create
        >>> columns = {"s.label": ["ok"] * 4, "s.target": ["ok", "ok", "ok", "fraud"]}
        >>> accuracy = create({"s.accuracy": {"by": "label"}}, [ScorerInfo("s", "label")])[0]
        >>> constant_baseline(accuracy, Frame.from_columns(columns))["s.accuracy"].value
        0.75
    """
    scorer = str(metric.options.get("scorer", ""))
    of_classes = _OF_CLASSES & set(metric.fits) and metric.options.get("by", "label") == "label"
    if not scorer or not of_classes or metric.higher_is_better is None:
        return {}
    columns = {need.column for need in metric.needs() if need.scorer == scorer}
    frames = _constant_labels(frame, scorer) if "label" in columns else _constant_frequencies(frame, scorer)
    best: dict[str, ConstantAnswer] = {}
    for answer, constant in frames:
        for key, found in prepare(metric, constant).estimate(How(interval=False)).items():
            known = best.setdefault(key, ConstantAnswer(value=found.value, answer=answer))
            better = found.value > known.value if metric.higher_is_better else found.value < known.value
            if better or (math.isnan(known.value) and found.defined):
                best[key] = ConstantAnswer(value=found.value, answer=answer)
    return best


def imbalance_traps(metrics: Sequence[Metric], frame: Frame, results: Results) -> tuple[Trap, ...]:
    """Rank the classification metrics of a run by how far they mislead, the worst first.

    Args:
        metrics: The metrics of the run.
        frame: The units.
        results: Their estimates, from `evaluate`.

    Example:
        >>> from evalium.metrics import ScorerInfo, create_all, evaluate
        >>> columns = {"s.label": ["ok"] * 200, "s.target": ["ok"] * 199 + ["fraud"]}
        >>> metrics = create_all(["s.f1_macro", {"s.accuracy": {"by": "label"}}], [ScorerInfo("s", "label")])
        >>> frame = Frame.from_columns(columns)
        >>> [(t.key, t.value, t.flags) for t in imbalance_traps(metrics, frame, evaluate(metrics, frame))][:1]
        [('s.accuracy', 0.995, ('constant_would_pass',))]
    """
    found = []
    for metric in metrics:
        for key, constant in constant_baseline(metric, frame).items():
            estimate = results.overall.get(key)
            if estimate is not None and estimate.defined and not math.isnan(constant.value):
                found.append(_trap(metric, key, constant, estimate.value, estimate.low, estimate.high))
    return tuple(sorted(found, key=lambda trap: (-trap.misleading, trap.key)))


def _trap(metric: Metric, key: str, constant: ConstantAnswer, value: float, low: float, high: float) -> Trap:
    sign = 1.0 if metric.higher_is_better else -1.0
    best = metric.high if metric.higher_is_better else metric.low
    skill = _share(value, constant.value, best)
    flags: tuple[str, ...] = ()
    if sign * (value - constant.value) <= 0:
        flags = (CONSTANT_WOULD_PASS,)
    elif sign * ((low if sign > 0 else high) - constant.value) <= 0:
        flags = ("not_told_apart",)
    misleading = max(0.0, _looks(metric, value) - max(skill, 0.0)) if best is not None else math.nan
    return Trap(
        key=key,
        value=value,
        constant=constant.value,
        answer=constant.answer,
        skill=skill,
        misleading=0.0 if math.isnan(misleading) else misleading,
        flags=flags,
    )


def _share(value: float, start: float, best: float | None) -> float:
    return math.nan if best is None or best == start else (value - start) / (best - start)


def _looks(metric: Metric, value: float) -> float:
    """How good a number looks, 0 to 1: readers take 0 for nothing even where negative values are possible."""
    low, high = max(metric.low or 0.0, 0.0), metric.high if metric.high is not None else math.nan
    good = (value - low) / (high - low) if metric.higher_is_better else (high - value) / (high - low)
    return min(max(good, 0.0), 1.0)


def _counted(frame: Frame, true: Floats) -> tuple[Frame, Floats]:
    """One unit for each class that occurs, its weight how many units it stands for, and the classes."""
    known = true >= 0
    weights = np.ones(frame.n) if frame.weights is None else frame.weights
    totals = np.bincount(true[known].astype(int), weights=weights[known]).astype(np.float64)
    classes = np.flatnonzero(totals > 0)
    status = np.zeros(len(classes), dtype=np.int8)
    return Frame(n=len(classes), status=status, weights=totals[classes]), classes.astype(np.float64)


def _constant_labels(frame: Frame, scorer: str) -> list[tuple[str, Frame]]:
    true, _, classes = scored_classes(frame, scorer, "wrong")
    base, present = _counted(frame, true.astype(np.float64))
    codes = present.astype(np.int32)
    weights = base.weights if base.weights is not None else np.ones(base.n)
    frames = []
    for at in np.argsort(-weights, kind="stable")[:MOST_CONSTANTS]:
        label = Category(np.full(base.n, codes[at], dtype=np.int32), classes)
        frames.append((classes[codes[at]], _with(base, scorer, codes, label, classes)))
    return frames


def _with(
    base: Frame,
    scorer: str,
    codes: "np.ndarray[tuple[int], np.dtype[np.int32]]",
    label: Category,
    classes: tuple[str, ...],
) -> Frame:
    return Frame(
        n=base.n,
        status=base.status,
        score_status={scorer: base.status},
        weights=base.weights,
        categories={f"{scorer}.label": label, f"{scorer}.target": Category(codes, classes)},
    )


def _constant_frequencies(frame: Frame, scorer: str) -> list[tuple[str, Frame]]:
    """Every unit answered by the class frequencies; the likeliest class is the label."""
    predicted = class_probabilities(frame, scorer)
    if not predicted.classes:
        predicted_true = scored_classes(frame, scorer, "wrong")[0].astype(np.float64)
        classes = frame.category(f"{scorer}.target").values
    else:
        predicted_true, classes = np.nan_to_num(predicted.true, nan=-1.0), predicted.classes
    base, present = _counted(frame, predicted_true)
    if base.weights is None or not base.n:
        return []
    codes = present.astype(np.int32)
    shares = np.zeros(len(classes))
    shares[codes] = base.weights / base.weights.sum()
    top = Category(np.full(base.n, int(shares.argmax()), dtype=np.int32), classes)
    made = _with(base, scorer, codes, top, classes)
    made.probabilities[scorer] = Probabilities(np.tile(shares, (base.n, 1)), classes)
    made.numbers[f"{scorer}.value"] = shares[codes]
    return [("", made)]
