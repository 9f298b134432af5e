"""Word and character error rates beside jiwer, in one process and on the same texts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from itertools import accumulate

from evalium.metrics import compute

from .ratio import Ratio, best

PAIRS, WORDS, VOCABULARY = 1_000, 58, 20_000
FACTOR = 8.0
REPEATS = 10
KEPT = {"heard": 0.9, "rewritten": 0.55}
"""Share of the target's words that the answer keeps: as speech recognition does, and as another system's text does."""


def ratios() -> Iterator[Ratio]:
    """Corpus WER and CER, from lists of texts to the value; jiwer aligns the texts too, and gives the same bits.

    Raises:
        ValueError: The two do not give the same number.
    """
    import jiwer

    for kind, kept in KEPT.items():
        answers, targets = texts(PAIRS, kept)
        for name, measure in (("wer", jiwer.wer), ("cer", jiwer.cer)):
            theirs, expected = best(partial(measure, targets, answers), REPEATS)
            ours, found = best(partial(compute, name, answers, targets, ci=None), REPEATS)
            if found.value != expected:
                raise ValueError(f"{name}: {found.value} is not jiwer's {expected}")
            work = f"corpus {name.upper()}, {PAIRS:,} {kind} texts of {WORDS} words"
            bound, note = FACTOR if name == "wer" else 0.0, f"made-up texts; both the least of {REPEATS}"
            yield Ratio(work=work, incumbent="jiwer", theirs=theirs, ours=ours, bound=bound, note=note)


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
