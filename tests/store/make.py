"""Records, scores and workspaces to test with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import Record, Score, Status
from evalium.store import Entry, Workspace, _segment

RUN = "run-1"


def record(number: int = 0, **changes: Any) -> Record:
    """A record whose every field follows from its number."""
    fields: dict[str, Any] = {
        "key": f"{number:064x}",
        "run": RUN,
        "sample": f"s{number}",
        "sample_hash": f"{number:032x}",
        "model": "mock/echo",
        "status": Status.OK,
        "started_at": 1_700_000_000.0 + number,
        "latency": number / 1000,
        "output": f"answer {number}",
        "attributes": {"group": number % 3},
    }
    return Record(**(fields | changes))


def score(number: int = 0, value: float | None = 1.0, **changes: Any) -> Score:
    """A score of record `number`."""
    fields: dict[str, Any] = {"run": RUN, "sample": f"s{number}", "scorer": "exact", "value": value}
    return Score(**(fields | changes))


def fill(ws: Workspace, count: int, *, seal: bool, run: str = RUN, make: Callable[..., Record] = record) -> None:
    """Write `count` records, each with one score, as one finished run."""
    with ws.journal(run) as journal:
        for number in range(count):
            journal.write(make(number, run=run), [score(number, run=run)])
    if seal:
        ws.seal()


def entries(path: Path) -> list[Entry]:
    """The entries of a segment as structs."""
    return [msgspec.convert(each, Entry) for each in _segment.entries(path)]


def segments(root: Path) -> list[Path]:
    """The journal's files."""
    return sorted((root / "journal").iterdir())
