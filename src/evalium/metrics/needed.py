"""Which stored columns a set of metrics reads, so that no other is loaded."""

from collections.abc import Iterable
from dataclasses import dataclass

from ._from_arrow import RECORD_NUMBERS, SCORE_NUMBERS
from .base import Metric

RECORD_BASE = ("sample", "epoch", "kind", "role", "status", "attributes", "cluster", "probability")
SCORE_BASE = ("sample", "epoch", "scorer", "status", "signature")
SCORE_ANY = (*SCORE_NUMBERS, "label", "target", "probabilities", "values")


@dataclass(frozen=True, slots=True)
class Needed:
    """Columns to load.

    Attributes:
        records: Columns of the record table.
        scores: Columns of the score table by scorer.
    """

    records: tuple[str, ...]
    scores: dict[str, tuple[str, ...]]

    @property
    def any_score(self) -> tuple[str, ...]:
        """Columns that any scorer needs, to load all scorers at once."""
        return tuple(dict.fromkeys(column for columns in self.scores.values() for column in columns))


def needed_columns(metrics: Iterable[Metric], scorers: Iterable[str] = (), *, keys: bool = False) -> Needed:
    """The columns that `Frame.from_arrow` must be given for these metrics.

    Args:
        metrics: What will be measured.
        scorers: Names of all scorers of the run, for metrics that read every one.
        keys: Whether units will be paired across runs.

    Example:
        >>> from evalium.metrics import ScorerInfo, create_all
        >>> needed = needed_columns(create_all(["accuracy", "latency_p95"], [ScorerInfo("exact")]))
        >>> needed.records[-2:], needed.scores["exact"][-1:]
        (('latency', 'cached'), ('value',))
    """
    records = dict.fromkeys(RECORD_BASE + (("sample_hash",) if keys else ()))
    scores = {name: dict.fromkeys(SCORE_BASE) for name in scorers}
    for metric in metrics:
        if metric.reads_any:
            records.update(dict.fromkeys(RECORD_NUMBERS))
            for columns in scores.values():
                columns.update(dict.fromkeys(SCORE_ANY))
        for need in metric.needs():
            if not need.scorer:
                records[need.column] = None
                continue
            for name in list(scores) if need.scorer == "*" else [need.scorer]:
                scores.setdefault(name, dict.fromkeys(SCORE_BASE))[need.column] = None
    return Needed(tuple(records), {name: tuple(columns) for name, columns in scores.items()})
