"""The two things a statistic hands back: an interval and a test, both with named fields.

Flags, the same words everywhere:

- `undefined`: the bounds (or p) cannot be computed and are nan
- `single`: one observation, no spread to see
- `degenerate`: no variation at all; the zero width is not evidence of precision
- `skewed`: |skewness| above 2; a t interval covers less than it says
- `few_clusters`: fewer than 10 clusters
- `n_too_small`: a bound lies outside the sample and is nan
- `draws_undefined`: some resamples had no value and were left out
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval.

    Attributes:
        low: Lower bound, nan when undefined.
        high: Upper bound, nan when undefined.
        level: Confidence level in (0, 1).
        method: How it was made, for example `wilson` or `cluster:cr1_t`.
        flags: Reasons to read it with care, words of this module's docstring.

    >>> Interval(0.2, 0.5, 0.95, "wilson").contains(0.3)
    True
    """

    low: float
    high: float
    level: float
    method: str
    flags: tuple[str, ...] = ()

    @property
    def width(self) -> float:
        """Distance between the bounds; nan when a bound is undefined."""
        return self.high - self.low

    def contains(self, value: float) -> bool:
        """Whether `value` lies inside, bounds included; False when a bound is undefined."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class TestResult:
    """A two-sided hypothesis test of no difference.

    Attributes:
        p: p-value in [0, 1], nan when undefined.
        statistic: The test statistic, named by `method`.
        method: Which test.
        n: Number of pairs or units it rests on.
        value: The estimated difference; nan for tests that see only part of it.
        df: Degrees of freedom; nan where there are none.
        interval: The interval that belongs to the same standard error, when there is one.
        flags: Words of this module's docstring.
    """

    # pytest would otherwise try to collect a class whose name starts with "Test".
    __test__ = False

    p: float
    statistic: float
    method: str
    n: int
    value: float = math.nan
    df: float = math.nan
    interval: Interval | None = None
    flags: tuple[str, ...] = ()


def undefined_interval(level: float, method: str, *flags: str) -> Interval:
    """An interval with nan bounds and the reason why."""
    return Interval(math.nan, math.nan, level, method, flags or ("undefined",))
