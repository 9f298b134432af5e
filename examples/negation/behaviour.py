"""How one behavioural test is carried out: a call, or two to compare."""

from typing import Any

import evalium as ev
from evalium.core import Sample

TOLERANCE = 0.02


async def behaviour(sample: Sample, call: Any) -> ev.Outcome:
    """Ask about the text, and about the edited one where there is one, and see whether the expectation holds."""
    row = sample.fields
    first = (await call(row["text"])).record
    if row["test"] == "functionality":
        return outcome(first.label == row["wanted"], first.label)
    second = (await call(row["edited"])).record
    if row["test"] == "invariance":
        return outcome(first.label == second.label, second.label)
    moved = second.probabilities[row["wanted"]] - first.probabilities[row["wanted"]]
    return outcome(moved >= -TOLERANCE, f"{row['wanted']} {moved:+.2f}")


def outcome(holds: bool, found: str | None) -> ev.Outcome:
    """What is scored, and what was found, for whoever reads the failures."""
    return ev.Outcome(output="holds" if holds else "fails", data={"found": found})
