"""The words of an answer as numbers, for what counts them over a whole corpus."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import Literal

from evalium.core import Record, Status, Verdict

from ._factory import built_in
from ._target import NO_OUTPUT
from .base import ScoreFunction
from .normalise import Case


@built_in(kind="diversity", values=("words",))
def diversity(*, case: Case = "keep", unit: Literal["words", "characters"] = "words") -> ScoreFunction:
    """Share of an answer's words that are distinct; what `distinct_n`, `self_bleu` and `repetition` are made of.

    Value in (0, 1], higher is more varied; shorter answers have higher ones. `values` holds `words`: a number for each
    word of the answer in order, the same for the same word in every run. Reads no target. Missing where the answer
    has no words.

    Args:
        case: `ignore` upper and lower case.
        unit: Words between whitespace, or single characters without whitespace, for languages written without blanks.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="so it goes and so on")
        >>> verdict = diversity().score(record)
        >>> round(verdict.value, 3), verdict.values["words"][0] == verdict.values["words"][4]
        (0.833, True)
    """

    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        text = record.output.casefold() if case == "ignore" else record.output
        words = text.split()
        if unit == "characters":
            words = list("".join(words))
        if not words:
            return Verdict(status=Status.MISSING, explanation=f"the output has no {unit}")
        return Verdict(value=len(set(words)) / len(words), values={"words": [word_number(word) for word in words]})

    return score


@lru_cache(1 << 16)
def word_number(word: str) -> float:
    """A whole number below 2**53 that stands for a word: a hash, which two of a million words share once in 18,000.

    Example:
        >>> word_number("cat") == word_number("cat"), word_number("cat") == word_number("Cat")
        (True, False)
    """
    return float(int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 11)
