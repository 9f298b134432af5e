"""What a paired comparison of one number gives back."""

import msgspec

from evalium.core import Estimate


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One number of two runs on the same units, and their difference.

    Attributes:
        key: Key of the number.
        a: The first run's estimate, on the pairs.
        b: The second run's, likewise.
        difference: a - b; `n` counts pairs, `n_missing` pairs of which one side lacks the number.
        p: Two-sided p-value of no difference; nan when undefined.
        test: Which test, and for resampling what was resampled.
        n: Number of pairs.
        mde: Smallest difference that a test at 5 % would see with 80 % power at this n; nan when unknown.
        extra: Further counts, such as the pairs that only one run got right.
    """

    key: str
    a: Estimate
    b: Estimate
    difference: Estimate
    p: float
    test: str
    n: int
    mde: float
    extra: dict[str, float] = {}
