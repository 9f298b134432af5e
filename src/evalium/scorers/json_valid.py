"""The output is JSON."""

from __future__ import annotations

from evalium.core import Record, Verdict

from ._factory import built_in
from ._json_text import NotJson, read_json
from ._target import NO_OUTPUT
from .base import ScoreFunction


@built_in(kind="binary")
def json_valid(*, fenced: bool = False) -> ScoreFunction:
    """Whether the output is JSON as it stands; nothing is repaired.

    Value 1 or 0, higher is better; the explanation says what is wrong and where. Strict RFC 8259: no NaN, comments,
    trailing commas or single quotes.

    Args:
        fenced: Read the output's only ``` block where it has one; text around it is then allowed.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK, output='{"a": 1,}')
        >>> verdict = json_valid().score(record)
        >>> verdict.value, verdict.explanation
        (0.0, 'JSON is malformed: trailing comma in object (byte 8)')
    """

    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        try:
            read_json(record.output, fenced)
        except NotJson as error:
            return Verdict(value=0.0, explanation=str(error))
        return Verdict(value=1.0)

    return score
