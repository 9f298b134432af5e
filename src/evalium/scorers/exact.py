"""The answer is the target."""

from __future__ import annotations

from functools import lru_cache

from evalium.core import Record, Verdict

from ._answer import Line, cutter
from ._factory import built_in
from ._target import NO_OUTPUT, NO_TARGET, texts_of
from .base import ScoreFunction
from .normalise import Articles, Case, Punctuation, Unicode, Whitespace, normaliser


@built_in(kind="binary")
def exact(
    *,
    case: Case = "keep",
    whitespace: Whitespace = "strip",
    punctuation: Punctuation = "keep",
    articles: Articles = "keep",
    unicode: Unicode = "NFC",
    after: str | None = None,
    line: Line = "all",
    strip: str = "",
) -> ScoreFunction:
    """Whether the answer equals the target, or any of several targets.

    Value 1 or 0, higher is better. An empty answer is a wrong one; no output or no target is `missing`. Both sides go
    through the same normaliser; `after` and `line` cut the output only. BIG-Bench Hard is scored by
    `{exact: {after: "answer is", line: first, strip: ".", case: ignore}}`.

    Args:
        case: `ignore` upper and lower case.
        whitespace: `strip` it at the ends, `collapse` it inside as well, or `keep` it.
        punctuation: `strip` all of it.
        articles: `strip` a, an, the.
        unicode: Normal form in which texts are compared.
        after: Only what follows the last occurrence of this text; the whole output where it does not occur.
        line: Only the first or last line of that.
        strip: Characters to remove from both ends of answer and target.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="So the answer is Yes.", target="yes")
        >>> verdict = exact(after="answer is", strip=".", case="ignore").score(record)
        >>> verdict.value, verdict.answer
        (1.0, 'yes')
    """
    normalise = normaliser(
        case=case, whitespace=whitespace, punctuation=punctuation, articles=articles, unicode=unicode
    )
    cut = cutter(after, line, strip)
    clean = cutter(None, "all", strip)

    @lru_cache(1024)
    def accepted(target: str) -> str:
        return normalise(clean(target) if clean else target)

    def score(record: Record) -> Verdict:
        output, target = record.output, record.target
        if output is None:
            return NO_OUTPUT
        answer = normalise(cut(output) if cut else output)
        if type(target) is str:
            return Verdict(value=1.0 if answer == accepted(target) else 0.0, answer=answer)
        texts = texts_of(target)
        if not texts:
            return NO_TARGET
        return Verdict(value=1.0 if any(answer == accepted(text) for text in texts) else 0.0, answer=answer)

    return score
