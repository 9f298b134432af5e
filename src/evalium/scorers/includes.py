"""The output contains the target."""

from __future__ import annotations

import re
from functools import lru_cache

from evalium.core import Record, Status, Verdict

from ._factory import built_in
from ._target import NO_OUTPUT, NO_TARGET, texts_of
from .base import ScoreFunction
from .normalise import Case, Punctuation, Unicode, Whitespace, normaliser


@built_in(kind="binary")
def includes(
    *,
    case: Case = "ignore",
    words: bool = False,
    whitespace: Whitespace = "collapse",
    punctuation: Punctuation = "keep",
    unicode: Unicode = "NFC",
) -> ScoreFunction:
    """Whether the output contains the target, or any of several targets.

    Value 1 or 0, higher is better. A target that is empty after normalisation would be in every output and is left
    out; without any other one the score is `missing`.

    Args:
        case: `ignore` upper and lower case.
        words: Only whole words count: `cat` is not in `concatenate`.
        whitespace: `collapse` makes every run of it one blank.
        punctuation: `strip` all of it.
        unicode: Normal form in which texts are compared.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="It is Paris, of course.", target=["paris", "Lutetia"])
        >>> includes().score(record).value, includes(case="keep").score(record).value
        (1.0, 0.0)
    """
    normalise = normaliser(case=case, whitespace=whitespace, punctuation=punctuation, unicode=unicode)
    nothing = Verdict(status=Status.MISSING, explanation="the target is empty")

    @lru_cache(1024)
    def wanted(target: str) -> str:
        return normalise(target)

    @lru_cache(1024)
    def word(target: str) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w){re.escape(target)}(?!\w)")

    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        targets = texts_of(record.target)
        if not targets:
            return NO_TARGET
        texts = [text for target in targets if (text := wanted(target))]
        if not texts:
            return nothing
        output = normalise(record.output)
        found = next((t for t in texts if (word(t).search(output) if words else t in output)), None)
        return Verdict(value=0.0 if found is None else 1.0, answer=found)

    return score
