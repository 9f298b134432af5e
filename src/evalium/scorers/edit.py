"""Edits that turn the target into the answer: what WER, CER and their relatives are made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from evalium.core import Record, Verdict

from ._edit_text import Blanks, Split, SplitAll, character_splitter, word_splitter, word_splitter_of_many
from ._factory import built_in
from ._target import NO_OUTPUT, NO_TARGET, texts_of
from ._text_pairs import TextPairs, Wanted
from .base import ScoreFunction
from .normalise import Case, Punctuation, Unicode

if TYPE_CHECKING:
    from ._text_pairs import Columns

EDIT_VALUES = ("hits", "substitutions", "deletions", "insertions", "reference_length", "hypothesis_length")
_SIZE = attrgetter("size")


@built_in(kind="edit_words", values=EDIT_VALUES, high=None, higher_is_better=False)
def edit_words(
    *, case: Case = "keep", punctuation: Punctuation = "keep", whitespace: Blanks = "jiwer", unicode: Unicode = "keep"
) -> ScoreFunction:
    """Word edits between target and answer, by a Levenshtein alignment; what `wer`, `mer` and `wil` are made of.

    Value: edits over the words of the target, from 0 (equal) with no upper bound, lower is better; of an empty target
    the number of words inserted, as in jiwer 4. `values`: hits, substitutions, deletions, insertions and both lengths
    in words; among alignments with as few edits, the one that jiwer takes (rapidfuzz's). Of several targets the one
    with the lowest value. No output or no target is `missing`, an empty one is compared.

    Args:
        case: `ignore` upper and lower case.
        punctuation: `strip` all of it.
        whitespace: `jiwer` splits as jiwer 4 does: at blanks, where a run of whitespace is one; `collapse` splits at
            any whitespace, which text of several lines needs.
        unicode: Normal form in which words are compared.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="the cat sat down", target="the cat sits")
        >>> verdict = edit_words().score(record)
        >>> round(verdict.value, 3), verdict.values["substitutions"], verdict.values["insertions"]
        (0.667, 1.0, 1.0)
    """
    return _edits(
        word_splitter(case=case, punctuation=punctuation, whitespace=whitespace, unicode=unicode),
        word_splitter_of_many(case=case, punctuation=punctuation, whitespace=whitespace, unicode=unicode),
    )


@built_in(kind="edit_characters", values=EDIT_VALUES, high=None, higher_is_better=False)
def edit_characters(
    *, case: Case = "keep", punctuation: Punctuation = "keep", whitespace: Blanks = "jiwer", unicode: Unicode = "keep"
) -> ScoreFunction:
    """Character edits between target and answer; what `cer`, `edit_distance` and `ocr_accuracy` are made of.

    As `edit_words`, counted in Unicode code points, blanks included.

    Args:
        case: `ignore` upper and lower case.
        punctuation: `strip` all of it.
        whitespace: `jiwer` strips it at both ends only; `collapse` also makes every run of it one blank, which text
            read off a page needs.
        unicode: Normal form; `NFC` makes é one character however it is written.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="sitting", target="kitten")
        >>> edit_characters().score(record).value
        0.5
    """
    split = character_splitter(case=case, punctuation=punctuation, whitespace=whitespace, unicode=unicode)
    return _edits(split, lambda texts: [*map(split, texts)])


def _edits(split: Split, split_all: SplitAll) -> ScoreFunction:
    from rapidfuzz.distance import Levenshtein

    editops, distance = Levenshtein.editops, Levenshtein.distance
    targets = lru_cache(1024)(split)

    def compare(target: Sequence[str], answer: Sequence[str]) -> Verdict:
        # Words are compared by their 64-bit hashes, which strings, unlike integers, do not share.
        operations = editops(target, answer)
        counts = _counts(len(operations), _hits(operations, target), len(target), len(answer))
        value = len(operations) / len(target) if target else float(counts["insertions"])
        return Verdict(value=value, values={name: float(count) for name, count in counts.items()})

    def score(record: Record) -> Verdict:
        output, target = record.output, record.target
        if output is None:
            return NO_OUTPUT
        if type(target) is str:
            return compare(split(target), split(output))
        texts = texts_of(target)
        if not texts:
            return NO_TARGET
        answer = split(output)
        return min((compare(targets(text), answer) for text in texts), key=lambda verdict: verdict.value or 0.0)

    def columns(outputs: Sequence[str], targets: Sequence[str], wanted: Wanted) -> Columns:
        both = split_all([*outputs, *targets])
        answers, expected = both[: len(outputs)], both[len(outputs) :]
        if "values" in wanted:
            return _columns([*map(editops, expected, answers)], expected, answers)
        return _rates([*map(distance, expected, answers)], expected)

    return TextPairs(score, columns)


def _hits(operations: Any, target: Sequence[str]) -> int:
    return sum(map(_SIZE, operations.as_matching_blocks())) if operations else len(target)


def _counts(edits: Any, hits: Any, expected: Any, given: Any) -> dict[str, Any]:
    """All counts, by three sums: edits = S + D + I, expected = H + S + D, given = H + S + I."""
    deletions = edits - (given - hits)
    return {
        "hits": hits,
        "substitutions": expected - hits - deletions,
        "deletions": deletions,
        "insertions": edits - (expected - hits),
        "reference_length": expected,
        "hypothesis_length": given,
    }


def _columns(operations: Sequence[Any], targets: Sequence[Sequence[str]], answers: Sequence[Sequence[str]]) -> Columns:
    import numpy as np

    hits = np.array([*map(_hits, operations, targets)], dtype=np.float64)
    edits, expected, given = (np.array([*map(len, each)], dtype=np.float64) for each in (operations, targets, answers))
    counts = _counts(edits, hits, expected, given)
    return _rates(edits, targets) | {f"values.{name}": count for name, count in counts.items()}


def _rates(edits: Any, targets: Sequence[Sequence[str]]) -> Columns:
    """What needs no alignment; all edits of an empty target are insertions."""
    import numpy as np

    edits, expected = np.array(edits, dtype=np.float64), np.array([*map(len, targets)], dtype=np.float64)
    return {"value": edits / np.where(expected == 0, 1.0, expected), "values.reference_length": expected}
