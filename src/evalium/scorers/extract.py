"""The answer inside an output, by a regular expression."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from evalium.core import Record, Status, Verdict

from ._factory import sign
from ._limit import compile_pattern, in_time
from .base import Judgement, Scorer, verdict_of


def compile_extract(pattern: str) -> Callable[[str], str | None]:
    """Make the function that reads the answer out of an output.

    Args:
        pattern: Regular expression (Python's); write `(?i)` and the like into it. Its last match counts, of that the
            first group that took part, or the whole match where it has no groups.

    Returns:
        A function of the output that gives the answer, or None where nothing matches.

    Raises:
        ConfigError: The pattern is not a regular expression.

    Example:
        >>> find = compile_extract(r"A: (.+)|answer is (.+)")
        >>> find("A: 3, no, A: 4"), find("the answer is 5"), find("five")
        ('3, no, A: 4', '5', None)
    """
    compiled = compile_pattern(pattern, "extract")

    def last(text: str) -> str | None:
        match = None
        for match in compiled.finditer(text):  # noqa: B007 (the last one counts)
            pass
        return first_group(match) if match is not None else None

    return lambda text: in_time(last, text)


def first_group(match: re.Match[str]) -> str:
    """The first group that took part in a match; the whole match where there is none."""
    for group in match.groups():
        if group is not None:
            return group
    return match[0]


def with_extract(scorer: Scorer, pattern: str) -> Scorer:
    r"""Let a scorer see only the answer that a pattern finds in the output.

    A record in which it finds none scores `unparsed`. The extracted answer is shown as the verdict's `answer` unless
    the scorer itself read something out of it, and the pattern becomes part of the signature.

    Args:
        scorer: What scores the answer.
        pattern: See `compile_extract`.

    Raises:
        ConfigError: The pattern is not a regular expression.

    Example:
        >>> from evalium.scorers import create, score_now
        >>> scorer = with_extract(create("exact"), r"A: (\S+)")
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="2 + 2\nA: 4", target="4")
        >>> score_now(scorer, record).value
        1.0
    """
    find = compile_extract(pattern)
    inner = scorer.score

    def score(record: Record) -> Verdict | Awaitable[Judgement]:
        if record.output is None:
            return Verdict(status=Status.MISSING, explanation="the record has no output")
        answer = find(record.output)
        if answer is None:
            return Verdict(status=Status.UNPARSED, explanation="extract finds no answer in the output")
        returned = inner(msgspec.structs.replace(record, output=answer))
        if type(returned) is not Verdict and inspect.isawaitable(returned):
            return _later(returned, answer)
        return _with_answer(returned, answer)

    signature = sign(scorer.signature, 1, {"extract": pattern}).removesuffix("|v:1")
    return msgspec.structs.replace(scorer, signature=signature, score=score)


async def _later(pending: Awaitable[Any], answer: str) -> Judgement:
    return _with_answer(await pending, answer)


def _with_answer(returned: Any, answer: str) -> Verdict:
    verdict = verdict_of(returned)
    if verdict.answer is None:
        # a fresh one: a scorer may give the same verdict for many records
        verdict = msgspec.structs.replace(verdict, answer=answer)
    return verdict
