"""Scorers that work on many records at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evalium.core import Record, Verdict

from ._target import NO_OUTPUT, NO_TARGET, texts_of

_CHUNK = 256


class Batched:
    """A score function of pairs of texts that can take one record, or many at once.

    Of several targets each is compared, and the best one counts. Records without output or target are missing.

    Args:
        compare: Verdicts of answers and targets, pair by pair.
    """

    def __init__(self, compare: Callable[[Sequence[str], Sequence[str]], list[Verdict]]) -> None:
        self._compare = compare

    def __call__(self, record: Record) -> Verdict:
        """Score one record."""
        return self.many([record])[0]

    def many(self, records: Sequence[Record]) -> list[Verdict]:
        """Score many records, in order, with the model's batches full."""
        found: list[Verdict] = []
        for start in range(0, len(records), _CHUNK):
            found += self._chunk(records[start : start + _CHUNK])
        return found

    def _chunk(self, records: Sequence[Record]) -> list[Verdict]:
        targets = [() if record.output is None else texts_of(record.target) for record in records]
        answers = [record.output or "" for record, texts in zip(records, targets, strict=True) for _ in texts]
        compared = iter(self._compare(answers, [text for texts in targets for text in texts]))
        verdicts = []
        for record, texts in zip(records, targets, strict=True):
            each = [next(compared) for _ in texts]
            verdicts.append(_best(each) if each else NO_OUTPUT if record.output is None else NO_TARGET)
        return verdicts


def _best(verdicts: list[Verdict]) -> Verdict:
    return max(verdicts, key=lambda verdict: float("-inf") if verdict.value is None else verdict.value)
