"""Which samples a report shows: wrong ones first, failed calls, then the lowest scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from evalium.metrics import ScorerInfo, StoredRun

from ._data import Shown
from ._failures import UNITS
from ._outcomes import Key, Outcome, apart, outcomes_of
from ._texts import Texts, judged_of, texts_of

if TYPE_CHECKING:
    import duckdb

MOST = 50
ERRORS = 10
"""Failed calls that are shown even when there are more wrong answers than fit."""
ENOUGH = 20
"""Where fewer failed, the lowest of the others are shown up to this number."""
HAS_OUTPUT = "('ok', 'truncated', 'unparsed')"


class Pick(NamedTuple):
    """A unit that is shown, and why."""

    key: Key
    kind: str


def choose_samples(db: duckdb.DuckDBPyConnection, runs: Sequence[StoredRun], names: Sequence[str]) -> list[list[Shown]]:
    """Pick at most 50 units of each run and read their texts; nothing else of that size is read.

    Args:
        db: Views of the workspace.
        runs: Runs on the same task.
        names: Names of their models.
    """
    picked = [_picks(db, stored) for stored in runs]
    wanted = {pick.key for picks in picked for pick in picks}
    first = [stored.scorers[0] if stored.scorers else None for stored in runs]
    outcomes = [outcomes_of(db, s.row.id, f.name if f else "", wanted) for s, f in zip(runs, first, strict=True)]
    shown = []
    for i, (stored, picks) in enumerate(zip(runs, picked, strict=True)):
        texts = texts_of(db, stored.row.id, [p.key for p in picks])
        judged = judged_of(db, stored, [p.key for p in picks])
        others = [(names[j], outcomes[j]) for j in range(len(runs)) if j != i]
        mine = outcomes[i]
        shown.append(
            [
                _shown(pick, texts[pick.key], judged.get(pick.key, ()), mine[pick.key], others, first[i])
                for pick in picks
                if pick.key in texts
            ]
        )
    return shown


def _picks(db: duckdb.DuckDBPyConnection, stored: StoredRun) -> list[Pick]:
    run = stored.row.id
    primary, second = _ordering(stored.scorers)
    query = f"""
        WITH units AS (SELECT sample, epoch, status, latency FROM records WHERE run = $run AND {UNITS}),
        first AS (SELECT sample, epoch, status AS judged, value FROM scores WHERE run = $run AND scorer = $first),
        second AS (SELECT sample, epoch, value AS finer FROM scores WHERE run = $run AND scorer = $second),
        every AS (
            SELECT units.sample, units.epoch, judged, latency, units.status,
                {_sign(primary)} * value AS value, {_sign(second)} * finer AS finer
            FROM units LEFT JOIN first USING (sample, epoch) LEFT JOIN second USING (sample, epoch)
        ),
        ranked AS (
            SELECT sample, epoch,
                CASE WHEN status NOT IN {HAS_OUTPUT} OR judged = 'error' THEN 'error'
                     WHEN judged = 'unparsed' OR value <= $bad THEN 'failed'
                     ELSE 'passed' END AS outcome,
                row_number() OVER (
                    ORDER BY value NULLS LAST, finer NULLS LAST, latency DESC NULLS LAST, sample, epoch
                ) AS place
            FROM every
        )
        SELECT sample, epoch, outcome FROM ranked
        QUALIFY row_number() OVER (PARTITION BY outcome ORDER BY place) <= {MOST} ORDER BY place"""
    bad = _bad(primary)
    values = {"run": run, "first": _name(primary), "second": _name(second), "bad": bad}
    found: dict[str, list[Pick]] = {"failed": [], "error": [], "passed": []}
    for sample, epoch, outcome in db.execute(query, values).fetchall():
        found[outcome].append(Pick((str(sample), int(epoch)), outcome))
    errors = found["error"][: max(ERRORS, MOST - len(found["failed"]))]
    failed = found["failed"][: MOST - len(errors)]
    return [*failed, *errors, *found["passed"][: max(0, ENOUGH - len(failed) - len(errors))]]


def _ordering(scorers: Sequence[ScorerInfo]) -> tuple[ScorerInfo | None, ScorerInfo | None]:
    """The scorer that says what is worst, and one of finer grain that orders equals."""
    first = scorers[0] if scorers else None
    finer = next((s for s in scorers[1:] if s.kind not in ("binary", "label") and s.higher_is_better is not None), None)
    return first, finer


def _name(scorer: ScorerInfo | None) -> str:
    return scorer.name if scorer else ""


def _sign(scorer: ScorerInfo | None) -> int:
    return -1 if scorer is not None and scorer.higher_is_better is False else 1


def _bad(scorer: ScorerInfo | None) -> float | None:
    """The value, times the sign, up to which a score counts as failed: wrong, or in the lower half of a known range."""
    if scorer is None or scorer.higher_is_better is None or scorer.low is None or scorer.high is None:
        return None
    low, high = sorted((_sign(scorer) * scorer.low, _sign(scorer) * scorer.high))
    return low if scorer.kind in ("binary", "label") else (low + high) / 2 - (high - low) * 1e-9


def _shown(
    pick: Pick,
    texts: Texts,
    judged: Sequence[Any],
    mine: Outcome,
    others: Iterable[tuple[str, Mapping[Key, Outcome]]],
    scorer: ScorerInfo | None,
) -> Shown:
    same = [(name, found[pick.key]) for name, found in others if pick.key in found]
    return Shown(
        id=pick.key[0],
        epoch=pick.key[1],
        status=mine.status,
        kind=pick.kind,
        input=texts.input,
        output=texts.output,
        expected=texts.expected,
        error=texts.error,
        judged=tuple(judged),
        attributes=texts.attributes,
        latency=texts.latency,
        cost=texts.cost,
        others=tuple((name, other.words(scorer)) for name, other in same),
        disagree=any(apart(mine, other, scorer) for _, other in same),
    )
