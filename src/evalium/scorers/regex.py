"""The output matches a pattern."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from evalium.core import ConfigError, Record, Status, Verdict

from ._answer import Take
from ._factory import built_in
from ._limit import compile_pattern, in_time
from ._target import NO_OUTPUT, NO_TARGET, texts_of
from .base import ScoreFunction
from .normalise import Case, normaliser

_UNPARSED = Verdict(status=Status.UNPARSED, explanation="the pattern matches nothing in the output")


@built_in(kind="binary")
def regex(
    *,
    pattern: str | None = None,
    group: int | str | None = None,
    take: Take = "last",
    case: Case = "keep",
) -> ScoreFunction:
    r"""Whether a regular expression matches, or whether what it captures is the target.

    Value 1 or 0, higher is better. Three forms:

    - `{regex: {pattern: P}}`: 1 if P matches somewhere in the output; the target is not looked at.
    - `{regex: {pattern: P, group: 1}}`: 1 if what the group captured equals the target (whitespace at the ends aside);
      `unparsed` if P does not match.
    - `regex`: the target is the pattern, or any of several.

    Patterns are Python's. One that takes more than a second on an output (nested repeats such as `(a+)+` can take
    for ever) gives a score of status `error` for that record; the limit holds in the main thread of POSIX systems.

    Args:
        pattern: Regular expression; the target where None.
        group: Number or name of the group to compare with the target; 0 is the whole match.
        take: Which match counts where there are several.
        case: `ignore` upper and lower case in the match and in the comparison.

    Raises:
        ConfigError: The pattern is none, or has no such group.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="A: 4, no: A: 5", target=5)
        >>> regex(pattern=r"A: (\d+)", group=1).score(record).value
        1.0
    """
    flags = re.IGNORECASE if case == "ignore" else 0
    if pattern is None:
        if group is not None:
            raise ConfigError("scorer 'regex', option 'group': needs the option 'pattern'")
        return _target_is_pattern(flags)
    compiled = compile_pattern(pattern, "scorer 'regex', option 'pattern'", flags)
    if group is None:
        return _matches(compiled)
    if group not in compiled.groupindex and not (isinstance(group, int) and 0 <= group <= compiled.groups):
        named = f" (named: {', '.join(compiled.groupindex)})" if compiled.groupindex else ""
        raise ConfigError(
            f"scorer 'regex', option 'group': {pattern!r} has {compiled.groups} groups{named}, no {group!r}"
        )
    return _captures(_finder(compiled, group, take), normaliser(case=case))


def _matches(compiled: re.Pattern[str]) -> ScoreFunction:
    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        match = in_time(compiled.search, record.output)
        return Verdict(value=0.0) if match is None else Verdict(value=1.0, answer=match[0])

    return score


def _target_is_pattern(flags: int) -> ScoreFunction:
    @lru_cache(1024)
    def compiled(target: str) -> re.Pattern[str]:
        return compile_pattern(target, "the target", flags)

    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        patterns = texts_of(record.target)
        if not patterns:
            return NO_TARGET
        match = next((m for p in patterns if (m := in_time(compiled(p).search, record.output))), None)
        return Verdict(value=0.0) if match is None else Verdict(value=1.0, answer=match[0])

    return score


def _finder(compiled: re.Pattern[str], group: int | str, take: Take) -> Callable[[str], str | None]:
    def find(text: str) -> str | None:
        found = None
        for match in compiled.finditer(text):
            if match[group] is not None:
                found = match[group]
                if take == "first":
                    break
        return found

    return find


def _captures(find: Callable[[str], str | None], normalise: Callable[[str], str]) -> ScoreFunction:
    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        targets = texts_of(record.target)
        if not targets:
            return NO_TARGET
        captured = in_time(find, record.output)
        if captured is None:
            return _UNPARSED
        answer = normalise(captured)
        return Verdict(value=1.0 if any(answer == normalise(t) for t in targets) else 0.0, answer=answer)

    return score
