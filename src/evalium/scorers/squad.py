"""Token F1 and exact match by the rules of SQuAD."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from evalium.core import Record, Verdict

from ._factory import built_in
from ._target import NO_OUTPUT, NO_TARGET, texts_of
from .base import ScoreFunction

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def squad_tokens(text: str) -> tuple[str, ...]:
    """Words of a text as SQuAD compares them: lower case, without ASCII punctuation and a, an, the.

    Example:
        >>> squad_tokens("The  Cat's hat.")
        ('cats', 'hat')
    """
    return tuple(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


_target_tokens = lru_cache(1024)(squad_tokens)


@built_in(kind="graded")
def f1() -> ScoreFunction:
    """Harmonic mean of the precision and recall of words, by SQuAD's rules; the best of several targets.

    Value 0 to 1, higher is better; `values` holds `precision` and `recall` of that target. As in SQuAD 2.0 the target
    of an unanswerable question is an empty text or list: then an empty answer scores 1 and any other 0. Rajpurkar et
    al. 2016 and 2018.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="in the Eiffel Tower", target=["Eiffel Tower", "Paris"])
        >>> round(f1().score(record).value, 3)
        0.8
    """
    return _best(_overlap)


@built_in(kind="binary")
def em() -> ScoreFunction:
    """Whether the answer equals the target, or any of several, after SQuAD's normalisation.

    Value 1 or 0, higher is better: lower case, no ASCII punctuation, no a, an, the, single blanks. Unanswerable
    questions as in `f1`.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="The Eiffel Tower.", target="eiffel tower")
        >>> em().score(record).value
        1.0
    """
    return _best(lambda answer, target: Verdict(value=float(answer == target)))


def _overlap(answer: tuple[str, ...], target: tuple[str, ...]) -> Verdict:
    if not answer or not target:
        both = float(answer == target)
        return Verdict(value=both, values={"precision": both, "recall": both})
    shared = sum((Counter(answer) & Counter(target)).values())
    precision, recall = shared / len(answer), shared / len(target)
    value = 2 * precision * recall / (precision + recall) if shared else 0.0
    return Verdict(value=value, values={"precision": precision, "recall": recall})


def _targets(target: Any) -> list[tuple[str, ...]]:
    texts = texts_of(target) if target not in ([], ()) else ("",)
    tokens = [_target_tokens(text) for text in texts]
    return [t for t in tokens if t] or tokens[:1]


def _best(compare: Callable[[tuple[str, ...], tuple[str, ...]], Verdict]) -> ScoreFunction:
    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        targets = _targets(record.target)
        if not targets:
            return NO_TARGET
        answer = squad_tokens(record.output)
        verdict = max((compare(answer, target) for target in targets), key=lambda v: v.value or 0.0)
        verdict.answer = " ".join(answer)
        return verdict

    return score
