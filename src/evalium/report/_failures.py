"""How units ended, and what went wrong how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evalium.core import Estimate, Status
from evalium.stats import wilson

from ._data import Failure
from ._visible import Text, cut

if TYPE_CHECKING:
    import duckdb

MOST_KINDS = 20
MESSAGE = 600
UNITS = "kind IN ('call', 'trace') AND role = 'subject'"
"""What metrics count: one record for each sample and epoch."""


def counts_of(db: duckdb.DuckDBPyConnection, run: str) -> dict[str, int]:
    """Units by status, most frequent first."""
    query = f"SELECT status, count(*) FROM records WHERE run = ? AND {UNITS} GROUP BY 1 ORDER BY 2 DESC, 1"
    return {str(status): int(n) for status, n in db.execute(query, [run]).fetchall()}


def failures_of(db: duckdb.DuckDBPyConnection, run: str, n: int, level: float) -> list[Failure]:
    """Failed calls by kind of error, and scorings that gave no score, with what the first of each said.

    Args:
        db: Views of the workspace.
        run: Id of the run.
        n: Units of the run.
        level: Confidence level of the shares.
    """
    calls = f"""
        SELECT coalesce(error_kind, status), count(*) AS times, left(arg_min(error, written_at), {MESSAGE * 4})
        FROM records WHERE run = ? AND {UNITS} AND status <> '{Status.OK}' GROUP BY 1"""
    scorings = f"""
        SELECT scorer || ': ' || status, count(*) AS times, left(arg_min(explanation, written_at), {MESSAGE * 4})
        FROM scores WHERE run = ? AND status IN ('{Status.UNPARSED}', '{Status.ERROR}') GROUP BY 1"""
    found: list[tuple[Any, ...]] = []
    for query in (calls, scorings):
        found += db.execute(f"{query} ORDER BY times DESC, 1 LIMIT {MOST_KINDS}", [run]).fetchall()
    return [_failure(str(kind), int(times), message, n, level) for kind, times, message in found]


def _failure(kind: str, times: int, message: str | None, n: int, level: float) -> Failure:
    interval = wilson(min(times, n), n, level)
    share = Estimate(
        value=min(times, n) / n if n else float("nan"),
        low=interval.low,
        high=interval.high,
        level=level,
        n=n,
        n_clusters=None,
        n_missing=0,
        method="wilson",
        unit="1",
        signature=f"failures|{kind}",
        higher_is_better=False,
    )
    return Failure(kind=kind, count=times, share=share, message=cut(message, MESSAGE) if message else Text("", "", 0))
