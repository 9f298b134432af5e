"""Which items of a catalogue were shown at all, and how evenly."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from evalium.core import DataError

from ._scored import scored_values
from .base import Need, WeightedMetric, check_count, divide
from .column import Floats, Ragged
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class Exposure(WeightedMetric):
    """Base: a formula on how often each item was shown.

    Interval: bootstrap over recommendations (users, where they are the clusters), moved to the value, since a resample
    shows fewer different items.

    Attributes:
        scorer: The scorer `recommendation`.
        catalogue: Number of items that could have been shown.
    """

    scorer: str = ""
    catalogue: int = 0

    fits = ("recommendation",)
    scored_by = "recommendation"
    centred = True
    sample: ClassVar[Mapping[str, Any]] = {"catalogue": 40}

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.key, "catalogue", self.catalogue)

    def needs(self) -> tuple[Need, ...]:
        """The items shown."""
        return (Need("values", self.scorer),)

    def columns(self, frame: Frame) -> tuple[Any, ...]:
        """How many items each unit shows, and which: positions among the different items."""
        shown = scored_values(frame, self.scorer, "values.shown", "missing")
        items = frame.several(f"{self.scorer}.values.items")
        different, codes = np.unique(items.values, return_inverse=True)
        if len(different) > self.catalogue:
            raise DataError(
                f"metric {self.key!r}, option 'catalogue' is {self.catalogue}, but {len(different)} items were shown"
            )
        return shown, Ragged(codes.astype(np.float64), items.starts)

    def value(self, columns: tuple[Any, ...], weights: Floats) -> Floats:
        """The formula on the exposure of each item."""
        _, items = columns
        codes = items.values.astype(np.int64)
        size = int(codes.max(initial=-1)) + 1
        each = np.reshape(weights, (-1, np.shape(weights)[-1]))
        counts = np.stack([np.bincount(codes, weights=w[items.units], minlength=size) for w in each]).astype(np.float64)
        found = np.where(counts.sum(axis=1) > 0, self.of_counts(counts), np.nan)
        return np.reshape(found, np.shape(weights)[:-1])

    @abstractmethod
    def of_counts(self, counts: Floats) -> Floats:
        """Counts [B, items] to values [B]; items never shown may be left out."""

    def reason(self, columns: tuple[Any, ...]) -> str:
        """Why there is no value."""
        return f"{self.name} is undefined: no item was shown"


@dataclass(frozen=True, kw_only=True)
class CatalogueCoverage(Exposure):
    """Share of the catalogue that was shown at least once, in [0, 1], higher is better.

    Different items shown / items of the catalogue. Items are those of the lists in full; cut the lists for a coverage
    at k.

    When not to use it: between different numbers of users or of items shown, with which it grows; nor alone, since
    random items cover a catalogue.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("catalogue_coverage", [["a", "b"], ["a", "c"]], [None, None], catalogue=12, ci=None).value
        0.25
    """

    name = "catalogue_coverage"
    reference = "Ge, Delgado-Battenfeld and Jannach 2010, https://doi.org/10.1145/1864708.1864761"

    def of_counts(self, counts: Floats) -> Floats:
        """Items shown / items."""
        return np.asarray((counts > 0).sum(axis=1) / self.catalogue, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class ExposureGini(Exposure):
    """Gini index of how often items were shown, in [0, 1], lower is more even.

    Sum over the N items, from the least shown, of (2 rank - N - 1) count / (N sum of counts). 0 when all items of the
    catalogue are shown equally often, near 1 when few get everything; items never shown count as 0.

    When not to use it: alone: showing items at random is even, and nobody's wish; read `ndcg` beside it.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("exposure_gini", [["a", "b"], ["c", "d"]], [None, None], catalogue=4, ci=None).value
        0.0
    """

    name = "exposure_gini"
    higher_is_better = False
    reference = "Fleder and Hosanagar 2009, https://doi.org/10.1287/mnsc.1080.0974"

    def of_counts(self, counts: Floats) -> Floats:
        """Sum of (2 rank - items - 1) count / (items * sum of counts), ranks from the least shown."""
        ordered = np.sort(counts, axis=1)
        ranks = self.catalogue - np.arange(ordered.shape[1])[::-1]
        top = (ordered * (2 * ranks - self.catalogue - 1)).sum(axis=1)
        return np.asarray(divide(top, self.catalogue * counts.sum(axis=1)), dtype=np.float64)
