"""What an evaluation gives back."""

import msgspec

from evalium.core import Estimate

from .tables import Table


class WorstSlice(msgspec.Struct, frozen=True, kw_only=True):
    """The slice with the least favourable value of a metric.

    Attributes:
        attribute: What was sliced by.
        value: The slice.
        estimate: Its estimate.
        n_slices: How many slices were large enough to be compared; the worst of many is bad by chance too.
    """

    attribute: str
    value: str
    estimate: Estimate
    n_slices: int


class Results(msgspec.Struct, kw_only=True):
    """Estimates of all metrics on one frame.

    Attributes:
        overall: Estimates over all units, by key.
        slices: Estimates by attribute, value and key; most frequent values first.
        worst: By key the worst slice among those with enough units; metrics without a direction have none.
        tables: Confusion matrices, per-class reports, curves, histograms, by name.
        n: Units.
        omitted_slices: By attribute how many of its values were left out for being too many.
    """

    overall: dict[str, Estimate]
    slices: dict[str, dict[str, dict[str, Estimate]]] = {}
    worst: dict[str, WorstSlice] = {}
    tables: dict[str, Table] = {}
    n: int = 0
    omitted_slices: dict[str, int] = {}
