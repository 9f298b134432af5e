"""A frame from plain Python or numpy columns: for direct use of metrics, without a run."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from evalium.core import ConfigError, Status

from ._grouping import independent_or_codes, inverse_probability
from .column import Category, Floats, Probabilities, Ragged, encode_together
from .frame import ATTRIBUTE, STATUS_CODE, Frame, StatusCodes

_CLASS_FIELDS = (".label", ".target")


def from_columns(columns: Mapping[str, Any]) -> Frame:
    """Build a frame from columns of equal length.

    Args:
        columns: Values by column name. `status` and `<scorer>.status` take `Status` values or their text and default
            to `ok` (a score without value and label: `missing`); `<scorer>.label` and `<scorer>.target` take class
            names; `<scorer>.probabilities` takes mappings of class to probability; `attributes.<name>` and `cluster`
            take any scalar; `probability` is the chance with which the unit was sampled; everything else is a number,
            None or nan where missing.

    Raises:
        ConfigError: Columns differ in length, or a value is of the wrong kind.

    Example:
        >>> f = from_columns({"s.label": ["a", "b"], "s.target": ["a", "a"], "cluster": ["u1", "u2"]})
        >>> f.category("s.target").codes.tolist(), f.clusters is None
        ([0, 0], True)
    """
    n = _common_length(columns)
    numbers: dict[str, Floats] = {}
    categories: dict[str, Category] = {}
    probabilities: dict[str, Probabilities] = {}
    ragged: dict[str, Ragged] = {}
    for name, values in columns.items():
        if name.endswith(".probabilities"):
            probabilities[name.removesuffix(".probabilities")] = Probabilities.encode(list(values))
        elif name.startswith(ATTRIBUTE):
            categories[name] = Category.encode(values)
        elif name.endswith(_CLASS_FIELDS) and ".values." not in name:
            categories.update(_classes(columns, name.rpartition(".")[0]))
        elif _is_ragged(name, values):
            ragged[name] = Ragged.of(values)
        elif name not in {"cluster", "status"} and not name.endswith(".status"):
            numbers[name] = _numbers(name, values)
    cluster = columns.get("cluster")
    status = _statuses("status", columns["status"]) if "status" in columns else np.zeros(n, dtype=np.int8)
    frame = Frame(
        n=n,
        numbers=numbers,
        categories=categories,
        probabilities=probabilities,
        ragged=ragged,
        status=status,
        clusters=None if cluster is None else independent_or_codes(Category.encode(cluster).codes),
        weights=inverse_probability(numbers.pop("probability", None)),
    )
    frame.score_status.update({scorer: _score_status(columns, frame, scorer) for scorer in _scorers(columns)})
    return frame


def _is_ragged(name: str, values: Any) -> bool:
    first = next((value for value in values if value is not None), None) if ".values." in name else None
    return isinstance(first, (list, tuple)) or (isinstance(first, np.ndarray) and first.ndim == 1)


def _common_length(columns: Mapping[str, Any]) -> int:
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise ConfigError(f"columns of a frame must have one length, got {shown}")
    return next(iter(lengths.values()), 0)


def _numbers(name: str, values: Any) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"column {name!r} must hold numbers: {error}") from error


def _classes(columns: Mapping[str, Any], scorer: str) -> dict[str, Category]:
    present = [scorer + end for end in _CLASS_FIELDS if scorer + end in columns]
    return dict(zip(present, encode_together([columns[name] for name in present]), strict=True))


def _statuses(name: str, values: Any) -> StatusCodes:
    try:
        return np.array([STATUS_CODE[Status(value)] for value in values], dtype=np.int8)
    except ValueError as error:
        raise ConfigError(f"column {name!r}: {error}; known: {', '.join(s.value for s in Status)}") from error


def _scorers(columns: Mapping[str, Any]) -> set[str]:
    ends = (".value", ".label", ".probabilities", ".status")
    return {name.removesuffix(end) for name in columns for end in ends if name.endswith(end)}


def _score_status(columns: Mapping[str, Any], frame: Frame, scorer: str) -> StatusCodes:
    if f"{scorer}.status" in columns:
        return _statuses(f"{scorer}.status", columns[f"{scorer}.status"])
    known = ~np.isnan(frame.number(f"{scorer}.value")) | (frame.category(f"{scorer}.label").codes >= 0)
    if scorer in frame.probabilities:
        known |= ~np.isnan(frame.probabilities[scorer].values).any(axis=1)
    return np.where(known, STATUS_CODE[Status.OK], STATUS_CODE[Status.MISSING]).astype(np.int8)
