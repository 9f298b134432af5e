"""What became of a unit in one run, short enough to stand beside another run's."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from evalium.core import Status
from evalium.metrics import ScorerInfo

if TYPE_CHECKING:
    import duckdb

Key = tuple[str, int]
"""Sample and epoch."""


class Outcome(NamedTuple):
    """How a call ended and what its first scorer said.

    Attributes:
        status: How the call ended.
        judged: How the scoring ended, None without one.
        value: The score.
        label: Predicted class.
    """

    status: str
    judged: str | None
    value: float | None
    label: str | None

    def words(self, scorer: ScorerInfo | None) -> str:
        """The outcome in a few words.

        Example:
            >>> Outcome("ok", "ok", 0.0, "spam").words(ScorerInfo("intent", "label"))
            'spam (wrong)'
            >>> Outcome("ok", "ok", 0.0, None).words(ScorerInfo("insult", higher_is_better=False))
            'no insult'
            >>> Outcome("timeout", None, None, None).words(None)
            'timeout'
        """
        if self.status != Status.OK:
            return self.status
        text = outcome_text(self.judged or "not scored", self.value, self.label, scorer)
        if scorer is not None and self.label is None and text in ("yes", "no"):
            return scorer.name if text == "yes" else f"no {scorer.name}"
        return f"{self.label} ({text})" if self.label is not None and text in ("right", "wrong") else text


def outcome_text(status: str, value: float | None, label: str | None, scorer: ScorerInfo | None) -> str:
    """A score in words.

    Args:
        status: How the scoring ended.
        value: The score.
        label: Predicted class.
        scorer: Whose score it is; right and wrong are told only by those of kind `binary` and `label`, and a binary one
            of which less is better says whether there was what it is named after: `yes` or `no`.

    Example:
        >>> outcome_text("ok", 1.0, None, ScorerInfo("exact")), outcome_text("ok", 0.25, None, None)
        ('right', '0.25')
        >>> outcome_text("ok", 1.0, None, ScorerInfo("hallucination", higher_is_better=False))
        'yes'
    """
    if status != Status.OK:
        return status
    if value is None:
        return label or "no value"
    if scorer is None or scorer.kind not in ("binary", "label"):
        return f"{value:.3g}"
    if scorer.kind == "binary" and scorer.higher_is_better is False:
        return "yes" if value == scorer.high else "no"
    return "right" if value == scorer.high else "wrong"


def apart(one: Outcome, other: Outcome, scorer: ScorerInfo | None) -> bool:
    """Whether two models fared differently: another class, a score apart by half its range, or only one with a score.

    Example:
        >>> right, wrong = Outcome("ok", "ok", 1.0, None), Outcome("ok", "ok", 0.0, None)
        >>> apart(right, wrong, ScorerInfo("exact")), apart(right, right, ScorerInfo("exact"))
        (True, False)
    """
    if one.value is None or other.value is None:
        return (one.value is None) != (other.value is None)
    if one.label is not None and other.label is not None:
        return one.label != other.label
    if scorer is None or scorer.low is None or scorer.high is None:
        return one.value != other.value
    return abs(one.value - other.value) >= abs(scorer.high - scorer.low) / 2


def outcomes_of(db: duckdb.DuckDBPyConnection, run: str, scorer: str, keys: Collection[Key]) -> dict[Key, Outcome]:
    """Outcomes of some units of a run.

    Args:
        db: Views of the workspace.
        run: Id of the run.
        scorer: Whose score counts.
        keys: The units; those the run does not have are left out.
    """
    query = """
        SELECT r.sample, r.epoch, r.status, s.status, s.value, s.label
        FROM (SELECT * FROM records WHERE run = $run AND kind IN ('call', 'trace') AND role = 'subject') r
        JOIN (SELECT unnest($samples) AS sample, unnest($epochs) AS epoch) k USING (sample, epoch)
        LEFT JOIN (SELECT * FROM scores WHERE run = $run AND scorer = $scorer) s USING (sample, epoch)"""
    samples, epochs = [k[0] for k in keys], [k[1] for k in keys]
    found = db.execute(query, {"run": run, "scorer": scorer, "samples": samples, "epochs": epochs}).fetchall()
    return {(str(sample), int(epoch)): Outcome(*rest) for sample, epoch, *rest in found}
