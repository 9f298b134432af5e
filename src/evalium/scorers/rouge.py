"""ROUGE: words, pairs of words and subsequences that a summary shares with a reference, as rouge-score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from evalium.core import ConfigError, Verdict, did_you_mean

from ._factory import built_in
from ._lcs import lcs_length, lcs_positions, positions
from ._rouge_text import Text, Tokenizer, reader
from ._sacrebleu import against_targets
from .base import ScoreFunction

TYPES = ("rouge_1", "rouge_2", "rouge_l", "rouge_lsum")
UNREAD = "a text has no token that the tokenizer 'rouge' knows (a-z, 0-9): choose another `tokenizer`"

Counts = tuple[int, int, int]
"""Hits, tokens of the output, tokens of the target."""


@built_in(
    kind="rouge",
    values=(*(name + part for name in TYPES for part in ("", "_precision", "_recall")), "unread"),
    low=0.0,
    high=1.0,
)
def rouge(*, types: Sequence[str] = TYPES, stem: bool = False, tokenizer: Tokenizer = "rouge") -> ScoreFunction:
    """ROUGE F scores of an output and its target; of several targets the best for each type.

    Value 0 to 1, higher is better: ROUGE-L where it is among the types, else the first of them. `values` hold for each
    type the F score and, as `rouge_1_precision` and `rouge_1_recall`, what it is the harmonic mean of; equal to
    rouge-score 0.1.2 to the bit. An empty output or target scores 0; no output or no target is `missing`. Not for
    texts of another script than Latin with the default tokenizer: `unread` is 1 and the explanation says so where it
    leaves nothing of a text. Lin 2004.

    `rouge_1` and `rouge_2` count shared words and pairs of words, `rouge_l` the longest common subsequence of the whole
    texts, `rouge_lsum` the union over lines (one sentence each) of the longest common subsequences.

    Args:
        types: Those wanted.
        stem: Compare the Porter stems of words of more than 3 letters.
        tokenizer: `rouge` takes runs of a-z and 0-9, as rouge-score does; `unicode` words of any script; `whitespace`
            what stands between blanks; `characters` each that is no blank. All in lower case.

    Example:
        >>> from evalium.core import Record, Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="the cat lay on the mat", target="the cat sat on the mat")
        >>> verdict = rouge().score(record)
        >>> round(verdict.values["rouge_1"], 3), round(verdict.values["rouge_2"], 3)
        (0.833, 0.6)
    """
    wanted = _checked(types)
    main = "rouge_l" if "rouge_l" in wanted else wanted[0]
    read = reader(tokenizer, stem)
    read_target = lru_cache(64)(read)

    def compare(output: str, texts: tuple[str, ...]) -> Verdict:
        answer = read(output)
        targets = [read_target(text) for text in texts]
        found = [_types(target, answer, wanted) for target in targets]
        values: dict[str, Any] = {}
        for name in wanted:
            f, precision, recall = max((_rates(each[name]) for each in found), key=_f)
            values[name] = f
            values[name + "_precision"] = precision
            values[name + "_recall"] = recall
        unread = tokenizer == "rouge" and (answer.unread or any(target.unread for target in targets))
        values["unread"] = float(unread)
        return Verdict(value=values[main], values=values, explanation=UNREAD if unread else None)

    return against_targets(compare)


def _checked(types: Sequence[str]) -> tuple[str, ...]:
    if isinstance(types, str) or not types:
        raise ConfigError(f"scorer 'rouge', option 'types' must be a list of {', '.join(TYPES)}; got {types!r}")
    for name in types:
        if name not in TYPES:
            raise ConfigError(f"scorer 'rouge', option 'types': unknown type {name!r}.{did_you_mean(name, TYPES)}")
    return tuple(types)


def _f(rates: tuple[float, float, float]) -> float:
    return rates[0]


def _rates(counts: Counts) -> tuple[float, float, float]:
    hits, output, target = counts
    if not hits:
        return 0.0, 0.0, 0.0
    precision, recall = hits / output, hits / target
    return 2 * precision * recall / (precision + recall), precision, recall


def _types(target: Text, output: Text, wanted: tuple[str, ...]) -> dict[str, Counts]:
    """Counts of each type; a union over one line each is the subsequence of the whole texts."""
    found: dict[str, Counts] = {}
    for name in wanted:
        whole = name == "rouge_lsum" and len(target.sentences) <= 1 and len(output.sentences) <= 1
        if whole and "rouge_l" in found:
            found[name] = found["rouge_l"]
        else:
            found[name] = _COUNT["rouge_l" if whole else name](target, output)
    return found


def _words(target: Text, output: Text) -> Counts:
    hits = _overlap(*sorted((target.tokens, output.tokens), key=len))
    return hits, len(output.tokens), len(target.tokens)


def _pairs(target: Text, output: Text) -> Counts:
    shorter, longer = sorted((target.tokens, output.tokens), key=len)
    hits = _overlap(pairwise(shorter), pairwise(longer))
    return hits, max(len(output.tokens) - 1, 0), max(len(target.tokens) - 1, 0)


def _overlap(shorter: Iterable[Any], longer: Iterable[Any]) -> int:
    """Items in common, each as often as both have it."""
    left = _counts(shorter)
    hits = 0
    for item in longer:
        if item in left:
            count = left[item]
            if count:
                left[item] = count - 1
                hits += 1
    return hits


def _counts(items: Iterable[Any]) -> dict[Any, int]:
    counts: dict[Any, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    return counts


def _subsequence(target: Text, output: Text) -> Counts:
    shorter, longer = sorted((target.tokens, output.tokens), key=len)
    return lcs_length(positions(shorter), len(shorter), longer), len(output.tokens), len(target.tokens)


def _union(target: Text, output: Text) -> Counts:
    """Tokens of the target in the longest common subsequence of their line with any of the output's lines.

    A token counts no more often than the output has it.
    """
    left = _counts(output.tokens)
    lines = [(set(line).isdisjoint, line) for line in output.sentences]
    hits = 0
    for sentence in target.sentences:
        where = positions(sentence, left)
        union = 0
        for nothing_shared, line in lines:
            if not nothing_shared(where):
                union |= lcs_positions(where, len(sentence), line)
        while union:
            lowest = union & -union
            token = sentence[lowest.bit_length() - 1]
            if left[token]:
                left[token] -= 1
                hits += 1
            union ^= lowest
    return hits, len(output.tokens), len(target.tokens)


_COUNT: dict[str, Callable[[Text, Text], Counts]] = {
    "rouge_1": _words,
    "rouge_2": _pairs,
    "rouge_l": _subsequence,
    "rouge_lsum": _union,
}
