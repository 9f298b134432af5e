"""Data read off a chart, against the data it was drawn from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from evalium.core import ConfigError, Record, Status, Verdict

from ._factory import built_in
from ._target import NO_TARGET
from .base import ScoreFunction
from .structured import structured

Points = dict[str, float]


class _BadChart(Exception):
    """The data cannot be read; the text names the series and the point."""


@built_in(kind="chart", values=("precision", "recall", "similarity", "within", "predicted", "true"), reads="data.chart")
def chart_data(*, tolerance: float = 0.1, name_tolerance: float = 0.5) -> ScoreFunction:
    """Compare the data points that were read off a chart with those it shows, by DePlot's RMS.

    Prediction (`data.chart`, or JSON in the output) and target are mappings of each series' name to its points: a
    mapping of x to y, or a list of `[x, y]`. A point's key is its series' name and x, in lower case. Points are paired
    one to one so that the normalised edit distances of their keys, taken as 1 from `name_tolerance` on, sum to the
    least. A pair is worth (1 - that distance) * (1 - d), where d is |y - y'| / |y'| of the true y', taken as 1 from
    `tolerance` on; for a true 0 it is 0 or 1. Precision is the worth of all pairs over the points predicted, recall
    over the points that are there; the value is their harmonic mean, in [0, 1], higher is better. No point on both
    sides is 1, on one side 0.

    `values` also holds `within`, the pairs with keys closer than `name_tolerance` whose y is closer than `tolerance`.
    Undefined: no target is `missing`; what is no mapping of series, or holds a y that is no number, is `unparsed`.

    Keys are paired by their text alone, as in the reference: of two series whose names are equally far from the truth
    the first is taken. Reference: Liu et al. 2023 (DePlot), `table_datapoints_precision_recall` for one table; unlike
    there, nothing is transposed and y is always a number.

    Args:
        tolerance: Relative error of y from which a point is wrong.
        name_tolerance: Normalised edit distance of keys from which they are different.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output='{"Sales": {"2019": 10, "2020": 21}}',
        ...                 target={"sales": {"2019": 10, "2020": 20}})
        >>> round(chart_data().score(record).value, 3)
        0.975
    """
    for option, number in (("tolerance", tolerance), ("name_tolerance", name_tolerance)):
        if not 0 < number <= 1:
            raise ConfigError(f"scorer 'chart_data', option {option!r} must lie in (0, 1], got {number}")

    def score(record: Record) -> Verdict:
        given = structured(record, "data.chart")
        if isinstance(given, Verdict):
            return given
        if record.target is None:
            return NO_TARGET
        try:
            true = _points(record.target, "target")
        except _BadChart as error:
            return Verdict(status=Status.MISSING, explanation=str(error))
        try:
            predicted = _points(given, "chart")
        except _BadChart as error:
            return Verdict(status=Status.UNPARSED, explanation=str(error))
        return _verdict(predicted, true, tolerance, name_tolerance)

    return score


def _verdict(predicted: Points, true: Points, tolerance: float, name_tolerance: float) -> Verdict:
    worth, within = _pairs(predicted, true, tolerance, name_tolerance) if predicted and true else (0.0, 0)
    precision = worth / len(predicted) if predicted else 1.0
    recall = worth / len(true) if true else 1.0
    values: dict[str, float | list[float]] = {
        "precision": precision,
        "recall": recall,
        "similarity": worth,
        "within": float(within),
        "predicted": float(len(predicted)),
        "true": float(len(true)),
    }
    both = precision + recall
    return Verdict(value=2 * precision * recall / both if both else 0.0, values=values)


def _pairs(predicted: Points, true: Points, tolerance: float, name_tolerance: float) -> tuple[float, int]:
    """Worth of the best pairing, and pairs within both tolerances."""
    from scipy.optimize import linear_sum_assignment

    distances = _key_distances(list(true), list(predicted), name_tolerance)
    worth, within = 0.0, 0
    ours, theirs = list(predicted.values()), list(true.values())
    for t, p in zip(*(side.tolist() for side in linear_sum_assignment(distances)), strict=True):
        near = 1.0 - float(distances[t, p])
        right = 1.0 - _relative(theirs[t], ours[p], tolerance)
        worth += near * right
        within += near > 0 and right > 0
    return worth, within


def _key_distances(true: list[str], predicted: list[str], most: float) -> npt.NDArray[np.float64]:
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cdist

    distances = cdist(true, predicted, scorer=Levenshtein.normalized_distance, dtype=np.float64)
    return np.asarray(np.where(distances < most, distances, 1.0), dtype=np.float64)


def _relative(true: float, predicted: float, most: float) -> float:
    if true == 0:
        return float(predicted != 0)
    distance = abs((true - predicted) / true)
    return distance if distance < most else 1.0


def _points(given: Any, where: str) -> Points:
    if not isinstance(given, Mapping):
        raise _BadChart(f"{where}: expected a mapping of series to points, got {type(given).__name__}")
    found: Points = {}
    for name, points in given.items():
        pairs = points.items() if isinstance(points, Mapping) else points
        if not isinstance(pairs, (list, tuple)) and not isinstance(points, Mapping):
            raise _BadChart(f"{where}[{name!r}]: expected a mapping of x to y or a list of [x, y]")
        for pair in pairs:
            if not isinstance(pair, (list, tuple)) or len(pair) != 2:
                raise _BadChart(f"{where}[{name!r}]: a point is [x, y], got {pair!r:.60}")
            x, y = pair
            key = f"{_text(name)} {_text(x)}"
            if key in found:
                raise _BadChart(f"{where}[{name!r}]: two points at {x!r:.60}")
            if isinstance(y, bool) or not isinstance(y, (int, float)) or not math.isfinite(y):
                raise _BadChart(f"{where}[{name!r}][{x!r:.60}]: y must be a finite number, got {y!r:.60}")
            found[key] = float(y)
    return found


def _text(part: Any) -> str:
    if isinstance(part, float) and part.is_integer():
        return str(int(part))
    return " ".join(str(part).lower().split())
