"""TER: edits, shifts of phrases among them, per word of the target, by sacrebleu."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from evalium.core import ConfigError, Status, Verdict

from ._factory import built_in
from ._sacrebleu import against_targets, named, signed_with
from .base import ScoreFunction

STATISTICS = ("edits", "target_length")


@signed_with("sacrebleu")
@built_in(kind="ter", values=STATISTICS, low=0.0, high=None, higher_is_better=False, heavy=True)
def ter(
    *,
    normalized: bool = False,
    no_punct: bool = False,
    asian_support: bool = False,
    case_sensitive: bool = False,
    seconds: float = 10.0,
) -> ScoreFunction:
    """Sentence TER, and the statistics of which the metric `ter` makes the corpus score.

    Value 0 or more, lower is better: 100 times the edits (insertions, deletions, substitutions, and shifts of phrases)
    per word of the target; above 100 where an output is much longer. Sacrebleu's `sentence_score`. Of several targets
    the fewest edits count, per mean length. Where the target is empty it is 100, and 0 where the output is empty too;
    no output or no target is `missing`. Snover et al. 2006.

    The time that a pair takes depends on its words, from milliseconds to minutes: one that takes longer than `seconds`
    is `missing`.

    Args:
        normalized: Separate punctuation and undo XML escapes, as Tercom does.
        no_punct: Leave punctuation out.
        asian_support: Treat Chinese and Japanese characters as words with `normalized`, their punctuation as such with
            `no_punct`.
        case_sensitive: Keep upper and lower case apart.
        seconds: Most time for one record.

    Example:
        >>> from evalium.core import Record, Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="on the mat sat the cat", target="the cat sat on the mat")
        >>> round(ter().score(record).value, 2)
        33.33
    """
    from sacrebleu.metrics.ter import TER

    if not seconds > 0:
        raise ConfigError(f"scorer 'ter', option 'seconds' must be positive, got {seconds!r}")
    metric = TER(normalized, no_punct, asian_support, case_sensitive)

    def compare(output: str, texts: tuple[str, ...]) -> Verdict:
        words = metric._preprocess_segment(output).split()
        targets = metric._extract_reference_info(list(texts))["ref_words"]
        deadline = perf_counter() + seconds
        try:
            edits = min(_edits(words, target, deadline) for target in targets)
        except TimeoutError:
            return Verdict(status=Status.MISSING, explanation=f"TER took longer than {seconds:g} s: raise `seconds`")
        numbers = [edits, sum(map(len, targets)) / len(targets)]
        return Verdict(value=metric._compute_score_from_stats(numbers).score, values=named(STATISTICS, numbers))

    return against_targets(compare)


def _edits(words: list[str], target: list[str], deadline: float) -> int:
    """Edits after the shifts that reduce them, taking shifts as long as they do.

    The search is sacrebleu's; only it looks at the clock.

    Raises:
        TimeoutError: The deadline passed.
    """
    from sacrebleu.metrics import lib_ter

    if not target:
        return len(words)
    distance = _bounded(target, deadline)
    shifts = checked = 0
    while True:
        gain, shifted, checked = lib_ter._shift(words, target, distance, checked)
        if gain <= 0 or checked >= lib_ter._MAX_SHIFT_CANDIDATES:
            edits: int = shifts + distance(words)[0]
            return edits
        shifts += 1
        words = shifted


def _bounded(target: list[str], deadline: float) -> Any:
    """Sacrebleu's edit distance to a target, until a deadline."""
    from sacrebleu.metrics.lib_ter import BeamEditDistance

    distance = BeamEditDistance(target)

    def to(words: list[str]) -> Any:
        if perf_counter() > deadline:
            raise TimeoutError
        return distance(words)

    return to
