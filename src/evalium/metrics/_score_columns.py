"""Scores of predictions at hand, as columns of a frame."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from evalium.core import ConfigError, Record, Status, Verdict
from evalium.scorers import Scorer, score_now

_PIXELS = {"data.image", "data.mask"}


def score_columns(
    scorer: Scorer,
    name: str,
    predictions: Sequence[Any],
    references: Sequence[Any],
    wanted: tuple[str, ...] = ("value", "values"),
) -> dict[str, Any]:
    """Score each prediction against its reference.

    Args:
        scorer: The scorer; not an async one.
        name: What it is called in the frame.
        predictions: [n] what was answered; None where nothing was.
        references: [n] what was expected.
        wanted: Fields that are read, see `Metric.reads`; a scorer of many texts at once leaves others out.

    Returns:
        Columns `<name>.value`, `.label`, `.target`, `.probabilities`, `.values.<more>` and `.status`, as far as the
        scorer gives them.

    Raises:
        ConfigError: Columns differ in length, or the scorer is async.
    """
    if len(predictions) != len(references):
        raise ConfigError(f"{len(predictions)} predictions and {len(references)} references: give one for each")
    many = _scored_together(scorer, predictions, references, wanted)
    if many is not None:
        return {f"{name}.{field}": column for field, column in many.items()}
    verdicts = _verdicts(scorer, predictions, references)
    columns: dict[str, Any] = {f"{name}.status": [v.status for v in verdicts]}
    for field in ("value", "label", "target", "probabilities"):
        column = [getattr(v, field) for v in verdicts]
        if field == "value" or any(each is not None for each in column):
            columns[f"{name}.{field}"] = column
    for key in dict.fromkeys(key for v in verdicts for key in v.values):
        columns[f"{name}.values.{key}"] = [v.values.get(key) for v in verdicts]
    return columns


def _scored_together(
    scorer: Scorer, predictions: Sequence[Any], references: Sequence[Any], wanted: tuple[str, ...]
) -> dict[str, Any] | None:
    """Columns by field of a scorer that takes many texts at once, where that is what was given."""
    columns: Callable[..., dict[str, Any] | None] | None = getattr(scorer.score, "columns", None)
    return None if columns is None else columns(predictions, references, wanted)


def _verdicts(scorer: Scorer, predictions: Sequence[Any], references: Sequence[Any]) -> list[Verdict]:
    records = [_record(scorer, i, p, r) for i, (p, r) in enumerate(zip(predictions, references, strict=True))]
    many: Callable[[list[Record]], list[Verdict]] | None = getattr(scorer.score, "many", None)
    if many is None:
        return [_verdict(scorer, record) for record in records]
    answered = [i for i, record in enumerate(records) if record.status.has_output]
    verdicts = [Verdict(status=Status.MISSING)] * len(records)
    for i, verdict in zip(answered, many([records[i] for i in answered]), strict=True):
        verdicts[i] = verdict
    return verdicts


def _verdict(scorer: Scorer, record: Record) -> Verdict:
    found = score_now(scorer, record)
    if inspect.isawaitable(found):
        raise ConfigError(f"scorer {scorer.name!r} calls a model: use it in a plan")
    assert isinstance(found, Verdict)
    if found.status is Status.ERROR:
        raise ConfigError(f"row {record.sample}: {found.explanation}")
    return found


def _record(scorer: Scorer, row: int, prediction: Any, reference: Any) -> Record:
    record = Record(
        key="",
        run="",
        sample=str(row),
        sample_hash="",
        model="",
        status=Status.MISSING if prediction is None else Status.OK,
        target=_given(scorer, reference),
    )
    if prediction is None:
        return record
    if scorer.reads == "output":
        record.output = prediction if isinstance(prediction, str) else str(prediction)
    elif scorer.reads == "label":
        record.label = str(prediction)
    else:
        record.data = {scorer.reads.removeprefix("data."): _given(scorer, prediction)}
    return record


def _given(scorer: Scorer, value: Any) -> Any:
    """Plain data; pixels and vectors stay the arrays that they are."""
    if scorer.reads in _PIXELS and isinstance(value, np.ndarray) and value.dtype.kind in "buif":
        return value
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
