"""Text metrics: ours and the incumbents' in one process, in CPU seconds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from .ratio import Ratio, best, cpu

VOCABULARY = 20_000
LINE = 20


def made_up_pairs(n: int, target_words: int, output_words: int, seed: int = 0) -> list[tuple[str, str]]:
    """Outputs and targets in lines of 20 words: Zipf's vocabulary, 55 % of the first target words kept in order."""
    rng = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(VOCABULARY)]
    shares = list(accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))
    pairs = []
    for _ in range(n):
        target = rng.choices(words, cum_weights=shares, k=target_words)
        kept = [word for word in target if rng.random() < 0.55][:output_words]
        output = (kept + rng.choices(words, cum_weights=shares, k=output_words))[:output_words]
        pairs.append((_lines(output), _lines(target)))
    return pairs


def _lines(words: list[str]) -> str:
    return "\n".join(" ".join(words[i : i + LINE]) + " ." for i in range(0, len(words), LINE))


def ratios() -> Iterator[Ratio]:
    """Each row, measured when it is asked for."""
    yield rouge(600, 60, 20)
    yield rouge(600, 60, 20, stem=True)
    yield rouge(60, 60, 8)
    first, second = made_up_pairs(5000, 25, 25), made_up_pairs(5000, 25, 25, seed=1)
    yield translation([output for output, _ in first], [output for output, _ in second], [t for _, t in first])


def rouge(target_words: int, output_words: int, bound: float, *, n: int = 1000, stem: bool = False) -> Ratio:
    """All four ROUGE types of n pairs; the scores are compared to the bit."""
    from rouge_score.rouge_scorer import RougeScorer

    from evalium.scorers.rouge import rouge as rouge_scorer

    pairs = made_up_pairs(n, target_words, output_words)
    types = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL", "rouge_lsum": "rougeLsum"}
    theirs = RougeScorer([*types.values()], use_stemmer=stem)
    incumbent, published = cpu(lambda: [theirs.score(target, output) for output, target in pairs])
    outputs, targets = map(list, zip(*pairs, strict=True))
    ours, columns = best(lambda: _columns(rouge_scorer(stem=stem), outputs, targets))
    for name, other in types.items():
        if columns[f"s.values.{name}"] != [each[other].fmeasure for each in published]:
            raise AssertionError(f"{name} differs from rouge-score")
    work = f"ROUGE-1/2/L/Lsum, {n:,} pairs of {target_words}/{output_words} words{', stemmed' * stem}"
    return Ratio(work=work, incumbent="rouge-score", theirs=incumbent, ours=ours, bound=bound)


def translation(first: list[str], second: list[str], targets: list[str], draws: int = 2000) -> Ratio:
    """BLEU and chrF of two systems with paired bootstraps, from texts to p-values.

    Args:
        first: [n] translations of one system.
        second: [n] those of another.
        targets: [n] references.
        draws: Resamples.
    """
    from sacrebleu.metrics import BLEU, CHRF
    from sacrebleu.significance import PairedTest

    def theirs() -> Any:
        metrics = {"BLEU": BLEU(references=[targets], force=True), "chrF": CHRF(references=[targets])}
        return PairedTest([("a", first), ("b", second)], metrics, None, test_type="bs", n_samples=draws)()[1]

    incumbent, published = cpu(theirs)
    _paired(first[:3], second[:3], targets[:3], 10)
    ours, found = best(lambda: _paired(first, second, targets, draws))
    for name, (a, b) in found.items():
        if any(abs(x - y.score) > 1e-9 for x, y in zip((a, b), published[name], strict=True)):
            raise AssertionError(f"{name} differs from sacrebleu")
    work = f"BLEU + chrF of 2 systems, {len(targets):,} pairs, {draws:,} paired bootstraps"
    note = "made-up texts of 25 words; from texts to intervals and p-values"
    return Ratio(work=work, incumbent="sacrebleu", theirs=incumbent, ours=ours, bound=5, note=note)


def _paired(first: list[str], second: list[str], targets: list[str], draws: int) -> dict[str, tuple[float, float]]:
    """Scores of both systems, after their paired differences."""
    from evalium.metrics import paired
    from evalium.metrics.compute import measured

    nothing = {"by": None, "cluster": None, "weights": None, "columns": None, "options": {}}
    found = {}
    for name, metric in (("BLEU", "bleu"), ("chrF2", "chrf")):
        (made, a), (_, b) = (measured(metric, outputs, targets, **nothing) for outputs in (first, second))
        pair = paired(made, a, b, bootstrap=draws)[made.key]
        found[name] = (pair.a.value, pair.b.value)
    return found


def _columns(scorer: Any, outputs: list[str], targets: list[str]) -> dict[str, Any]:
    from evalium.metrics._score_columns import score_columns

    return score_columns(scorer, "s", outputs, targets)
