"""Texts that text metrics are tested on."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

from hypothesis import strategies as st

from tests.batches import Rng

REFERENCE = "ref"
DEGENERATE = [
    ("", ""),
    ("", "the cat"),
    ("the cat", ""),
    (" \n ", "the cat"),
    ("the cat sat on the mat .", "the cat sat on the mat ."),
    ("a", "a"),
    ("a b", "b a"),
    ("Die Straße, die 3,5 km lang ist.", "die strasse , die 3.5 km lang ist !"),
    ("это тест", "это не тест"),
    ("猫坐在垫子上", "猫在垫子上坐"),
    ("e\u0301", "é"),
    ("👩‍👩‍👧 ok", "👩‍👩‍👧"),
    ("\ud800 x", "\ud800 y"),
    ("word " * 200, "word " * 3),
    ("-(quoted)- 'tis", "(quoted) - 'tis"),
]

WORDS = ["the", "The", "cat", "cats", "sat", "3.5", "don't", "(a)", "«é»", "猫", "running", ".", ","]
SEPARATORS = [" ", " ", " ", "  ", "\n", ""]

words, separators = st.sampled_from(WORDS), st.sampled_from(SEPARATORS)
texts = st.lists(st.tuples(words, separators), max_size=15).map(lambda parts: "".join(a + b for a, b in parts))
corpora = st.lists(st.tuples(texts, texts), min_size=1, max_size=3)


def drawn_corpus(rng: Rng) -> list[tuple[str, str]]:
    """As `corpora`; half of the targets begin as the output does."""
    pairs = []
    for _ in range(rng.integers(1, 4)):
        output, target = (
            "".join(
                WORDS[i] + SEPARATORS[j] for i, j in rng.integers(0, [len(WORDS), len(SEPARATORS)], (n, 2)).tolist()
            )
            for n in rng.integers(0, 16, 2)
        )
        cut = int(rng.integers(0, 2 * len(output) + 1)) % (len(output) + 1) if rng.random() < 0.5 else 0
        pairs.append((output, output[:cut] + target[cut:]))
    return pairs


def translations(shared_data: Path) -> dict[str, list[str]]:
    """WMT 2021 TED English-German: each system's translations of the segments that all of them translated."""
    found: dict[str, dict[tuple[str, str], str]] = {}
    with gzip.open(shared_data / "wmt_mqm" / "mqm_ted_ende.tsv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = row["target"].replace("<v>", "").replace("</v>", "")
            found.setdefault(row["system"], {})[row["doc"], row["seg_id"]] = text
    common = sorted(set.intersection(*(set(segments) for segments in found.values())))
    return {system: [segments[at] for at in common] for system, segments in found.items()}
