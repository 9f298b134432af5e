"""How well the data of a chart was read off it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ._scored import scored_values
from .base import Need, SumMetric
from .column import Floats
from .frame import Frame


@dataclass(frozen=True, kw_only=True)
class ChartF1(SumMetric):
    """Mean over charts of the F1 of data points, by DePlot's RMS; in [0, 1], higher is better.

    2 P R / (P + R) of each chart's `chart_precision` P and `chart_recall` R, averaged. Points are paired by series and
    x within a tolerance for misspelling, and worth as much as their values agree; see the scorer `chart_data` for the
    formula. Undefined where no chart was scored. Interval: t, CR1 where units are clustered.

    When not to use it: where every value must be right: a misspelt name and a value that is a little off cost only a
    part of a point. Take `chart_points`.

    Attributes:
        scorer: A scorer of kind `chart`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("chart_f1", [{"a": {"x": 1}}], [{"a": {"x": 1, "y": 2}}], ci=None).value.__round__(4)
        0.6667
    """

    scorer: str = ""

    of: ClassVar[str] = "value"
    name = "chart_f1"
    fits = ("chart",)
    scored_by = "chart_data"
    interval = "mean"
    reference = "Liu et al. 2023 (DePlot)"

    def needs(self) -> tuple[Need, ...]:
        """The number."""
        return (Need(self.of.partition(".")[0], self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """The number."""
        return scored_values(frame, self.scorer, self.of, "missing")


@dataclass(frozen=True, kw_only=True)
class ChartPrecision(ChartF1):
    """Mean over charts of the worth of the paired points over the points predicted; in [0, 1], higher is better.

    Summed worth of the paired points (see `chart_f1`) / points predicted, of each chart. 1 for a chart of which no
    point was read. Interval: t, CR1 where units are clustered.

    When not to use it: alone: reading one sure point, or none, scores 1; look at `chart_recall` beside it.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("chart_precision", [{"a": {"x": 1}}], [{"a": {"x": 1, "y": 2}}], ci=None).value
        1.0
    """

    name = "chart_precision"
    of = "values.precision"


@dataclass(frozen=True, kw_only=True)
class ChartRecall(ChartF1):
    """Mean over charts of the worth of the paired points over the points that are there; in [0, 1], higher is better.

    Summed worth of the paired points (see `chart_f1`) / points in the chart, of each chart. 1 for a chart without a
    point. Interval: t, CR1 where units are clustered.

    When not to use it: alone: points that were made up cost nothing; look at `chart_precision` beside it.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("chart_recall", [{"a": {"x": 1}}], [{"a": {"x": 1, "y": 2}}], ci=None).value
        0.5
    """

    name = "chart_recall"
    of = "values.recall"


@dataclass(frozen=True, kw_only=True)
class ChartPoints(SumMetric):
    """Share of all data points of all charts that were read within the tolerances; in [0, 1], higher is better.

    Points paired by series and x whose relative error is below the scorer's `tolerance`, over the points that are
    there; long series count for more. Undefined where no chart has a point. Interval: delta method on the charts.

    When not to use it: alone: it says nothing of points that were made up; see `chart_precision`.

    Attributes:
        scorer: A scorer of kind `chart`.

    Example:
        >>> from evalium.metrics import compute
        >>> compute("chart_points", [{"a": {"x": 1, "y": 9}}], [{"a": {"x": 1, "y": 2}}], ci=None).value
        0.5
    """

    scorer: str = ""

    name = "chart_points"
    fits = ("chart",)
    scored_by = "chart_data"
    interval = "ratio"
    reference = "after the relaxed accuracy of Methani et al. 2020 (PlotQA), arXiv 1909.00997"

    def needs(self) -> tuple[Need, ...]:
        """The counts."""
        return (Need("values", self.scorer),)

    def rows(self, frame: Frame) -> Floats:
        """Points within the tolerances, points."""
        counts = [scored_values(frame, self.scorer, f"values.{name}", "missing") for name in ("within", "true")]
        return np.stack(counts, axis=1)

    def reason(self, sums: Floats) -> str:
        """What is missing."""
        return "chart_points is undefined: no chart has a data point"
