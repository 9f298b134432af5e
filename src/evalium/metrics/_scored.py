"""What a scorer said of each unit, with the rule for answers that could not be read."""

from typing import Literal

import numpy as np

from evalium.core import Status

from .column import Codes, Floats
from .frame import STATUS_CODE, Frame

Unparsed = Literal["wrong", "missing"]
"""Whether an answer that could not be read counts as a wrong one or as none. A failed call is always missing."""

_OK = STATUS_CODE[Status.OK]
_UNPARSED = STATUS_CODE[Status.UNPARSED]


def scored_values(frame: Frame, scorer: str, column: str, unparsed: Unparsed, worst: float = 0.0) -> Floats:
    """Values [n] of a scorer; nan where missing, `worst` where unparsed counts as wrong.

    Example:
        >>> frame = Frame.from_columns({"s.value": [1, None, None], "s.status": ["ok", "unparsed", "missing"]})
        >>> scored_values(frame, "s", "value", "wrong").tolist()
        [1.0, 0.0, nan]
    """
    status = frame.scored(scorer)
    values = np.where(status == _OK, frame.number(f"{scorer}.{column}"), np.nan)
    if unparsed == "wrong":
        values[status == _UNPARSED] = worst
    return values


def scored_classes(frame: Frame, scorer: str, unparsed: Unparsed) -> tuple[Codes, Codes, tuple[str, ...]]:
    """True class [n], predicted class [n] and the classes.

    A unit without a true or a readable predicted class is -1 in both; an unparsed answer that counts as wrong has the
    predicted class C, one past the last.
    """
    status = frame.scored(scorer)
    target, label = frame.category(f"{scorer}.target"), frame.category(f"{scorer}.label")
    classes = target.values or label.values
    predicted = label.codes.copy()
    predicted[status != _OK] = -1
    if unparsed == "wrong":
        predicted[status == _UNPARSED] = len(classes)
    lacking = (target.codes < 0) | (predicted < 0)
    true = target.codes.copy()
    true[lacking] = -1
    predicted[lacking] = -1
    return true, predicted, classes
