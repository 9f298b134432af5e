"""The shapes of tables beside the numbers: every number in them is an estimate or explicitly a count."""

import msgspec

from evalium.core import Estimate


class Confusion(msgspec.Struct, frozen=True, kw_only=True, tag="confusion"):
    """A confusion matrix.

    Attributes:
        key: Scorer.
        classes: Rows: the true classes. Columns: the predicted ones, and `unparsed` last when `unparsed` is true.
        counts: Units of each true class (row) predicted as each class (column).
        shares: The same as shares of the row, with Wilson intervals.
        unparsed: Whether the last column counts answers without a readable class.
        omitted_classes: Rarer classes that the matrix leaves out for its size.
    """

    key: str
    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[Estimate, ...], ...]
    unparsed: bool = False
    omitted_classes: int = 0


class ClassRow(msgspec.Struct, frozen=True, kw_only=True):
    """One class of a per-class report.

    Attributes:
        name: The class.
        support: Units of it.
        predicted: Units predicted to be of it.
        precision: Share of the predicted that are of it; the interval's denominator is `predicted`.
        recall: Share of it that was predicted; the interval's denominator is `support`.
        f1: Harmonic mean of the two.
    """

    name: str
    support: int
    predicted: int
    precision: Estimate
    recall: Estimate
    f1: Estimate


class ClassReport(msgspec.Struct, frozen=True, kw_only=True, tag="class_report"):
    """Precision, recall and F1 of each class, most frequent first.

    Attributes:
        key: Scorer.
        rows: The classes.
    """

    key: str
    rows: tuple[ClassRow, ...]


class CurvePoint(msgspec.Struct, frozen=True, kw_only=True):
    """One threshold of a curve.

    Attributes:
        threshold: Units with at least this score are called positive.
        x: False positive rate of a ROC curve, recall of a precision-recall curve.
        y: True positive rate, or precision.
    """

    threshold: float
    x: Estimate
    y: Estimate


class Curve(msgspec.Struct, frozen=True, kw_only=True, tag="curve"):
    """A ROC or precision-recall curve with a pointwise Wilson band.

    Attributes:
        key: Scorer.
        kind: `roc` or `pr`.
        positive: The positive class.
        positives: Units of it.
        negatives: All other units.
        points: From the highest threshold to the lowest, thinned to at most 200.
    """

    key: str
    kind: str
    positive: str
    positives: int
    negatives: int
    points: tuple[CurvePoint, ...]


class ReliabilityBin(msgspec.Struct, frozen=True, kw_only=True):
    """One bin of a reliability diagram.

    Attributes:
        low: Least confidence, exclusive but for 0.
        high: Greatest confidence, inclusive.
        count: Units.
        confidence: Mean confidence.
        accuracy: Share of right answers.
    """

    low: float
    high: float
    count: int
    confidence: Estimate
    accuracy: Estimate


class Reliability(msgspec.Struct, frozen=True, kw_only=True, tag="reliability"):
    """Accuracy by confidence: on the diagonal the model means what it says.

    Attributes:
        key: Scorer.
        bins: From low to high confidence; empty ones are left out.
    """

    key: str
    bins: tuple[ReliabilityBin, ...]


class Histogram(msgspec.Struct, frozen=True, kw_only=True, tag="histogram"):
    """How a number is distributed.

    Attributes:
        key: Column.
        unit: Its unit.
        edges: Edges of the bins, one more than counts; logarithmically even when `log` is true.
        counts: Units in each bin.
        n_missing: Units without the number.
        log: Whether the bins grow geometrically.
    """

    key: str
    unit: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    n_missing: int
    log: bool


Table = Confusion | ClassReport | Curve | Reliability | Histogram
