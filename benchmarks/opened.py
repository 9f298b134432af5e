"""What a reader of a full workspace does, one thing a process: `python -m benchmarks.opened workspace run slice`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import msgspec

from evalium.metrics import frame_of, open_run, results_of
from evalium.store import Workspace


def opened(store: Workspace, run: str) -> dict[str, Any]:
    """Load every scalar column of a run's records, and its units with scores."""
    stored = open_run(store, run)
    return {"records": store.records(stored.row.id).num_rows, "units": frame_of(store, stored).n}


def sliced(store: Workspace, run: str) -> dict[str, Any]:
    """Measure a run overall and by each value of its attribute."""
    results = results_of(store, open_run(store, run))
    counts = {value: found["error_rate"].n for value, found in results.slices["digits"].items()}
    return {"slices": counts, "exact": results.overall["exact"].value}


def copied(store: Workspace, run: str, count: int) -> dict[str, Any]:
    """Add rows like that of `run`, with its numbers, until the catalog holds `count` runs."""
    row = store.catalog.run(run)
    there = len(store.catalog.runs(count))
    for i in range(there, count):
        store.catalog.put_run(msgspec.structs.replace(row, id=f"{i:012x}", created_at=row.created_at - i))
    return {"runs": len(store.catalog.runs(count + 1))}


def main() -> None:
    """Do one thing and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("run")
    parser.add_argument("what", choices=["open", "slice", "copy"])
    parser.add_argument("--to", type=int, default=1000, help="how many runs `copy` leaves")
    given = parser.parse_args()
    with Workspace.open(given.workspace, create=False) as store:
        if given.what == "copy":
            found = copied(store, given.run, given.to)
        else:
            found = {"open": opened, "slice": sliced}[given.what](store, given.run)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
