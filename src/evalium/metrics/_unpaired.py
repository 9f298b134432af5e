"""The difference of two numbers that have no units in common: throughputs of two runs."""

import math

from evalium.core import Estimate
from evalium.stats import Interval

from ._paired_sums import Contrast
from .busy import BATCHES


def batch_contrast(a: Estimate, b: Estimate) -> Contrast:
    """Difference of two batch means, with the degrees of freedom of one (Welch's are never fewer)."""
    from scipy.special import stdtr, stdtrit

    factor = float(stdtrit(BATCHES - 1, 0.5 + a.level / 2))
    se = math.hypot((a.high - a.low) / 2 / factor, (b.high - b.low) / 2 / factor)
    value = a.value - b.value
    interval = Interval(value - factor * se, value + factor * se, a.level, "batch_means")
    p = 2 * float(stdtr(BATCHES - 1, -abs(value) / se)) if se > 0 else math.nan
    return Contrast(interval, p, "batch_means:unpaired", se)
