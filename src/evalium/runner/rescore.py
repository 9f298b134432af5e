"""Score stored records with further scorers; no model is called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evalium import scorers
from evalium.core import ConfigError, Plan
from evalium.metrics import ScorerInfo, open_run
from evalium.store import Workspace

from .result import RunResult
from .scoring import Scoring
from .summarise import summarise
from .sync import run_coroutine
from .tracebacks import Tracebacks


def score(
    run: str,
    entries: Sequence[str | dict[str, Any]],
    *,
    base: Path | None = None,
    workspace: str | Path | None = None,
) -> RunResult:
    """Score a stored run with further scorers and give its metrics anew.

    Scores are a table of their own: nothing is generated again, earlier scores stay, and a scorer that was applied
    before is replaced by its new version.

    Args:
        run: Id of the run, or the beginning of it.
        entries: Scorers as in a plan.
        base: Folder that relative paths of the scorers start from.
        workspace: Folder of the workspace.

    Raises:
        UnknownName: There is no such run or scorer.
        ConfigError: The run has no record yet, or an option is wrong.
        StoreError: The workspace cannot be written.
    """
    with Workspace.open(workspace, create=False) as store:
        stored = open_run(store, run)
        added = _made(entries, base or Path.cwd(), stored.plan)
        if not run_coroutine(_score_all(store, stored.row.id, added)):
            raise ConfigError(f"run {stored.row.id} has no record to score: `evalium run` makes some")
        store.seal()
        return summarise(store, stored.row.id, [ScorerInfo.of(s) for s in added])


def _made(entries: Sequence[str | dict[str, Any]], base: Path, plan: Plan) -> list[scorers.Scorer]:
    made: list[scorers.Scorer] = []
    for entry in entries:
        made.append(scorers.create(entry, base=base, taken=[s.name for s in made], extract=plan.extract))
    return made


async def _score_all(store: Workspace, run: str, added: list[scorers.Scorer]) -> int:
    scoring = Scoring(added, None, Tracebacks(store.catalog.error_id))
    count = 0
    with store.journal(run) as journal:
        for record in store.results(run):
            if record.kind == "step":
                continue
            journal.write(None, await scoring(record))
            count += 1
            if count % 256 == 0:
                journal.flush()
    return count
