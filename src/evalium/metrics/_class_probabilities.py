"""Class probabilities beside the true class."""

from dataclasses import dataclass

import numpy as np

from evalium.core import Status

from .column import Floats, in_order
from .frame import STATUS_CODE, Frame


@dataclass(frozen=True, slots=True)
class Predicted:
    """What a probabilistic classifier said, and the truth.

    Attributes:
        probabilities: [n, C]; nan where there is none.
        true: [n] position of the true class among `classes`, as a float; nan where there is none.
        classes: [C] every class with a probability or a target.
    """

    probabilities: Floats
    true: Floats
    classes: tuple[str, ...]


def class_probabilities(frame: Frame, scorer: str) -> Predicted:
    """Join a scorer's probabilities with its targets; a target without a probability of its own has probability 0."""
    given = frame.probabilities.get(scorer)
    target = frame.category(f"{scorer}.target")
    found = np.unique(target.codes)
    names = {target.values[code] for code in found if code >= 0}
    classes = tuple(in_order(names | set(given.classes if given else ())))
    position = {name: i for i, name in enumerate(classes)}
    values = np.full((frame.n, len(classes)), np.nan)
    if given is not None:
        known = ~np.isnan(given.values).any(axis=1)
        values[known] = 0.0
        for name, column in zip(given.classes, given.values.T, strict=True):
            values[known, position[name]] = column[known]
    values[frame.scored(scorer) != STATUS_CODE[Status.OK]] = np.nan
    table = np.array([*(position.get(name, np.nan) for name in target.values), np.nan])
    return Predicted(values, table[target.codes], classes)


def class_names(frame: Frame, scorer: str) -> tuple[str, ...]:
    """The classes of `class_probabilities`."""
    return class_probabilities(frame, scorer).classes
