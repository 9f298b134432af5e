"""Charts as SVG text: made here, escaped, no script, readable by a screen reader."""

from ._svg import SERIES, Scale, marker, svg
from .curves import curve_chart, reliability_chart
from .intervals import Row, bar, common_scale, forest, slice_dots
from .learning import learning_curve
from .matrix import heat_map
from .times import time_chart

__all__ = [
    "SERIES",
    "Row",
    "Scale",
    "bar",
    "common_scale",
    "curve_chart",
    "forest",
    "heat_map",
    "learning_curve",
    "marker",
    "reliability_chart",
    "slice_dots",
    "svg",
    "time_chart",
]
