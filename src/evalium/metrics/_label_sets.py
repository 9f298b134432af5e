"""Predicted and true sets of labels of each unit, as counts and as indicators."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalium.core import Status

from ._scored import Unparsed
from .base import Need, SumMetric
from .column import Floats, Ragged
from .frame import STATUS_CODE, Frame

_OK, _UNPARSED = STATUS_CODE[Status.OK], STATUS_CODE[Status.UNPARSED]


@dataclass(frozen=True, slots=True)
class SetCounts:
    """Sizes of the sets of each unit, each [n]; nan where a unit has none.

    Attributes:
        hits: Labels in both.
        predicted: Predicted labels.
        true: True labels.
    """

    hits: Floats
    predicted: Floats
    true: Floats


def known_units(frame: Frame, scorer: str, unparsed: Unparsed) -> npt.NDArray[np.bool_]:
    """[n] whether the unit counts."""
    status = frame.scored(scorer)
    counted = (status == _OK) | ((status == _UNPARSED) & (unparsed == "wrong"))
    return np.asarray(counted & ~np.isnan(frame.number(f"{scorer}.values.n_true")), dtype=np.bool_)


def set_counts(frame: Frame, scorer: str, unparsed: Unparsed) -> SetCounts:
    """Sizes of each unit's sets; an unparsed answer that counts as wrong is the empty set."""
    known = known_units(frame, scorer, unparsed)
    columns = (frame.number(f"{scorer}.values.{name}") for name in ("hits", "n_predicted", "n_true"))
    return SetCounts(*(np.where(known, column, np.nan) for column in columns))


def universe(frame: Frame, scorer: str) -> int:
    """How many labels the scorer was told there are; 0 when it was not."""
    told = frame.number(f"{scorer}.values.universe")
    told = told[~np.isnan(told)]
    return int(told.max()) if len(told) else 0


def label_ids(frame: Frame, scorer: str) -> Floats:
    """All labels: those that the scorer was told of, else those that occur."""
    told = universe(frame, scorer)
    if told:
        return np.arange(told, dtype=np.float64)
    pair = (frame.several(f"{scorer}.values.{name}").values for name in ("predicted", "true"))
    return np.unique(np.concatenate([*pair]))


def label_rows(frame: Frame, scorer: str, unparsed: Unparsed) -> Floats:
    """[n, 3 L] whether each label is true, predicted, both; nan for units that do not count."""
    ids = label_ids(frame, scorer)
    true, predicted = (_indicator(frame.several(f"{scorer}.values.{name}"), ids) for name in ("true", "predicted"))
    rows = np.concatenate([true, predicted, true * predicted], axis=1)
    rows[~known_units(frame, scorer, unparsed)] = np.nan
    # Without any label a row would have no column to be missing in.
    return rows if len(ids) else np.full((frame.n, 3), np.nan)


def _indicator(column: Ragged, ids: Floats) -> Floats:
    found = np.zeros((len(column), len(ids)))
    found[column.units, np.searchsorted(ids, column.values)] = 1.0
    return found


@dataclass(frozen=True, kw_only=True)
class LabelSetMetric(SumMetric):
    """Base of metrics of label sets.

    Attributes:
        scorer: The scorer with predicted and true sets.
        unparsed: Whether an answer that could not be read counts as the empty set or as missing.
    """

    scorer: str = ""
    unparsed: Unparsed = "wrong"

    fits = ("labels",)
    scored_by = "labels"

    def needs(self) -> tuple[Need, ...]:
        """The sets and their sizes."""
        return (Need("values", self.scorer),)
