"""Edits that turn the target into the answer: what WER, CER and their relatives are made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter

from evalium.core import Record, Verdict

from ._edit_text import Blanks, Split, character_splitter, word_splitter
from ._factory import built_in
from ._target import NO_OUTPUT, NO_TARGET, texts_of
from .base import ScoreFunction
from .normalise import Case, Punctuation, Unicode

EDIT_VALUES = ("hits", "substitutions", "deletions", "insertions", "reference_length", "hypothesis_length")


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
    return _edits(word_splitter(case=case, punctuation=punctuation, whitespace=whitespace, unicode=unicode))


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
    return _edits(character_splitter(case=case, punctuation=punctuation, whitespace=whitespace, unicode=unicode))


def _edits(split: Split) -> ScoreFunction:
    from rapidfuzz.distance import Levenshtein

    editops, size = Levenshtein.editops, attrgetter("size")
    targets = lru_cache(1024)(split)

    def compare(target: Sequence[str], answer: Sequence[str]) -> Verdict:
        # Words are compared by their 64-bit hashes, which strings, unlike integers, do not share.
        operations = editops(target, answer)
        edits, expected, given = len(operations), len(target), len(answer)
        hits = expected
        if edits:
            hits = sum(map(size, operations.as_matching_blocks()))
        # Three sums: edits = S + D + I, expected = H + S + D, given = H + S + I.
        deletions = edits - (given - hits)
        insertions = edits - (expected - hits)
        return Verdict(
            value=edits / expected if expected else float(insertions),
            values={
                "hits": float(hits),
                "substitutions": float(expected - hits - deletions),
                "deletions": float(deletions),
                "insertions": float(insertions),
                "reference_length": float(expected),
                "hypothesis_length": float(given),
            },
        )

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

    return score
