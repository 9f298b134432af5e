"""How long the answer is, beside the target."""

from __future__ import annotations

from typing import Literal

from evalium.core import Record, Status, Verdict

from ._factory import built_in
from ._target import NO_OUTPUT, NO_TARGET, texts_of
from .base import ScoreFunction


@built_in(kind="length", values=("hypothesis_length", "reference_length"), high=None, higher_is_better=None)
def length(*, unit: Literal["words", "characters"] = "words") -> ScoreFunction:
    """Length of the answer over that of the target.

    Value from 0 with no upper bound, 1 being as long, neither direction better; `values` holds both lengths. Of several
    targets the one that is nearest in length, and of two equally near the shorter. Missing where the target has no
    words.

    Args:
        unit: Words between whitespace, or characters after stripping, for languages written without blanks.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="one two three", target="one two")
        >>> length().score(record).value
        1.5
    """

    def measure(text: str) -> int:
        return len(text.split()) if unit == "words" else len(text.strip())

    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        texts = texts_of(record.target)
        if not texts:
            return NO_TARGET
        given = measure(record.output)
        expected = min((measure(text) for text in texts), key=lambda size: (abs(size - given), size))
        if not expected:
            return Verdict(status=Status.MISSING, explanation=f"the target has no {unit}")
        values = {"hypothesis_length": float(given), "reference_length": float(expected)}
        return Verdict(value=given / expected, values=values)

    return score
