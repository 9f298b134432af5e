"""Whether an image shows what its prompt says, and what is wrong with it, told from the pixels."""

from collections import Counter
from pathlib import Path

from eyes import Seen, look_at
from scenes import Scene, read

import evalium as ev

HERE = Path(__file__).resolve().parent
SMEARED = 0.35


@ev.scorer(kind="binary", low=0, high=1)
def as_asked(record: ev.Record) -> ev.Verdict:
    """1 where nothing is wrong with the image, else 0."""
    found, why = judged(record)
    return ev.Verdict(value=float(found == "none"), explanation=why)


@ev.scorer(kind="label", low=0, high=1)
def checker(record: ev.Record) -> ev.Verdict:
    """What the checker finds wrong, beside what the generator knows to be wrong: how good the checker is."""
    found, _ = judged(record)
    known = record.data["fault"]
    return ev.Verdict(value=float(found == known), label=found, target=known, answer=found)


def judged(record: ev.Record) -> tuple[str, str]:
    """Name of the fault, and the reason in words."""
    return compare(read(record.input or ""), look_at(HERE / (record.output or "")))


def compare(asked: Scene, seen: Seen) -> tuple[str, str]:
    """What is wrong with what is seen, if anything."""
    if seen.smeared > SMEARED:
        return "blurred", f"{seen.smeared:.0%} of what is drawn has no clear colour"
    if asked.lines != seen.lines:
        return "wrong number", f"{asked.lines} lines were asked for, {seen.lines} are there"
    wanted, found = Counter(asked.things), Counter(seen.things)
    said = f"asked for {listed(wanted)}, there is {listed(found)}"
    if wanted == found:
        swapped = asked.order and not in_order(asked, seen)
        return ("wrong position", f"{said}, in the other order") if swapped else ("none", said)
    if len(asked.things) == len(seen.things):
        return "wrong colour", said
    gone = len(seen.things) < len(asked.things) and any(thing not in found for thing in wanted)
    return "missing object" if gone else "wrong number", said


def in_order(asked: Scene, seen: Seen) -> bool:
    """Whether the first of two things is left of, or above, the second."""
    axis = 0 if asked.order == "across" else 1
    first, second = (seen.middles[seen.things.index(thing)][axis] for thing in asked.things)
    return first < second


def listed(things: Counter[tuple[str, str]]) -> str:
    """Things in words."""
    return ", ".join(f"{n} {colour} {shape}" for (colour, shape), n in sorted(things.items())) or "nothing of colour"
