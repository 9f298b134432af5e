"""Several labels an item: the predicted set beside the true one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from evalium.core import ConfigError, Record, ScoreError, Status, Verdict

from ._factory import built_in
from ._json_text import NotJson, read_json
from ._target import NO_TARGET, class_name
from .base import ScoreFunction

_MISSING = Verdict(status=Status.MISSING, explanation="the record has neither data.labels nor an output")
_NONE_WORDS = frozenset({"", "none", "[]", "no labels", "n/a"})


@built_in(kind="labels", values=("hits", "n_predicted", "n_true", "predicted", "true", "universe"), reads="data.labels")
def labels(*, labels: tuple[str, ...] = (), separator: str = ",") -> ScoreFunction:
    r"""How far the predicted set of labels is the true one.

    Value: Jaccard index of the two sets, 0 to 1, 1 where both are empty; higher is better. The predicted set is
    `data.labels`, else a JSON list (or an object `{"labels": [...]}`, or one of label to true/false) in the output,
    else the output split at `separator`; "none" is the empty set. The target is a list, or text split likewise; an
    empty list is a target too, None is `missing`. Order and repetition do not count, nor does case where `labels` are
    named.

    `values` holds the number of labels that both have (`hits`), of each (`n_predicted`, `n_true`), and the labels
    themselves as numbers: positions in `labels`, else hashes of their text.

    Args:
        labels: All labels there are. A predicted label that is none of them makes the answer `unparsed`; their number
            is what `hamming_loss` divides by.
        separator: What stands between labels in a text.

    Raises:
        ConfigError: A label is named twice, or the separator is empty.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output='["billing", "refund"]', target=["refund", "complaint"])
        >>> verdict = labels(labels=("billing", "complaint", "refund")).score(record)
        >>> round(verdict.value, 4), verdict.answer, verdict.values["predicted"]
        (0.3333, 'billing, refund', [0.0, 2.0])
    """
    if not separator:
        raise ConfigError("scorer 'labels', option 'separator' must not be empty")
    code = _codes(labels)

    def score(record: Record) -> Verdict:
        if record.target is None:
            return NO_TARGET
        true = {code(name) for name in _names(record.target, separator)}
        if -1.0 in true:
            raise ScoreError(f"the target {str(record.target)[:80]!r} has a label that is none of {', '.join(labels)}")
        if "labels" not in record.data and record.output is None:
            return _MISSING
        try:
            names = _names(_given(record), separator)
        except (NotJson, ScoreError) as error:
            return _unparsed(true, str(error), len(labels))
        predicted = {code(name): name for name in names}
        if -1.0 in predicted:
            return _unparsed(true, f"{predicted[-1.0][:80]!r} is none of the labels", len(labels))
        hits, union = len(true & predicted.keys()), len(true | predicted.keys())
        return Verdict(
            value=hits / union if union else 1.0,
            answer=", ".join(predicted.values()),
            values=_values(set(predicted), true, len(labels)),
        )

    return score


def _given(record: Record) -> Any:
    if "labels" in record.data:
        return record.data["labels"]
    text = (record.output or "").strip()
    return read_json(text, fenced=True) if text[:1] in ("[", "{", "`") else text


def _names(given: Any, separator: str) -> list[str]:
    """The labels that a list, a mapping or a text names.

    Raises:
        ScoreError: It is none of them.
    """
    if isinstance(given, dict):
        if isinstance(given.get("labels"), (list, tuple)):
            return _names(given["labels"], separator)
        if not all(value in (True, False) for value in given.values()):
            raise ScoreError("an object must be {labels: [...]} or map each label to true or false")
        return [str(name) for name, value in given.items() if value]
    if isinstance(given, str):
        given = [] if given.strip().casefold() in _NONE_WORDS else given.split(separator)
        return [name for name in map(_bare, given) if name]
    if isinstance(given, (list, tuple)) and all(isinstance(one, (str, int, float)) for one in given):
        return [class_name(one) for one in given]
    raise ScoreError(f"expected a list of labels, got {type(given).__name__}")


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" .\"'*`-")


def _codes(labels: tuple[str, ...]) -> Callable[[str], float]:
    """The number of a label; -1 for one that is not known."""
    known = {name.casefold(): float(i) for i, name in enumerate(labels)}
    if len(known) != len(labels):
        raise ConfigError("scorer 'labels', option 'labels': a label is named twice")
    return (lambda name: known.get(name.casefold(), -1.0)) if known else _hashed


@lru_cache(65_536)
def _hashed(name: str) -> float:
    """A number that only this text has: 52 bits, so that a float holds it."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return float(int.from_bytes(digest, "big") >> 12)


def _values(predicted: set[float], true: set[float], universe: int) -> dict[str, float | list[float]]:
    return {
        "hits": float(len(predicted & true)),
        "n_predicted": float(len(predicted)),
        "n_true": float(len(true)),
        "predicted": sorted(predicted),
        "true": sorted(true),
        "universe": float(universe),
    }


def _unparsed(true: set[float], why: str, universe: int) -> Verdict:
    return Verdict(status=Status.UNPARSED, explanation=why, values=_values(set(), true, universe))
