"""The table that metrics read: one row per evaluation unit (sample x epoch), one numpy array per column."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from evalium.core import ConfigError, Status, did_you_mean

from .column import Category, Codes, Floats, Index, Probabilities, Ragged

if TYPE_CHECKING:
    import pyarrow as pa

STATUSES: tuple[Status, ...] = tuple(Status)
STATUS_CODE: dict[Status, int] = {status: code for code, status in enumerate(STATUSES)}
HAS_OUTPUT = np.array([status.has_output for status in STATUSES])

StatusCodes = npt.NDArray[np.int8]
ATTRIBUTE = "attributes."


@dataclass(frozen=True, slots=True)
class Slice:
    """The units that share one value of an attribute."""

    value: str
    index: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Evaluation units as columns of equal length.

    Columns are named as in the record (`latency`, `cost`), `<scorer>.<field>` for scores (`exact.value`,
    `intent.label`, `rouge.values.recall`) and `attributes.<name>`.

    Attributes:
        n: Number of units.
        numbers: Numeric columns [n], float64; nan where a unit has none.
        categories: Categorical columns; `<scorer>.label` and `<scorer>.target` share one list of classes.
        probabilities: Class probabilities by scorer.
        ragged: Columns with several numbers for each unit.
        status: [n] how the call ended, as a position in `STATUSES`.
        score_status: How each scorer's verdict ended, by scorer, coded alike.
        clusters: [n] cluster of each unit, or None when the units are independent.
        weights: [n] 1 / sampling probability, or None when everything was kept.
        keys: [n] identity of each unit across runs (content of the sample, epoch), or None when it was not loaded.
        signatures: Signature of the scores of each scorer.
        streamed: Whether answers were streamed, None when unknown; times of both kinds are not comparable.
        hourly_price: USD per hour of the machines that serve the model, where it is paid so.

    Example:
        >>> frame = Frame.from_columns({"latency": [0.5, 1.5], "exact.value": [1, 0]})
        >>> frame.n, frame.number("latency").tolist()
        (2, [0.5, 1.5])
    """

    n: int
    numbers: dict[str, Floats] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    probabilities: dict[str, Probabilities] = field(default_factory=dict)
    ragged: dict[str, Ragged] = field(default_factory=dict)
    status: StatusCodes
    score_status: dict[str, StatusCodes] = field(default_factory=dict)
    clusters: Codes | None = None
    weights: Floats | None = None
    keys: npt.NDArray[np.uint64] | None = None
    signatures: dict[str, str] = field(default_factory=dict)
    streamed: bool | None = None
    hourly_price: float | None = None

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any]) -> "Frame":
        """Build a frame from plain columns; see `evalium.metrics.from_columns`."""
        from ._from_columns import from_columns

        return from_columns(columns)

    @classmethod
    def from_arrow(
        cls, records: "pa.Table", scores: "Mapping[str, pa.Table] | None" = None, *, keys: bool = False
    ) -> "Frame":
        """Build a frame from stored records and scores; see `evalium.metrics.from_arrow`."""
        from ._from_arrow import from_arrow

        return from_arrow(records, scores or {}, keys=keys)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes that units can be sliced by."""
        return tuple(sorted(name[len(ATTRIBUTE) :] for name in self.categories if name.startswith(ATTRIBUTE)))

    def number(self, name: str) -> Floats:
        """A numeric column; all nan when the frame has none of this name."""
        column = self.numbers.get(name)
        return np.full(self.n, np.nan) if column is None else column

    def category(self, name: str) -> Category:
        """A categorical column; all missing when the frame has none of this name."""
        column = self.categories.get(name)
        return Category(np.full(self.n, -1, dtype=np.int32), ()) if column is None else column

    def several(self, name: str) -> Ragged:
        """A column with several numbers for each unit; none at all when the frame has none of this name."""
        column = self.ragged.get(name)
        return Ragged(np.empty(0), np.zeros(self.n + 1, dtype=np.int64)) if column is None else column

    def scored(self, scorer: str) -> StatusCodes:
        """How the scorer's verdict ended; `missing` for every unit when the frame has no such scorer."""
        known = self.score_status.get(scorer)
        return np.full(self.n, STATUS_CODE[Status.MISSING], dtype=np.int8) if known is None else known

    def take(self, index: Index) -> "Frame":
        """A frame of a selection of units: positions or a boolean mask."""
        status = self.status[index]
        return replace(
            self,
            n=len(status),
            numbers={name: column[index] for name, column in self.numbers.items()},
            categories={name: column.take(index) for name, column in self.categories.items()},
            probabilities={name: column.take(index) for name, column in self.probabilities.items()},
            ragged={name: column.take(index) for name, column in self.ragged.items()},
            status=status,
            score_status={name: column[index] for name, column in self.score_status.items()},
            clusters=None if self.clusters is None else self.clusters[index],
            weights=None if self.weights is None else self.weights[index],
            keys=None if self.keys is None else self.keys[index],
        )

    def only(self, numbers: Iterable[str]) -> "Frame":
        """The same units with these numeric columns and nothing else but how their calls ended."""
        kept = {name: self.numbers[name] for name in numbers if name in self.numbers}
        return Frame(n=self.n, numbers=kept, status=self.status, hourly_price=self.hourly_price)

    def slices(self, attribute: str) -> Iterator[Slice]:
        """The units of each value of an attribute, most frequent value first; units without it are in no slice.

        Raises:
            ConfigError: The frame has no such attribute.

        Example:
            >>> frame = Frame.from_columns({"attributes.lang": ["en", "de", "en"]})
            >>> [(s.value, s.index.tolist()) for s in frame.slices("lang")]
            [('en', [0, 2]), ('de', [1])]
        """
        column = self.categories.get(ATTRIBUTE + attribute)
        if column is None:
            hint = did_you_mean(attribute, self.attributes)
            raise ConfigError(f"slices: the data has no attribute {attribute!r}.{hint}")
        order = np.argsort(column.codes, kind="stable").astype(np.int32)
        counts = np.bincount(column.codes + 1, minlength=len(column.values) + 1)
        starts = np.concatenate([[0], np.cumsum(counts)])
        for code in np.argsort(-counts[1:], kind="stable"):
            if counts[code + 1]:
                yield Slice(column.values[code], order[starts[code + 1] : starts[code + 2]])
