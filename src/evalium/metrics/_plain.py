"""Columns as people have them: lists, numpy, pandas, polars, Arrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from evalium.core import ConfigError

from .column import as_text, in_order
from .frame import ATTRIBUTE


def as_list(name: str, column: Any) -> Any:
    """A column as a list, or as the numpy array that it is.

    Raises:
        ConfigError: It is text, a mapping or no sequence at all.

    Example:
        >>> as_list("x", (1, 2))
        [1, 2]
    """
    if isinstance(column, (np.ndarray, list)):
        return column
    for convert in ("to_pylist", "to_list", "tolist"):
        method = getattr(column, convert, None)
        if callable(method):
            return method()
    if isinstance(column, (str, bytes, Mapping)) or not hasattr(column, "__iter__"):
        raise ConfigError(f"{name}: expected a column, got {type(column).__name__}")
    return list(column)


def attribute_columns(by: Any, n: int) -> dict[str, Any]:
    """Slices as columns of a frame."""
    if by is None:
        return {}
    named = by if isinstance(by, Mapping) else {"by": by}
    return {f"{ATTRIBUTE}{name}": as_list(f"by {name!r}", column) for name, column in named.items()}


def label_columns(scorer: str, predictions: Any, references: Any) -> dict[str, Any]:
    """Predicted and true classes."""
    return {
        f"{scorer}.label": as_list("predictions", predictions),
        f"{scorer}.target": _needed("references", references),
    }


def number_columns(scorer: str, predictions: Any, references: Any) -> dict[str, Any]:
    """Predicted and true numbers."""
    given, true = as_list("predictions", predictions), _needed("references", references)
    return {f"{scorer}.values.prediction": given, f"{scorer}.values.target": true, f"{scorer}.value": given}


def value_columns(scorer: str, predictions: Any) -> dict[str, Any]:
    """Scores that are there already."""
    return {f"{scorer}.value": as_list("predictions", predictions)}


def probability_columns(
    scorer: str, predictions: Any, references: Any, classes: Sequence[Any] | None
) -> dict[str, Any]:
    """Class probabilities and true classes.

    Args:
        scorer: Whose they are.
        predictions: Mappings of class to probability, [n, C] probabilities of `classes`, or [n] of the second class.
        references: True classes.
        classes: Names of the classes, in the order of the probabilities; for [n] the two that `references` has when
            None, in their order.

    Raises:
        ConfigError: The classes do not fit the probabilities, or a probability is not in [0, 1].
    """
    rows, true = as_list("predictions", predictions), _needed("references", references)
    first = next((row for row in rows if row is not None), None)
    if isinstance(first, Mapping):
        mappings = list(rows)
    else:
        mappings = _mappings(np.asarray(rows, dtype=np.float64), true, classes)
    return {
        f"{scorer}.probabilities": mappings,
        f"{scorer}.target": true,
        f"{scorer}.value": [_of_class(row, as_text(value)) for row, value in zip(mappings, true, strict=False)],
    }


def _of_class(row: Mapping[str, float] | None, name: str | None) -> float | None:
    """The probability of the true class; 0 for one that the model does not know."""
    return None if row is None or name is None else float(row.get(name, 0.0))


def _mappings(table: Any, true: Any, classes: Sequence[Any] | None) -> list[dict[str, float] | None]:
    known = {text for value in true if (text := as_text(value)) is not None}
    names = in_order(known) if classes is None else [str(as_text(name)) for name in classes]
    if table.ndim == 1:
        if len(names) == 1 and names[0] in {"0", "1", "false", "true"}:
            names = ["0", "1"] if names[0] in "01" else ["false", "true"]
        if len(names) != 2:
            raise ConfigError(
                f"one probability a unit is that of the second of two classes; there are {len(names)}: "
                "give [n, C] probabilities, or name two `classes`"
            )
        table = np.stack([1 - table, table], axis=1)
    if table.ndim != 2 or table.shape[1] != len(names):
        raise ConfigError(f"predictions of shape {table.shape} for {len(names)} classes: name them by `classes`")
    if ((table < 0) | (table > 1)).any():
        raise ConfigError("predictions: a probability must lie in [0, 1]")
    return [None if np.isnan(row).any() else dict(zip(names, row.tolist(), strict=True)) for row in table]


def _needed(name: str, column: Any) -> Any:
    if column is None:
        raise ConfigError(f"{name} are needed: what was expected of each prediction")
    return as_list(name, column)
