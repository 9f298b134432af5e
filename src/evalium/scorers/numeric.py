"""The answer is the number that was expected."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from evalium.core import ConfigError, Record, ScoreError, Status, Verdict

from ._answer import after_phrases
from ._factory import built_in
from ._number import Decimal, Number, NumberReader
from ._target import NO_OUTPUT, NO_TARGET
from .base import ScoreFunction

SEEN = 100_000
"""Characters at the end of an output that are looked at."""

_UNPARSED = Verdict(status=Status.UNPARSED, explanation="there is no number in the output")


@built_in(kind="binary")
def numeric(
    *,
    absolute: float = 0.0,
    relative: float = 0.0,
    after: str | None = None,
    units: dict[str, float] | None = None,
    decimal: Decimal = ".",
) -> ScoreFunction:
    r"""Whether the number in the output equals the number in the target, or that of any of several targets.

    Value 1 or 0, higher is better; `unparsed` when the output holds no number. The number is the one behind
    the last `####` (GSM8K), line that starts with `A:`, "answer is", "Answer:" or `\boxed{`, whichever comes last (on
    that line behind the last `=`, else the first); else the last number of the output. Text targets are read
    the same way.

    Read are signs, thousands separators (comma, apostrophe, underscore, blank), decimals, `1.2e5`, `3 × 10^5`, `10^5`,
    fractions (`3/4`, `1 3/4`, `¾`, `\frac{3}{4}`) and currency signs. What follows the number, a percent sign too, is
    not looked at, unless it is one of `units`. Only the last 100,000 characters of an output are read.

    Whole numbers compare exactly; where a decimal takes part, a relative difference of 1e-12 is rounding.

    Args:
        absolute: Difference that still counts as equal.
        relative: The same as a share of the target.
        after: Only what follows the last occurrence of this text, in place of the phrases above; where it does not
            occur, the last number of the output.
        units: Factors by unit name, such as `{km: 1000, m: 1, "%": 0.01}`: converts both sides.
        decimal: Sign before the decimals; with `,` the dot separates thousands.

    Raises:
        ConfigError: A tolerance is negative.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="9 * 2 = 18, so she makes\n#### $1,018.00", target="... #### 1018")
        >>> verdict = numeric().score(record)
        >>> verdict.value, verdict.answer
        (1.0, '1018.0')
    """
    for key, tolerance in (("absolute", absolute), ("relative", relative)):
        if not tolerance >= 0:
            raise ConfigError(f"scorer 'numeric', option {key!r}: must not be negative, got {tolerance}")
    read = reader(after, units, decimal)

    @lru_cache(1024)
    def from_text(target: str) -> Number:
        number = read(target)
        if number is None:
            raise ScoreError(f"there is no number in the target {target[:80]!r}")
        return number

    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        targets = record.target if isinstance(record.target, (list, tuple)) else (record.target,)
        expected = [from_text(t) if type(t) is str else _number(t) for t in targets if t is not None]
        if not expected:
            return NO_TARGET
        answer = read(record.output)
        if answer is None:
            return _UNPARSED
        right = any(equal(answer, number, absolute, relative) for number in expected)
        return Verdict(value=1.0 if right else 0.0, answer=str(answer))

    return score


def equal(answer: Number, target: Number, absolute: float, relative: float) -> bool:
    """Whether two numbers are the same within the tolerances.

    Example:
        >>> equal(0.1 + 0.2, 0.3, 0, 0), equal(10**17 + 1, 10**17, 0, 0), equal(105, 100, 0, 0.05)
        (True, False, True)
    """
    if answer == target:
        return True
    exact = type(answer) is int and type(target) is int
    share = relative if exact else max(relative, 1e-12)
    return abs(answer - target) <= max(absolute, share * abs(target))


def reader(after: str | None, units: dict[str, float] | None, decimal: Decimal) -> Callable[[str], Number | None]:
    """Make the function that reads the answer's number out of a text."""
    numbers = NumberReader(units, decimal)

    def behind(text: str, start: int) -> Number | None:
        line = text[start : start + 1000].lstrip().partition("\n")[0].rstrip()
        number = numbers.first(line.rpartition("=")[2])
        return numbers.first(line) if number is None else number

    def read(text: str) -> Number | None:
        text = text[-SEEN:].strip()
        if text.isdecimal():
            return numbers.first(text)
        starts = _starts(text) if after is None else _behind(after, text)
        number = next((n for start in starts if (n := behind(text, start)) is not None), None)
        return numbers.last(text) if number is None else number

    return read


def _behind(marker: str, text: str) -> list[int]:
    at = text.rfind(marker)
    return [at + len(marker)] if at >= 0 else []


def _starts(text: str) -> list[int]:
    """Where an announced answer begins, the last announcement first."""
    found = [start for marker in ("####", "\\boxed{", "\nA:") for start in _behind(marker, text)]
    if text.startswith("A:"):
        found.append(2)
    found.extend(after_phrases(text, "last"))
    return sorted(found, reverse=True)


def _number(target: Any) -> Number:
    if isinstance(target, bool) or not isinstance(target, (int, float)) or not math.isfinite(target):
        raise ScoreError(f"the target {target!r} is not a number")
    return target
