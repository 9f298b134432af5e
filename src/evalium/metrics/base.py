"""What a metric is: a sum and a formula, or a formula on weighted columns."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from evalium.core import ConfigError, Estimate
from evalium.stats import Interval, TestResult

from .column import Codes, Floats, Index
from .frame import Frame
from .rows import Coded, Dense

IntervalRule = Literal["mean", "ratio", "total", "share", "bootstrap", "none"]
Returned = Dense | Coded | npt.NDArray[Any]


class Need(NamedTuple):
    """A stored column that a metric reads.

    Attributes:
        column: Field of the record, or of the score.
        scorer: Whose score; empty for the record, `*` for every scorer.
    """

    column: str
    scorer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How intervals are made.

    Attributes:
        level: Confidence level in (0, 1).
        bootstrap: Resamples where the interval is a bootstrap.
        seed: Names that the seed is a stable hash of; the metric's and the slice's are added.
        interval: Whether there is one at all.
    """

    level: float = 0.95
    bootstrap: int = 2000
    seed: tuple[str, ...] = ("run",)
    interval: bool = True


@dataclass(frozen=True, kw_only=True)
class Metric:
    """Base of every metric: a frozen dataclass whose fields are its options.

    Class attributes say what a page, a gate or a decision matrix must know. A field declared with `compare=False`
    describes and does not define: it stays out of the signature.

    Attributes:
        key: Name in the results; empty takes the metric's name, after its scorer's where that was named.
        usual: Taken without being asked for: left out of the results when no unit has the number.
        name: Registered name.
        version: Raised when the same data would give another value.
        code: Hash of the file of an own metric.
        unit: `"1"` for shares and scores, `"s"`, `"USD"`, `"token"`, ...
        low: Least possible value, None when unbounded.
        high: Greatest possible value, None when unbounded.
        higher_is_better: Direction, None where neither is better.
        reference: Where the definition comes from; empty where the docstring is all there is.
        fits: Kinds of scorer it reads; empty when it reads records only.
        scored_by: Registered scorer that makes what it reads, taken where the plan has none of a kind that fits.
        reads: Fields of that scorer's verdicts that it cannot do without: `value`, `values.<name>`, `values` for all.
        reads_any: Whether it may read any column, since nobody declared which.
        sample: Options that an example of it needs, where it cannot do without.
    """

    key: str = field(default="", compare=False)
    usual: bool = field(default=False, compare=False)

    version: ClassVar[int] = 1
    code: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    fits: ClassVar[tuple[str, ...]] = ()
    scored_by: ClassVar[str] = ""
    reads: ClassVar[tuple[str, ...]] = ("value", "values")
    reads_any: ClassVar[bool] = False
    sample: ClassVar[Mapping[str, Any]] = {}

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", self.default_key)

    @property
    def default_key(self) -> str:
        """Name in the results when none is given."""
        return self.name

    @property
    def name(self) -> str:
        """Registered name."""
        raise NotImplementedError(f"{type(self).__name__} needs a class attribute `name`")

    @property
    def unit(self) -> str:
        """Unit of the value."""
        return "1"

    @property
    def low(self) -> float | None:
        """Least possible value."""
        return 0.0

    @property
    def high(self) -> float | None:
        """Greatest possible value."""
        return 1.0

    @property
    def higher_is_better(self) -> bool | None:
        """Direction."""
        return True

    @property
    def options(self) -> dict[str, Any]:
        """The options that define the metric, by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.compare}

    @property
    def signature(self) -> str:
        """Everything that changes the value, in one line.

        Example:
            >>> from evalium.metrics import ScorerInfo, create
            >>> create({"f_beta": {"beta": 2}}, [ScorerInfo("intent", "label")])[0].signature
            'f_beta|average:macro|beta:2|positive:-|unparsed:wrong|zero_division:undefined|v:1'
        """
        options = sorted((k, v) for k, v in self.options.items() if k != "scorer")
        parts = [self.name, *(f"{k}:{_written(v)}" for k, v in options), f"v:{self.version}"]
        return "|".join([*parts, f"code:{self.code}"] if self.code else parts)

    @property
    def spec(self) -> str | dict[str, Any]:
        """What `create` makes this metric from again: a name, or `{name: options}`."""
        scorer = self.options.get("scorer", "")
        name = f"{scorer}.{self.name}" if scorer else self.name
        defaults = {f.name: f.default for f in fields(self) if f.default is not MISSING}
        changed = {k: v for k, v in self.options.items() if k != "scorer" and v != defaults.get(k, MISSING)}
        if self.key != name:
            changed["name"] = self.key
        return {name: changed} if changed else name

    def needs(self) -> tuple[Need, ...]:
        """Columns that it reads, besides how calls and scorings ended, clusters and sampling weights."""
        return ()

    def bound(self, scorers: Sequence[Any], base: Path | None) -> Self:
        """This metric with whatever it must make of the plan's scorers; itself for all but metrics made of metrics."""
        return self

    @property
    def needs_stream(self) -> bool:
        """Whether it can be measured only where answers are streamed."""
        return any(need.column in {"ttft", "itl"} for need in self.needs())

    def source(self) -> str:
        """What its rows are made of; metrics of one source share rows and bootstrap draws."""
        return f"{self.options.get('scorer', '')}|{self.signature}"

    def outputs(self, frame: Frame) -> tuple[str, ...]:
        """Names of its numbers where there are several, such as the classes; empty for one number."""
        return ()

    def flags(self, frame: Frame) -> tuple[str, ...]:
        """Warnings about the data that belong next to the number."""
        return ()


Factory = Callable[..., Metric]
"""A metric class, or one with options filled in."""


class SumMetric(Metric, ABC):
    """A metric that is a formula on summed rows.

    The value, slices, bootstrap, clustered errors, paired differences, streaming and merging follow from `rows` and
    `value`; nothing else has to be written.

    Attributes:
        interval: `mean` and `ratio` for s0 / s1 (of a 0/1 or graded value; of two totals), `total` for s0 where s1
            counts, `share` where each output is a share of some of the units (see `unit_share`), `bootstrap` for any
            other formula, `none`.
    """

    interval: ClassVar[IntervalRule] = "bootstrap"

    @abstractmethod
    def rows(self, frame: Frame) -> Returned:
        """Sufficient statistics [n, k] of each unit; nan in a row marks a unit that lacks the number.

        An array [n] is short for rows (x, 1). `Coded` holds rows of which few are distinct.
        """

    def value(self, sums: Floats) -> Floats:
        """The formula: sums [..., k] to values [...], or [..., m] for several outputs; nan where undefined."""
        return self.finish(divide(sums[..., 0], sums[..., 1]))

    def finish(self, ratio: Floats) -> Floats:
        """An increasing function of s0 / s1, or of the share: the ends of its interval pass through it too."""
        return ratio

    def unit_share(self, sums: Floats) -> tuple[Floats, Floats] | None:
        """Hits and trials [..., m] of these sums where each output is `finish` of a share of units; None otherwise.

        The rule `share` makes its interval of them; `bootstrap` falls back on them where no resample differs.
        """
        return None

    def reason(self, sums: Floats) -> str:
        """Why the value of these sums is undefined."""
        return f"{self.name} is undefined for this data: a denominator is 0"

    def cautions(self, sums: Floats) -> tuple[str, ...]:
        """Warnings about these sums that belong next to the number."""
        return ()


Columns = tuple[Any, ...]
"""Columns of units: [n] or [n, c] numbers, or `Ragged`."""


class WeightedMetric(Metric, ABC):
    """A metric that is a formula on columns and weights: ranks, quantiles, distances between distributions.

    Attributes:
        centred: Whether the bootstrap is biased, so that its interval is moved to have the value as its median.
    """

    centred: ClassVar[bool] = False

    @abstractmethod
    def columns(self, frame: Frame) -> Columns:
        """Columns [n] or [n, c] of each unit; nan in any marks a unit that lacks the number. A `Ragged` marks none."""

    @abstractmethod
    def value(self, columns: Columns, weights: Floats) -> Floats:
        """The formula: columns of n units and weights [..., n] to values [...], or [..., m]; nan where undefined.

        A weight of 2 counts as the unit twice, 0 as the unit absent. The weight of a `Ragged`'s numbers is
        `weights[..., column.units]`.
        """

    def order(self, columns: Columns) -> Index | None:
        """An order of the units in which the formula is cheap, taken once before they are resampled; None for any."""
        return None

    def own_intervals(self, columns: Columns, clusters: Codes | None, level: float) -> list[Interval] | None:
        """Intervals better than the bootstrap's for unweighted units, one for each output, or None."""
        return None

    def own_contrast(self, a: Columns, b: Columns, level: float) -> TestResult | None:
        """A test of two runs on the same independent units better than the bootstrap's, or None."""
        return None

    def reason(self, columns: Columns) -> str:
        """Why the value of these columns is undefined."""
        return f"{self.name} is undefined for this data"


class FrameMetric(Metric, ABC):
    """A metric of the run as a whole, such as calls per second: neither a sum nor a function of weights."""

    def source(self) -> str:
        """The columns that it reads."""
        return "frame|" + ",".join(need.column for need in self.needs())

    @abstractmethod
    def measure(self, frame: Frame, how: How) -> Estimate:
        """The number and its interval."""


def divide(top: Floats, bottom: Floats) -> Floats:
    """Top / bottom, nan where bottom is 0.

    Example:
        >>> divide(np.array([1.0, 1.0]), np.array([2.0, 0.0])).tolist()
        [0.5, nan]
    """
    shape = np.broadcast_shapes(np.shape(top), np.shape(bottom))
    ratio: Floats = np.divide(top, bottom, out=np.full(shape, np.nan), where=np.asarray(bottom) != 0)
    return ratio


def check_choice(metric: str, option: str, value: Any, known: tuple[Any, ...]) -> None:
    """Refuse an option's value that is none of the known ones."""
    if value not in known:
        shown = ", ".join(repr(k) for k in known)
        raise ConfigError(f"metric {metric!r}, option {option!r} must be one of {shown}, got {value!r}")


def check_count(metric: str, option: str, value: Any) -> None:
    """Refuse an option's value that is no whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"metric {metric!r}, option {option!r} must be a whole number of at least 1, got {value!r}")


def check_share(metric: str, option: str, value: float) -> None:
    """Refuse an option's value outside [0, 1]."""
    if not 0 <= value <= 1:
        raise ConfigError(f"metric {metric!r}, option {option!r} must lie in [0, 1], got {value!r}")


def _written(value: Any) -> str:
    if value is None or value == "":
        return "-"
    return f"{value:g}" if isinstance(value, float) else str(value)
