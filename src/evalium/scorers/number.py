"""The number in the output beside the true one, for regression metrics."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from evalium.core import Record, ScoreError, Status, Verdict

from ._factory import built_in
from ._number import Decimal
from ._target import NO_OUTPUT, NO_TARGET
from .base import ScoreFunction
from .numeric import reader

_UNPARSED = Verdict(status=Status.UNPARSED, explanation="there is no number in the output")
_NO_NUMBER = Verdict(status=Status.MISSING, explanation="the target is not a finite number")


@built_in(kind="number", values=("prediction", "target"), low=0.0, high=None, higher_is_better=False)
def number(*, after: str | None = None, units: dict[str, float] | None = None, decimal: Decimal = ".") -> ScoreFunction:
    """The number that the model answered, and how far it is from the true one.

    Value: |prediction - target|, at least 0, lower is better; `values` holds `prediction` and `target`, which `mae`,
    `rmse`, `r2`, `spearman` and the like read. A number in `data.number` is taken as it is; else the output is read as
    `numeric` reads it. `unparsed` where the output holds no number, `missing` where the target is none or infinite.

    Args:
        after: Only what follows the last occurrence of this text.
        units: Factors by unit name, such as `{km: 1000, m: 1}`: converts both sides.
        decimal: Sign before the decimals.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="About 1,250.5 dollars", target=1200)
        >>> verdict = number().score(record)
        >>> verdict.value, verdict.values
        (50.5, {'prediction': 1250.5, 'target': 1200.0})
    """
    read = reader(after, units, decimal)

    @lru_cache(1024)
    def from_text(text: str) -> float | None:
        return _finite(read(text))

    def of(given: Any) -> float | None:
        return from_text(given) if isinstance(given, str) else _finite(given)

    def score(record: Record) -> Verdict:
        given = record.data.get("number", record.output)
        if given is None:
            return NO_OUTPUT
        if record.target is None:
            return NO_TARGET
        target, prediction = of(record.target), of(given)
        if target is None:
            return _NO_NUMBER
        if prediction is None:
            return _UNPARSED
        values: dict[str, float | list[float]] = {"prediction": prediction, "target": target}
        return Verdict(value=abs(prediction - target), answer=f"{prediction:g}", values=values)

    return score


def _finite(given: Any) -> float | None:
    """A finite number as a float, else None.

    Raises:
        ScoreError: It is no number at all.
    """
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise ScoreError(f"expected one number, got {type(given).__name__}")
    try:
        found = float(given)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None
