"""Word and character error rates beside jiwer, in one process and on the same texts."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import accumulate

from evalium.metrics import compute

from .report import Section, Spread, Target

PAIRS, WORDS, VOCABULARY = 1_000, 58, 20_000
FACTOR = 8.0
KEPT = {"heard": 0.9, "rewritten": 0.55}
"""Share of the target's words that the answer keeps: as speech recognition does, and as another system's text does."""


def benchmark(repeats: int, *, pairs: int = PAIRS) -> Section:
    """Time corpus WER and CER of both, as CPU seconds of this process.

    Raises:
        ValueError: The two do not give the same number.
    """
    import jiwer

    section = Section(
        "Error rates",
        f"{pairs:,} pairs of {WORDS} words, from lists of texts to the corpus value; CPU milliseconds of one process, "
        "median [least, greatest]. jiwer aligns the texts too, and gives the same bits.",
        ["metric", "texts", "evalium, ms", "jiwer, ms", "times faster"],
    )
    for kind, kept in KEPT.items():
        answers, targets = texts(pairs, kept)
        for name, theirs in (("wer", jiwer.wer), ("cer", jiwer.cer)):
            ours, reference = _both(name, theirs, answers, targets, repeats)
            factor = reference.median / ours.median
            section.rows.append([name, kind, ours.text(1), reference.text(1), f"{factor:.1f}"])
            if name == "wer":
                section.targets.append(Target(f"corpus WER of {kind} texts, times faster", factor, FACTOR, True))
    return section


def texts(pairs: int, kept: float, seed: int = 0) -> tuple[list[str], list[str]]:
    """Answers and targets of words as frequent as in language (Zipf's law)."""
    rng = random.Random(seed)
    words = [f"w{i}" for i in range(VOCABULARY)]
    weights = list(accumulate(1 / (i + 1) for i in range(VOCABULARY)))
    answers, targets = [], []
    for _ in range(pairs):
        target = rng.choices(words, cum_weights=weights, k=WORDS)
        answer = [word if rng.random() < kept else rng.choice(words) for word in target]
        answers.append(" ".join([*answer, *rng.choices(words, k=int(10 * (1 - kept)))]))
        targets.append(" ".join(target))
    return answers, targets


def _both(
    name: str, theirs: Callable[[list[str], list[str]], float], answers: list[str], targets: list[str], repeats: int
) -> tuple[Spread, Spread]:
    mine, reference = [], []
    for _ in range(repeats):
        start = time.process_time()
        value = compute(name, answers, targets, ci=None).value
        middle = time.process_time()
        expected = theirs(targets, answers)
        mine.append((middle - start) * 1e3)
        reference.append((time.process_time() - middle) * 1e3)
        if value != expected:
            raise ValueError(f"{name}: {value} is not jiwer's {expected}")
    return Spread.of(mine), Spread.of(reference)
