"""Failures to read: a sample of what the rules find, tagged, and compared with the tags of a person."""

import csv
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evalium.core import estimate_text
from evalium.metrics import compute
from evalium.runner import RunResult

TAGS = ("hallucination", "incoherence", "omission", "other")
"""What can be wrong. A summary with several faults has the tag that comes first."""
UNLIKE = 0.45
"""Without another fault, a summary less similar to its reference than this is tagged `other`."""
MOST, SEED = 25, 1
HAND = Path(__file__).resolve().parent / "hand_tags.csv"


@dataclass(frozen=True)
class Summary:
    """A summary with what is wrong with it.

    Attributes:
        id: Of its article.
        model: Who wrote it.
        text: The summary.
        reference: What a person wrote.
        tag: By rule: one of `TAGS`, or `fine`.
        evidence: What the rule found.
        hand: By the person who read it: one of `TAGS`, or `fine`.
    """

    id: str
    model: str
    text: str
    reference: str
    tag: str
    evidence: str
    hand: str


def summaries(run: RunResult) -> list[Summary]:
    """All summaries of a run, tagged."""
    scores = {(row["sample"], row["scorer"]): row for row in run.scores(text=True).to_pylist()}
    with HAND.open(encoding="utf-8", newline="") as lines:
        hand = {row["id"]: row[run.model] for row in csv.DictReader(lines)}
    found = []
    for record in sorted(run.records(), key=lambda record: record.sample):
        about = {name: scores[record.sample, name] for name in (*TAGS[:-1], "semantic_similarity")}
        likeness = about["semantic_similarity"]["value"]
        faults = [name for name in TAGS[:-1] if about[name]["value"]]
        if faults:
            tag, evidence = faults[0], about[faults[0]]["explanation"]
        else:
            tag, evidence = ("other" if likeness < UNLIKE else "fine"), f"similarity {likeness:.2f}"
        both = (str(record.output), str(record.target))
        found.append(Summary(record.sample, run.model, *both, tag, evidence, hand[record.sample]))
    return found


def sampled(read: Sequence[Summary]) -> list[Summary]:
    """The failures, or a random part where there are too many to read."""
    failing = [summary for summary in read if summary.tag != "fine"]
    return random.Random(SEED).sample(failing, min(MOST, len(failing)))


def tag_table(sample: Sequence[Summary]) -> list[str]:
    """Lines with the count of each tag by rule, its share with interval, and its count by hand."""
    rule, hand = [summary.tag for summary in sample], [summary.hand for summary in sample]
    lines = [f"{'tag':14} {'by rule':>7}  {'share of the failures':23} {'by hand':>7}"]
    for tag in (*TAGS, "fine"):
        share = estimate_text(compute("accuracy", rule, [tag] * len(rule))) if tag != "fine" else ""
        lines.append(f"{tag:14} {rule.count(tag):7}  {share:23} {hand.count(tag):7}")
    return lines


def agreement(read: Sequence[Summary]) -> str:
    """How far rule and person agree on each summary's tag; summaries of one article are not independent."""
    rule, hand = [summary.tag for summary in read], [summary.hand for summary in read]
    articles = [summary.id for summary in read]
    same, kappa = (compute(name, rule, hand, cluster=articles) for name in ("accuracy", "cohen_kappa"))
    return f"same tag {estimate_text(same)}, kappa {kappa.value:.2f} [{kappa.low:.2f}, {kappa.high:.2f}]"


def unseen(read: Sequence[Summary]) -> str:
    """What the rules miss of the faults that the person finds, by the person's tag."""
    wrong = [summary for summary in read if summary.hand != "fine"]
    missed = Counter(summary.hand for summary in wrong if summary.tag == "fine")
    kinds = ", ".join(f"{count} {tag}" for tag, count in missed.most_common())
    return f"of {len(wrong)} that the person finds wrong the rules miss {missed.total()}: {kinds or 'none'}"


def failure_text(summary: Summary) -> str:
    """One failure for whoever reads them, in Markdown."""
    return (
        f"### {summary.id}: {summary.tag}\n\n- evidence: {summary.evidence}\n- by hand: {summary.hand}\n"
        f"- summary: {summary.text}\n- reference: {summary.reference}\n"
    )
