"""Texts shortened until a report has a size that opens at once and can be sent by mail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from msgspec import structs

from ._data import Judged, ModelPart, Shown
from ._visible import Text, visible

BUDGET = 500_000
"""Bytes that the texts of all shown samples take together."""
LENGTHS = (4_000, 2_000, 1_000, 500, 250)
"""Characters of one text, tried in turn."""


def fit(models: Sequence[ModelPart], budget: int = BUDGET) -> None:
    """Shorten the longest texts of all samples alike until they keep the budget, or reach 250 characters.

    Args:
        models: Whose samples are changed.
        budget: Bytes of HTML.
    """
    for most in LENGTHS:
        if sum(_size(text) for model in models for text in _texts(model.samples)) <= budget:
            return
        for model in models:
            model.samples = [_shortened(sample, most) for sample in model.samples]


def _size(text: Text) -> int:
    return len(escape(visible(text.head + text.tail)).encode())


def _texts(samples: Iterable[Shown]) -> Iterator[Text]:
    for sample in samples:
        yield from (sample.input, sample.output, sample.expected, sample.error)
        for one in sample.judged:
            yield from (one.answer, one.explanation)


def _shortened(sample: Shown, most: int) -> Shown:
    def judged(one: Judged) -> Judged:
        return structs.replace(one, answer=one.answer.shorter(most), explanation=one.explanation.shorter(most))

    return structs.replace(
        sample,
        input=sample.input.shorter(most),
        output=sample.output.shorter(most),
        expected=sample.expected.shorter(most),
        error=sample.error.shorter(most),
        judged=tuple(judged(one) for one in sample.judged),
    )
