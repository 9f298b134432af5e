"""The predicted class is the true one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from evalium.core import ConfigError, Record, ScoreError, Status, Verdict

from ._answer import Take
from ._factory import built_in
from ._target import NO_OUTPUT, NO_TARGET, class_name, texts_of
from .base import ScoreFunction
from .normalise import normaliser

_fold = normaliser(case="ignore", whitespace="collapse", unicode="NFKC")
_bare = re.compile(r"^[\W_]+|[\W_]+$")


@built_in(kind="label")
def label(
    *, labels: tuple[str, ...] = (), aliases: dict[str, tuple[str, ...]] | None = None, take: Take | None = None
) -> ScoreFunction:
    """The class that the model predicted, and whether it is the true one.

    Value 1 or 0, higher is better; `label`, `target` and the model's `probabilities` are kept for classification
    metrics. A classifier's own label is taken as it is; otherwise the output is read: where `labels` are known, the
    whole output or the label that occurs in it as whole words (`unparsed` when none occurs, or when several do and
    `take` does not say which); without `labels`, the whole output. Case does not count where `labels` are known.

    Args:
        labels: The classes.
        aliases: Other words for a class, such as `{positive: [pos, good]}`; its keys count as labels.
        take: Which counts where an output names several labels.

    Raises:
        ConfigError: Two labels or aliases are the same word.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="Sentiment: **Positive**", target="positive")
        >>> verdict = label(labels=("positive", "negative")).score(record)
        >>> verdict.value, verdict.label
        (1.0, 'positive')
    """
    known = _known(labels, aliases or {})
    read = _reader(known, take) if known else _whole

    @lru_cache(1024)
    def true(target: str) -> str:
        folded = _fold(target)
        if not known:
            return _whole(target) or target
        if folded not in known:
            raise ScoreError(f"the target {target!r} is none of the labels {', '.join(sorted(set(known.values())))}")
        return known[folded]

    def score(record: Record) -> Verdict:
        given = record.label if record.label is not None else record.output
        if given is None:
            return NO_OUTPUT
        texts = texts_of(record.target)
        if not texts:
            return NO_TARGET
        exact = record.label is not None and not known
        target = class_name(record.target) if exact else true(texts[0])
        predicted: str | None = given
        if not exact:
            predicted = read(given) if record.label is None else known.get(_fold(given), given)
        if predicted is None:
            return Verdict(status=Status.UNPARSED, target=target, explanation="no one label can be read")
        return Verdict(
            value=1.0 if predicted == target else 0.0,
            label=predicted,
            target=target,
            probabilities=record.probabilities,
            answer=predicted,
        )

    return score


def _known(labels: tuple[str, ...], aliases: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Label by folded word."""
    known: dict[str, str] = {}
    for one in dict.fromkeys((*labels, *aliases)):
        for word in (one, *aliases.get(one, ())):
            folded = _fold(word)
            if not folded:
                raise ConfigError("scorer 'label': a label or alias is empty")
            if known.setdefault(folded, one) != one:
                raise ConfigError(f"scorer 'label': {word!r} stands for {known[folded]!r} and for {one!r}")
    return known


def _whole(text: str) -> str | None:
    return _bare.sub("", " ".join(text.split())) or None


def _reader(known: dict[str, str], take: Take | None) -> Callable[[str], str | None]:
    words = "|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)({words})(?!\w)")

    def read(text: str) -> str | None:
        folded = _fold(text)
        if folded in known:
            return known[folded]
        found = [known[word] for word in pattern.findall(folded)]
        if not found or (take is None and len(set(found)) > 1):
            return None
        return found[0 if take == "first" else -1]

    return read
